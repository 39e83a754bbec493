import type { Locator, Page } from 'playwright';
import { describe, expect, test } from 'vitest';
import { violations } from './support/axe.js';
import { useBrowser, type OpenPage } from './support/browser.js';
import { DUMP_TIMEOUT, MENU, chooseDump, focused, menuItem } from './support/task-manager.js';
import { targets } from './support/targets.js';

const openPage = useBrowser();
const CLIPBOARD = { permissions: ['clipboard-read', 'clipboard-write'] };
const SCHEMES = {
  light: { colorScheme: 'light' },
  dark: { colorScheme: 'dark' },
  'forced colours': { forcedColors: 'active' },
} as const;

/** Event Viewer after a small dump. */
async function viewerAfterDump(options: Parameters<OpenPage>[0] = {}): Promise<[Page, Locator]> {
  const page = await openPage({ reducedMotion: 'reduce', ...options });
  await chooseDump(page, MENU.stacks);
  await page.getByRole('button', { name: 'OK', exact: true }).click({ timeout: DUMP_TIMEOUT });
  await page.getByRole('button', { name: 'Start', exact: true }).click();
  await menuItem(page, 'Event Viewer').click();
  const viewer = page.getByRole('region', { name: 'Event Viewer' });
  await viewer.getByRole('row').nth(1).waitFor();
  return [page, viewer];
}

async function column(viewer: Locator, index: number): Promise<string[]> {
  const rows = viewer.getByRole('row');
  const texts = await rows.evaluateAll(
    (elements, at) => elements.map((row) => row.children[at]?.textContent?.trim() ?? ''),
    index,
  );
  return texts.slice(1);
}

const ids = async (viewer: Locator) => (await column(viewer, 3)).map(Number);
const copied = (page: Page) => page.evaluate(() => navigator.clipboard.readText());

test('events are sorted by pointer and by keyboard, and headers say so', async () => {
  const [page, viewer] = await viewerAfterDump();
  const newestFirst = await ids(viewer);
  expect([newestFirst[0], newestFirst.at(-1)]).toEqual([2, 1]);
  await viewer.getByRole('columnheader', { name: 'Event ID' }).getByRole('button').click();
  expect(await ids(viewer)).toEqual(newestFirst.toSorted((a, b) => a - b));
  const header = viewer.getByRole('columnheader', { name: 'Event ID' });
  expect(await header.getAttribute('aria-sort')).toBe('ascending');
  await page.keyboard.press('Enter');
  expect(await header.getAttribute('aria-sort')).toBe('descending');
  expect(await ids(viewer)).toEqual(newestFirst.toSorted((a, b) => b - a));
  await page.keyboard.press('ArrowRight');
  expect((await focused(page)).text).toBe('Task Category');
  await page.keyboard.press('Enter');
  const tasks = await column(viewer, 4);
  expect(tasks).toEqual(tasks.toSorted());
});

test('a filter of level, ids and text leaves what fits, says how many that are, and is cleared', async () => {
  const [, viewer] = await viewerAfterDump();
  const all = await ids(viewer);
  const status = viewer.getByRole('status');
  await status.getByText(`${all.length} of ${all.length} events`).waitFor();
  await viewer.getByLabel('Event IDs').fill('100-199, -151-160');
  const wanted = all.filter((id) => id >= 100 && id <= 199 && !(id >= 151 && id <= 160));
  await status.getByText(`${wanted.length} of ${all.length} events`).waitFor();
  expect(await ids(viewer)).toEqual(wanted);
  await viewer.getByLabel('Text', { exact: true }).fill('NtPrimaryDataBytes');
  await expect.poll(() => ids(viewer)).toEqual([107]);
  await viewer.getByLabel('Event level').selectOption('Error');
  await viewer.getByText('No event matches the filter.').waitFor();
  await viewer.getByRole('button', { name: 'Clear filter' }).click();
  await expect.poll(() => ids(viewer)).toEqual(all);
  await viewer.getByLabel('Event IDs').fill('1..5');
  await viewer.getByText('Type numbers, ranges like', { exact: false }).waitFor();
  expect(await viewer.getByLabel('Event IDs').getAttribute('aria-invalid')).toBe('true');
  expect(await ids(viewer)).toEqual(all);
});

test('by keyboard alone an event is chosen, read and copied, as text and as XML', async () => {
  const [page, viewer] = await viewerAfterDump(CLIPBOARD);
  const grid = viewer.getByRole('grid', { name: 'Live kernel dump events' });
  await grid.focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowDown');
  const details = viewer.getByRole('group', { name: 'Event details' });
  expect(await details.innerText()).toMatch(/Microsoft-Windows-Kernel-LiveDump\/Operational/);
  const active = await grid.getAttribute('aria-activedescendant');
  expect(await viewer.locator(`#${active}`).getAttribute('aria-selected')).toBe('true');

  await page.keyboard.press('Control+c');
  await details.getByText('Copied to the clipboard').waitFor();
  const text = await copied(page);
  expect(text).toMatch(/^Log Name: +Microsoft-Windows-Kernel-LiveDump\/Operational\r?\n/);
  expect(text).toMatch(/Event ID: +4\r?\n/);

  await page.keyboard.press('Shift+F10');
  await menuItem(page, 'Copy as XML').waitFor();
  await page.keyboard.press('End');
  await page.keyboard.press('Enter');
  await expect.poll(() => copied(page)).toMatch(/^<Event /);
  const xml = await copied(page);
  const read = await page.evaluate((source) => {
    const parsed = new DOMParser().parseFromString(source, 'application/xml');
    const of = (name: string) => parsed.getElementsByTagName(name)[0]?.textContent;
    return { id: of('EventID'), level: of('Level'), status: of('Data'), error: of('parsererror') };
  }, xml);
  expect(read).toEqual({ id: '4', level: '4', status: '0x00000000', error: undefined });
  expect(await focused(page)).toMatchObject({ role: 'grid' });
});

describe.each(Object.entries(SCHEMES))('in %s', (_, scheme) => {
  test('axe finds nothing, everything is large enough', { timeout: 240_000 }, async () => {
    const [page, viewer] = await viewerAfterDump(scheme);
    await viewer.getByRole('row').nth(2).click();
    expect(await violations(page)).toEqual([]);
    await viewer.getByRole('row').nth(2).click({ button: 'right' });
    await menuItem(page, 'Copy as XML').waitFor();
    expect(await violations(page), 'menu').toEqual([]);
    expect((await targets(page)).small).toEqual([]);
  });
});
