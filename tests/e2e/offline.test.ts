import { expect, test } from 'vitest';
import { useBrowser } from './support/browser.js';
import { DUMP_TIMEOUT, MENU, chooseDump, row } from './support/task-manager.js';

const openPage = useBrowser();

test(
  'after a visit the page works without a network: machine, dump, debugger, symbols',
  { timeout: 180_000 },
  async () => {
    const page = await openPage({ serviceWorkers: 'allow' });
    await row(page, 'System').waitFor();
    // Kept when the worker has taken the page over.
    await page.waitForFunction(() => navigator.serviceWorker.controller?.state === 'activated', undefined, {
      timeout: 60_000,
    });

    await page.context().setOffline(true);
    await page.goto(`${page.url()}?seed=7`);
    await row(page, 'System').waitFor();
    await chooseDump(page, MENU.stacks);
    await page.getByRole('button', { name: 'Open file location' }).click({ timeout: DUMP_TIMEOUT });
    await page.getByRole('row', { name: /livedump/i }).dblclick();
    await page
      .getByRole('region', { name: /Debugger/ })
      .getByText(/Kernel/i)
      .first()
      .waitFor({ timeout: DUMP_TIMEOUT });
  },
);

test('the page says how it can be installed', async () => {
  const page = await openPage();
  const manifest = await page.evaluate(async () => {
    const { href } = document.querySelector<HTMLLinkElement>('link[rel=manifest]')!;
    const response = await fetch(href);
    return { type: response.headers.get('content-type'), ...(await response.json()) };
  });
  expect(manifest).toMatchObject({
    name: 'livedump-lab',
    display: 'standalone',
    start_url: './',
    scope: './',
  });
  const icon = await page.request.get(new URL(manifest.icons[0].src, page.url()).href);
  expect(icon.ok()).toBe(true);
});

test('nothing is asked of another origin', async () => {
  const page = await openPage();
  const foreign: string[] = [];
  page.context().on('request', (request) => {
    const { protocol, origin } = new URL(request.url());
    if (protocol.startsWith('http') && origin !== new URL(page.url()).origin) foreign.push(request.url());
  });
  await page.reload();
  await row(page, 'System').waitFor();
  expect(foreign).toEqual([]);
});
