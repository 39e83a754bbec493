import type { Page } from 'playwright';
import { expect, test } from 'vitest';
import { violations } from './support/axe.js';
import { useBrowser } from './support/browser.js';
import { targets } from './support/targets.js';
import { focused, row } from './support/task-manager.js';

const openPage = useBrowser();
const WAITS = 'Starting the machine…';

/** The page, whose machine gets its core only when it is let go. */
async function pageWithoutCore(query = ''): Promise<{ page: Page; letGo(): void }> {
  const page = await openPage({}, query);
  let letGo!: () => void;
  const held = new Promise<void>((resolve) => (letGo = resolve));
  await page.route('**/*.wasm', async (route) => {
    await held;
    await route.continue();
  });
  await page.reload();
  return { page, letGo };
}

function machineHasBooted(page: Page): Promise<boolean> {
  return page.evaluate(() => performance.getEntriesByName('machine-boot').length > 0);
}

test('before the machine has booted Start opens, and programs wait for it', async () => {
  const { page, letGo } = await pageWithoutCore();
  const taskbar = page.getByRole('navigation', { name: 'Taskbar' });
  const taskManager = page.getByRole('region', { name: 'Task Manager' });
  await taskManager.getByText(WAITS).waitFor();
  await taskManager.getByRole('progressbar', { name: WAITS }).waitFor();
  expect(await violations(page)).toEqual([]);
  expect((await targets(page)).small).toEqual([]);

  await taskbar.getByRole('button', { name: 'Start', exact: true }).focus();
  await page.keyboard.press('Enter');
  const start = page.getByRole('menu', { name: 'Start' });
  await start.waitFor();
  await page.keyboard.press('Escape');
  expect((await focused(page)).text).toBe('Start');
  await page.keyboard.press('Enter');
  await start.getByRole('menuitem', { name: 'File Explorer' }).click();
  const explorer = page.getByRole('region', { name: /File Explorer/ });
  await explorer.getByText(WAITS).waitFor();

  const front = () => taskbar.locator('[aria-pressed=true]').getAttribute('aria-label');
  expect(await front()).toBe('File Explorer');
  await page.keyboard.press('Alt+F6');
  expect(await front()).toBe('Task Manager');
  await taskManager.getByRole('button', { name: 'Close' }).click();
  await taskManager.waitFor({ state: 'detached' });
  await taskbar.click({ button: 'right', position: { x: 20, y: 20 } });
  await page.getByRole('menuitem', { name: 'Task Manager' }).click();
  await taskManager.getByRole('button', { name: 'Maximize' }).click();
  expect(await taskManager.boundingBox()).toEqual({ x: 0, y: 0, width: 1280, height: 752 });
  expect(await machineHasBooted(page)).toBe(false);
  // There is no time but the machine's.
  expect(await taskbar.getByRole('time').count()).toBe(0);

  letGo();
  await row(page, 'System').waitFor();
  expect(await taskManager.boundingBox()).toEqual({ x: 0, y: 0, width: 1280, height: 752 });
  expect(await explorer.getByRole('navigation', { name: 'Address' }).count()).toBe(1);
  expect(await page.getByText(WAITS).count()).toBe(0);
  await taskbar.getByRole('time').waitFor();
  expect(await machineHasBooted(page)).toBe(true);
});

test('the window that waited with the focus keeps it, and what was opened over it too', async () => {
  const { page, letGo } = await pageWithoutCore();
  const taskManager = page.getByRole('region', { name: 'Task Manager' });
  await taskManager.getByText(WAITS).waitFor();
  expect(await taskManager.evaluate((element) => element.matches(':focus-within'))).toBe(true);
  letGo();
  await row(page, 'System').waitFor();
  expect(await taskManager.evaluate((element) => element.matches(':focus-within'))).toBe(true);

  const second = await pageWithoutCore();
  await second.page.getByRole('button', { name: 'Start', exact: true }).click();
  const about = second.page.getByRole('menuitem', { name: /About/ });
  await about.waitFor();
  second.letGo();
  await row(second.page, 'System').waitFor();
  expect((await focused(second.page)).text).toBe('About livedump-lab');
});

test('nothing that the machine needs is asked for before the desktop can be used', async () => {
  const page = await openPage();
  await row(page, 'System').waitFor();
  const { before, all } = await page.evaluate(() => {
    const [usable] = performance.getEntriesByName('desktop-usable');
    const loaded = performance.getEntriesByType('resource');
    const early = loaded.filter(({ startTime }) => startTime < usable!.startTime);
    const names = (entries: PerformanceEntryList) => entries.map(({ name }) => name.split('/').at(-1)!);
    return { before: names(early), all: names(loaded) };
  });
  expect(before.filter((name) => /show-desktop/.test(name))).toHaveLength(1);
  expect(before.filter((name) => /worker|task-manager|wasm|json/.test(name))).toEqual([]);
  // The page itself names the desktop, so that it comes while the settings are read; and once.
  const html = await (await page.request.get(page.url())).text();
  expect(html).toMatch(/<link rel="modulepreload"[^>]*show-desktop/);
  expect(before).toHaveLength(new Set(before).size);
  // Nor what only dialogs and other pages need, at all.
  expect(all.filter((name) => /^task-manager/.test(name)).length).toBeGreaterThan(0);
  expect(all.filter((name) => /^(dialogs|later|details)/.test(name))).toEqual([]);
});

test('a program whose files do not come says so in its window, and comes when it is tried again', async () => {
  const page = await openPage();
  await row(page, 'System').waitFor();
  // The browser logs each file that does not come.
  page.removeAllListeners('console');
  const files = /event-viewer.*\.js/;
  await page.route(files, (route) => route.abort());
  await page.getByRole('button', { name: 'Event Viewer', exact: true }).click();
  const viewer = page.getByRole('region', { name: 'Event Viewer' });
  const told = viewer.getByRole('alert');
  expect(await told.innerText()).toContain('The files of Event Viewer could not be loaded.');
  expect(await violations(page)).toEqual([]);
  await viewer.getByRole('button', { name: 'Try again' }).click();
  await told.waitFor();
  await page.unroute(files);
  await viewer.getByRole('button', { name: 'Try again' }).click();
  await viewer.getByLabel('Event IDs').waitFor();
  expect(await told.count()).toBe(0);
});
