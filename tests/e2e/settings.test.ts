import type { Locator, Page } from 'playwright';
import { expect, test } from 'vitest';
import { useBrowser } from './support/browser.js';
import { MENU, chooseDump, focused, row } from './support/task-manager.js';

const openPage = useBrowser();

const box = (page: Page, name: string): Locator => page.getByRole('checkbox', { name, exact: true });

/** Whether what lies at the middle of an element is that element, or a part of it. */
function isInView(element: Element): boolean {
  const { left, top, width, height } = element.getBoundingClientRect();
  let hit = document.elementFromPoint(left + width / 2, top + height / 2);
  while (hit?.shadowRoot) {
    const inner = hit.shadowRoot.elementFromPoint(left + width / 2, top + height / 2);
    if (!inner || inner === hit) break;
    hit = inner;
  }
  return hit !== null && (hit === element || element.contains(hit) || hit.contains(element));
}

async function openSettings(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Settings', exact: true }).click();
}

/** What the browser keeps for the next visit. */
function keptSettings(page: Page): Promise<unknown> {
  return page.evaluate(
    () =>
      new Promise((resolve) => {
        indexedDB.open('keyval-store').onsuccess = ({ target }) => {
          const { result } = target as IDBOpenDBRequest;
          const request = result.transaction('keyval').objectStore('keyval').get('settings');
          request.onsuccess = () => resolve(request.result);
        };
      }),
  );
}

test('Change memory dump settings shows the options in their default state', async () => {
  const page = await openPage();
  await row(page, 'System').waitFor();
  const frame = page.getByRole('region', { name: 'Task Manager' }).getByRole('button', { name: 'Close' });
  const before = await frame.boundingBox();
  await chooseDump(page, MENU.settings);
  const group = page.getByRole('group', { name: 'Live kernel memory dump options (Advanced)' });
  await group.waitFor();
  expect((await focused(page)).text).toBe('Live kernel memory dump options (Advanced)');
  expect(await box(page, 'Abort if insufficient memory').isChecked()).toBe(true);
  expect(await box(page, 'Capture Hypervisor pages').isChecked()).toBe(false);
  expect(await box(page, 'Include nonessential pages').isChecked()).toBe(false);
  expect(await box(page, 'Include nonessential pages').isDisabled()).toBe(true);
  expect(await box(page, 'Capture user pages').isChecked()).toBe(false);
  // The page scrolls to the group, and the window's frame stays where it was.
  expect(await frame.boundingBox()).toEqual(before);
  expect(await page.getByRole('heading', { name: 'Settings', exact: true }).isVisible()).toBe(true);
  for (const name of ['Abort if insufficient memory', 'Capture user pages'])
    expect(await page.getByText(name, { exact: true }).evaluate(isInView)).toBe(true);
});

test('the options outlive a reload, and Revert brings the defaults back', async () => {
  const page = await openPage();
  await openSettings(page);
  await box(page, 'Abort if insufficient memory').uncheck();
  await box(page, 'Capture Hypervisor pages').check();
  await box(page, 'Include nonessential pages').check();
  await box(page, 'Capture user pages').check();
  await page.reload();
  await openSettings(page);
  expect(await box(page, 'Abort if insufficient memory').isChecked()).toBe(false);
  expect(await box(page, 'Include nonessential pages').isChecked()).toBe(true);
  expect(await box(page, 'Capture user pages').isChecked()).toBe(true);

  await page.getByRole('button', { name: 'Revert memory dump settings to defaults' }).click();
  await page.getByRole('status').getByText('Memory dump settings restored to defaults').waitFor();
  expect(await box(page, 'Abort if insufficient memory').isChecked()).toBe(true);
  expect(await box(page, 'Capture Hypervisor pages').isChecked()).toBe(false);
  expect(await box(page, 'Include nonessential pages').isChecked()).toBe(false);
  expect(await box(page, 'Capture user pages').isChecked()).toBe(false);
});

test('the nested box remembers its choice while it is disabled', async () => {
  const page = await openPage();
  await openSettings(page);
  await box(page, 'Capture Hypervisor pages').check();
  await box(page, 'Include nonessential pages').check();
  await box(page, 'Capture Hypervisor pages').uncheck();
  expect(await box(page, 'Include nonessential pages').isDisabled()).toBe(true);
  await box(page, 'Capture Hypervisor pages').check();
  expect(await box(page, 'Include nonessential pages').isChecked()).toBe(true);
});

test('the theme follows the system until it is chosen', async () => {
  const page = await openPage({ colorScheme: 'dark' });
  await openSettings(page);
  const colour = () =>
    page.getByRole('region', { name: 'Task Manager' }).evaluate((window) => getComputedStyle(window).color);
  expect(await colour()).toBe('rgb(255, 255, 255)');
  await page.getByLabel('App theme').selectOption('Light');
  expect(await colour()).toBe('rgb(27, 27, 27)');
  await page.reload();
  await openSettings(page);
  expect(await colour()).toBe('rgb(27, 27, 27)');
});

