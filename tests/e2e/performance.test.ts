import type { Page } from 'playwright';
import { describe, expect, test } from 'vitest';
import { violations } from './support/axe.js';
import { useBrowser } from './support/browser.js';
import { DUMP_TIMEOUT, MENU, chooseDump, menuItem, row } from './support/task-manager.js';

const openPage = useBrowser();

const DEVICES = ['CPU', 'Memory', 'Disk 0 (C:)', 'Ethernet', 'GPU 0'];

const device = (page: Page, name: string) =>
  page.getByRole('tab', { name: new RegExp(`^${name.replace(/[()]/g, '\\$&')}`) });

async function openPerformance(page: Page): Promise<void> {
  await row(page, 'System').waitFor();
  await page.getByRole('button', { name: 'Performance', exact: true }).click();
  await device(page, 'CPU').waitFor();
}

async function setSpeed(page: Page, speed: string): Promise<void> {
  await page.getByRole('button', { name: 'Settings', exact: true }).click();
  await page.getByLabel('Real time update speed').selectOption(speed);
}

/** The value that stands under (or after) a label of the panel. */
const value = (page: Page, label: string) => page.locator(`dt:text-is("${label}") + dd`).innerText();

test('CPU shows what the machine is and does, in the forms of Windows', async () => {
  const page = await openPage();
  await openPerformance(page);
  await page
    .getByRole('tabpanel')
    .getByText('12th Gen Intel(R) Core(TM) i7-1255U', { exact: true })
    .waitFor();
  expect(await value(page, 'Utilization')).toMatch(/^\d+%$/);
  expect(await value(page, 'Speed')).toMatch(/^\d\.\d\d GHz$/);
  expect(await value(page, 'Processes')).toMatch(/^\d{2,3}$/);
  expect(await value(page, 'Threads')).toMatch(/^\d{4}$/);
  expect(await value(page, 'Handles')).toMatch(/^\d{5}$/);
  expect(await value(page, 'Up time')).toMatch(/^\d+:\d\d:\d\d:\d\d$/);
  expect(await value(page, 'Sockets:')).toBe('1');
  expect(await value(page, 'Logical processors:')).toBe('4');
  expect(await value(page, 'Virtualization:')).toBe('Enabled');
});

test('every device is reached by the arrow keys and has numbers of its own', async () => {
  const page = await openPage();
  await openPerformance(page);
  await device(page, 'CPU').focus();
  for (const [index, name] of DEVICES.entries()) {
    expect(await device(page, name).getAttribute('aria-selected')).toBe('true');
    expect(await page.getByRole('heading', { level: 2 }).innerText()).toBe(name);
    expect(await page.getByRole('tabpanel').locator('dd').count()).toBeGreaterThan(1);
    if (index < DEVICES.length - 1) await page.keyboard.press('ArrowDown');
  }
});

test('the parts of memory are in the bar and in the numbers', async () => {
  const page = await openPage();
  await openPerformance(page);
  await device(page, 'Memory').click();
  const bar = await page.getByRole('img', { name: /^Memory composition/ }).getAttribute('aria-label');
  expect(bar).toMatch(/^Memory composition\. In use: .*, Modified: .*, Standby: .*, Free: /);
  expect(await value(page, 'In use (Compressed)')).toMatch(/^\d\.\d GB \(\d+ MB\)$/);
  expect(await value(page, 'Committed')).toMatch(/^\d\.\d\/\d\.\d GB$/);
});

test('the readings of the time in which other pages were open are in the graph', async () => {
  const page = await openPage();
  await row(page, 'System').waitFor();
  await setSpeed(page, 'High');
  await page.waitForTimeout(4000);
  await openPerformanceAgain(page);
  const points = await page.locator('[data-graph=overall] polyline').getAttribute('points');
  expect(points!.split(' ').length).toBeGreaterThan(3);
  expect(await page.getByText('30 seconds').count()).toBe(1);
});

async function openPerformanceAgain(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Performance', exact: true }).click();
  await device(page, 'CPU').waitFor();
}

