// Keeps one build of the page, whole, and serves it from there: the second visit needs no network, and never mixes two
// builds. A newer build is fetched beside it, and takes over when no page of the old one is open.
// The build writes name and files: scripts/lib/vite-offline-plugin.ts.
const PREFIX = 'livedump-lab-';
const CACHE = PREFIX + '%VERSION%';
const FILES = ['%FILES%'];
const PAGE = './';

self.addEventListener('install', (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll([PAGE, ...FILES])));
});

self.addEventListener('activate', (event) => {
  const dropOthers = async () => {
    const names = await caches.keys();
    const old = names.filter((name) => name.startsWith(PREFIX) && name !== CACHE);
    await Promise.all(old.map((name) => caches.delete(name)));
    await self.clients.claim();
  };
  event.waitUntil(dropOthers());
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  if (request.method !== 'GET' || new URL(request.url).origin !== location.origin) return;
  // The address says which machine to boot; the page is the same for all.
  const isPage =
    request.mode === 'navigate' && new URL(request.url).pathname === new URL(PAGE, location.href).pathname;
  const serve = async () => {
    // Servers vary their answers by Origin, which modules send and the worker's own requests do not.
    const cache = await caches.open(CACHE);
    return (await cache.match(isPage ? PAGE : request, { ignoreVary: true })) ?? fetch(request);
  };
  event.respondWith(serve());
});