test('Paused stops the machine clock, High lets it run', async () => {
  const page = await openPage();
  await row(page, 'System').waitFor();
  const clock = () => page.locator('time').getAttribute('datetime');
  await openSettings(page);
  await page.getByLabel('Real time update speed').selectOption('Paused');
  await page.waitForTimeout(500);
  const paused = await clock();
  await page.waitForTimeout(1500);
  expect(await clock()).toBe(paused);
  await page.getByLabel('Real time update speed').selectOption('High');
  await expect.poll(clock, { timeout: 5000 }).not.toBe(paused);
});

test('Task Manager opens with the page that was chosen', async () => {
  const page = await openPage();
  await openSettings(page);
  await page.getByLabel('Default start page').waitFor();
  expect(await page.getByLabel('Default start page').locator('option').allTextContents()).toEqual([
    'Processes',
    'Performance',
    'App history',
    'Startup apps',
    'Users',
    'Details',
    'Services',
  ]);
  await page.getByLabel('Default start page').selectOption('Details');
  await expect.poll(() => keptSettings(page)).toMatchObject({ startPage: 'details' });
  await page.reload();
  await page.getByRole('heading', { name: 'Details' }).waitFor();
});

test('Always on top keeps Task Manager over a window that is in front', async () => {
  const page = await openPage();
  await openSettings(page);
  const onTop = () =>
    page.evaluate(() => {
      const root = document.querySelector('ll-desktop')!.shadowRoot!;
      const { left, top } = root
        .querySelector('tm-app')!
        .shadowRoot!.querySelector('ll-window')!
        .getBoundingClientRect();
      return root.elementFromPoint(left + 200, top + 200)?.localName;
    });
  await page.getByRole('navigation', { name: 'Taskbar' }).getByRole('button', { name: 'Debugger' }).click();
  await page.getByRole('region', { name: 'Debugger' }).waitFor();
  expect(await onTop()).toBe('dbg-app');
  await page
    .getByRole('navigation', { name: 'Taskbar' })
    .getByRole('button', { name: 'Task Manager' })
    .click();
  await box(page, 'Always on top').check();
  await page.getByRole('navigation', { name: 'Taskbar' }).getByRole('button', { name: 'Debugger' }).click();
  expect(await onTop()).toBe('tm-app');
});

test('Hide when minimized takes the mark of an open program off the taskbar', async () => {
  const page = await openPage();
  await openSettings(page);
  const button = page
    .getByRole('navigation', { name: 'Taskbar' })
    .getByRole('button', { name: 'Task Manager' });
  const isMarked = () => button.evaluate((element) => (element as HTMLElement).dataset.open !== undefined);
  await button.click();
  await page.getByRole('region', { name: 'Task Manager' }).waitFor({ state: 'hidden' });
  expect(await isMarked()).toBe(true);
  await button.click();
  await box(page, 'Hide when minimized').check();
  await button.click();
  await expect.poll(isMarked).toBe(false);
  await button.click();
  await page.getByRole('heading', { name: 'Settings' }).waitFor();
  expect(await isMarked()).toBe(true);
});

test('Alt+F and Ctrl+F go to the search box of a page that has one', async () => {
  const page = await openPage();
  await row(page, 'System').click();
  for (const keys of ['Alt+f', 'Control+f']) {
    await row(page, 'System').click();
    await page.keyboard.press(keys);
    expect((await focused(page)).text).toBe('Type a name, publisher, or PID to search');
  }
});

test('accounts are named in full, and App history has all programs, where the settings say so', async () => {
  const page = await openPage();
  const go = (name: string) => page.getByRole('button', { name, exact: true }).click();
  const firstRows = async () => (await page.getByRole('grid').innerText()).replaceAll('\n', ' ');
  await go('App history');
  await page.getByRole('row', { name: /CPU time/ }).waitFor();
  const packaged = await page.getByRole('row').count();
  expect(await firstRows()).not.toContain('Windows Explorer');
  await openSettings(page);
  await box(page, 'Show full account name').click();
  await box(page, 'Show history for all processes').click();
  await go('App history');
  await page.getByText('for current user and system accounts').waitFor();
  await page.getByRole('row', { name: /Windows Explorer/ }).waitFor();
  expect(await page.getByRole('row').count()).toBeGreaterThan(packaged);
  await go('Details');
  const details = page.getByRole('grid');
  await details.getByText('NT AUTHORITY\\SYSTEM').first().waitFor();
  expect(await details.innerText()).toMatch(/Window Manager\\DWM-1/);
  await go('Users');
  await page.getByRole('row', { name: /^[\w-]+\\\w+ \(\d+\)/ }).waitFor();
});