test('the CPU graph changes to logical processors and shows kernel times, by keyboard alone', async () => {
  const page = await openPage();
  await openPerformance(page);
  await page.getByRole('tabpanel').focus();
  await page.keyboard.press('Shift+F10');
  await menuItem(page, 'Change graph to').waitFor();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.locator('[data-graph=processor-3]').waitFor();
  expect(await page.locator('[data-graph^=processor]').count()).toBe(4);
  await page.getByRole('tabpanel').click({ button: 'right' });
  await page.getByRole('menuitemcheckbox', { name: 'Show kernel times' }).click();
  expect(await page.getByRole('img', { name: /CPU 0.*kernel time/ }).count()).toBe(1);
  // It is kept while another page is open.
  await page.getByRole('button', { name: 'Settings', exact: true }).click();
  await openPerformanceAgain(page);
  expect(await page.locator('[data-graph^=processor]').count()).toBe(4);
});

test('while the machine’s time stands still the page says so, and lets it pass', async () => {
  const page = await openPage();
  await openPerformance(page);
  const note = page.getByText('Real time update speed is Paused', { exact: false });
  await note.waitFor();
  const clock = page.locator('ll-taskbar time');
  const before = await clock.getAttribute('datetime');
  await page.getByRole('button', { name: 'Let time pass' }).focus();
  await page.keyboard.press('Enter');
  await note.waitFor({ state: 'detached' });
  await expect.poll(() => clock.getAttribute('datetime')).not.toBe(before);
  await device(page, 'GPU 0').click();
  await expect.poll(() => value(page, 'Utilization')).toMatch(/^[1-9]\d?%$/);
});

test('Copy puts what is shown on the clipboard', async () => {
  const page = await openPage({ permissions: ['clipboard-read', 'clipboard-write'] });
  await openPerformance(page);
  await device(page, 'CPU').focus();
  await page.keyboard.press('Control+c');
  await page.getByRole('status').getByText('Copied to the clipboard').waitFor();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  const threads = await value(page, 'Threads');
  expect(copied).toContain(`\tThreads\t${threads}`);
  expect(copied.split(/\r?\n/)[0]).toBe('CPU');
});

test('a double click leaves only the graph, another one brings the rest back', async () => {
  const page = await openPage();
  await openPerformance(page);
  await page.getByRole('tabpanel').dblclick();
  await device(page, 'CPU').waitFor({ state: 'detached' });
  expect(await page.locator('dd').count()).toBe(0);
  await page.getByRole('tabpanel').dblclick();
  await device(page, 'CPU').waitFor();
});

/** A dump lasts for several readings, however fast the storage of whoever runs the test is. */
async function slowDisk(page: Page): Promise<void> {
  const slowed = await Promise.all(
    page.workers().map((worker) =>
      worker.evaluate((milliseconds) => {
        const handle = Reflect.get(globalThis, 'FileSystemSyncAccessHandle') as { prototype: object };
        const write = Reflect.get(handle.prototype, 'write') as (...args: unknown[]) => number;
        Reflect.set(handle.prototype, 'write', function (this: unknown, ...args: unknown[]) {
          for (const end = performance.now() + milliseconds; performance.now() < end;);
          return write.apply(this, args);
        });
        return true;
      }, 30),
    ),
  );
  expect(slowed.length).toBeGreaterThan(0);
}

test('while a dump is written its copy is in the memory in use', async () => {
  const page = await openPage();
  await row(page, 'System').waitFor();
  await slowDisk(page);
  await openPerformance(page);
  await device(page, 'Memory').click();
  const before = parseFloat(await value(page, 'In use (Compressed)'));
  await setSpeed(page, 'High');
  await page.getByRole('button', { name: 'Processes', exact: true }).click();
  await chooseDump(page, MENU.full);
  await page.getByRole('button', { name: 'OK', exact: true }).click({ timeout: DUMP_TIMEOUT });
  await openPerformanceAgain(page);
  // The dump may have begun before the first reading; the next one after it shows the memory given back.
  await expect
    .poll(async () => {
      const graph = await page.locator('[data-graph=usage] polyline').getAttribute('points');
      const heights = graph!.split(' ').map((point) => 10 - Number(point.split(',')[1]));
      return Math.max(...heights) - heights.at(-1)!;
    })
    .toBeGreaterThan(0.5);
  expect(before).toBeGreaterThan(1);
});

