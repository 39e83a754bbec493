import { defineConfig } from 'vite';
import { core } from './scripts/lib/vite-core-plugin.js';
import { licences } from './scripts/lib/vite-licences-plugin.js';
import { catalogueRequests, data, DATA_REQUESTS } from './scripts/lib/vite-data-plugin.js';
import { offline } from './scripts/lib/vite-offline-plugin.js';
import { preload } from './scripts/lib/vite-preload-plugin.js';
import { iced } from './scripts/lib/vite-iced-plugin.js';

/** Files of code, in this order: each has the modules that match and all that those import, unless one above has it. */
const files = (groups: Readonly<Record<string, RegExp | ((id: string) => boolean)>>) => ({
  output: {
    codeSplitting: {
      groups: Object.entries(groups).map(([name, test], at, { length }) => ({
        name,
        test,
        priority: length - at,
      })),
    },
  },
});

// The page. The Node side is built by scripts/lib/node-side.mjs.
export default defineConfig({
  root: 'web',
  // Relative, so that the page also works from a folder of a static host.
  base: './',
  publicDir: '../public',
  plugins: [core(), catalogueRequests(), iced(), licences(), preload(), offline()],
  // The core and the simulation are siblings of the page's root.
  server: { fs: { allow: ['..'] } },
  build: {
    outDir: '../dist/web',
    emptyOutDir: true,
    target: 'es2022',
    // Browsers that do not know the hint load the same files a little later.
    modulePreload: { polyfill: false },
    // What a first visit needs is in few files, which compress much better than many small ones: what chooses the language,
    // the desktop, and Task Manager with the page that it opens with.
    rolldownOptions: files({
      main: /web\/main\.ts$/,
      desktop: /web\/desktop\/show-desktop\.ts$/,
      'task-manager': /web\/task-manager\/(task-manager|processes\/processes-page)\.ts$/,
    }),
    // An inlined module could not be compiled while it streams in.
    assetsInlineLimit: (file) => (file.endsWith('.wasm') ? false : undefined),
  },
  worker: {
    format: 'es',
    plugins: () => [...data(), iced()],
    // What keeps calls while the machine is loaded, and asks for its files, must not wait for that.
    rolldownOptions: files({
      first: (id) => /node_modules\/comlink|sim\/worker\/first-files\.ts$/.test(id) || DATA_REQUESTS.test(id),
      machine: /sim\/worker\/lab-worker\.ts$/,
    }),
  },
});