// Measured on screenshots of Task Manager: light and dark, 100 %.
const COLOURS = {
  light: {
    cpu: 'rgb(0, 111, 145)',
    memory: 'rgb(9, 91, 222)',
    grid: 'rgb(235, 235, 235)',
    tile: 'rgb(246, 246, 246)',
  },
  dark: {
    cpu: 'rgb(57, 184, 227)',
    memory: 'rgb(92, 158, 250)',
    grid: 'rgb(44, 44, 44)',
    tile: 'rgb(39, 39, 39)',
  },
} as const;

describe.each(['light', 'dark'] as const)('in %s', (colorScheme) => {
  test('places, sizes and colours are those of Windows', async () => {
    const page = await openPage({ colorScheme });
    await row(page, 'System').waitFor();
    await setSpeed(page, 'High');
    await page.waitForTimeout(1500);
    await openPerformanceAgain(page);
    const box = async (selector: string) => (await page.locator(selector).first().boundingBox())!;
    const pane = await box('tm-performance-page');
    const tile = await box('[role=tab]');
    // The pane's own border is left of the page.
    expect(tile.x - (pane.x - 1)).toBeCloseTo(4, 0);
    expect([tile.width, tile.height]).toEqual([204, 60]);
    expect((await box('[role=tab][data-device=disk]')).height).toBe(66);
    const thumbnail = await box('[role=tab] tm-graph');
    expect([thumbnail.x - tile.x, thumbnail.y - tile.y, thumbnail.width, thumbnail.height]).toEqual([
      10, 10, 60, 40,
    ]);
    const graph = await box('[data-graph=overall] tm-graph');
    expect(Math.abs(graph.x - (pane.x - 1) - 238)).toBeLessThanOrEqual(2);
    expect(Math.abs(pane.x + pane.width - graph.x - graph.width - 21)).toBeLessThanOrEqual(2);
    const stats = await page
      .locator('dl:not(.table) dt')
      .evaluateAll((terms) => terms.map((term) => term.getBoundingClientRect().y));
    expect(stats[2]! - stats[0]!).toBe(51);
    const rows = await page
      .locator('.table dt')
      .evaluateAll((terms) => terms.map((term) => term.getBoundingClientRect().y));
    expect(rows[1]! - rows[0]!).toBe(18);
    const style = (selector: string, name: string) =>
      page
        .locator(selector)
        .first()
        .evaluate((element, key) => getComputedStyle(element).getPropertyValue(key), name);
    const colours = COLOURS[colorScheme];
    expect(await style('[data-graph=overall] polyline.main', 'stroke')).toBe(colours.cpu);
    expect(await style('[data-device=memory] polyline.main', 'stroke')).toBe(colours.memory);
    expect(await style('[data-graph=overall] .grid', 'stroke')).toBe(colours.grid);
    expect(await style('[data-graph=overall] tm-graph', 'border-top-color')).toBe('rgb(117, 117, 117)');
    expect(await style('[role=tab][aria-selected=true]', 'background-color')).toBe(colours.tile);
  });

  test('axe finds nothing', async () => {
    const page = await openPage({ colorScheme, reducedMotion: 'reduce' });
    await openPerformance(page);
    for (const name of DEVICES) {
      await device(page, name).click();
      expect(await violations(page)).toEqual([]);
    }
  });
});

test('axe finds nothing in forced colours', async () => {
  const page = await openPage({ forcedColors: 'active', reducedMotion: 'reduce' });
  await openPerformance(page);
  expect(await violations(page)).toEqual([]);
});
