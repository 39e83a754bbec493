import type { Page } from 'playwright';
import { expect, test } from 'vitest';
import { useBrowser } from './support/browser.js';
import { DUMP_TIMEOUT, MENU, focused, row } from './support/task-manager.js';

const openPage = useBrowser();

/** Presses `key` until the focus is on `text`. */
async function pressUntil(page: Page, key: string, text: RegExp): Promise<void> {
  for (let presses = 0; presses < 400; presses++) {
    if (text.test((await focused(page)).text)) return;
    await page.keyboard.press(key);
  }
  throw new Error(`${key} never led to ${text}, but to ${JSON.stringify(await focused(page))}`);
}

async function focusSystem(page: Page): Promise<void> {
  await row(page, 'System').waitFor();
  await pressUntil(page, 'Tab', /^Apps \(/);
  await pressUntil(page, 'ArrowDown', /^System$/);
}

test('from Tab to a downloaded dump without a mouse', async () => {
  const page = await openPage();
  await focusSystem(page);
  await page.keyboard.press('Shift+F10');
  await page.getByRole('menu').waitFor();
  // A disabled line takes the focus, so that it can be heard.
  expect(await focused(page)).toEqual({ role: 'menuitem', text: 'End task' });
  await page.keyboard.press('c');
  expect((await focused(page)).text).toBe(MENU.create);
  await page.keyboard.press('ArrowRight');
  await pressUntil(page, 'ArrowDown', /^Full live/);
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').waitFor();
  expect((await focused(page)).text).toBe('Cancel');
  await page.getByRole('button', { name: 'Open file location' }).waitFor({ timeout: DUMP_TIMEOUT });
  expect((await focused(page)).text).toBe('Open file location');
  await page.keyboard.press('Enter');
  await page.getByRole('row', { name: /\.dmp/i }).waitFor();
  await expect.poll(async () => (await focused(page)).text).toMatch(/\.dmp/i);
  await page.keyboard.press('ContextMenu');
  await expect.poll(async () => (await focused(page)).text).toBe('Open');
  await pressUntil(page, 'ArrowDown', /^Download$/);
  const [download] = await Promise.all([
    page.waitForEvent('download', { timeout: DUMP_TIMEOUT }),
    page.keyboard.press('Enter'),
  ]);
  expect(download.suggestedFilename()).toMatch(/\.dmp$/i);
});

test('Escape and Left close menus one by one, and focus returns to the row', async () => {
  const page = await openPage();
  await focusSystem(page);
  await page.keyboard.press('ContextMenu');
  await pressUntil(page, 'ArrowDown', /^Create live/);
  await page.keyboard.press('ArrowRight');
  await expect.poll(async () => (await focused(page)).text).toBe(MENU.full);
  await page.keyboard.press('ArrowLeft');
  expect((await focused(page)).text).toBe(MENU.create);
  await page.keyboard.press('Enter');
  await expect.poll(async () => (await focused(page)).text).toBe(MENU.full);
  await page.keyboard.press('Escape');
  expect((await focused(page)).text).toBe(MENU.create);
  await page.keyboard.press('Escape');
  expect(await focused(page)).toEqual({ role: 'row', text: 'System' });
  expect(await page.getByRole('menu').count()).toBe(0);
});

test('a dialog gives the focus back to the row it came from', async () => {
  const page = await openPage();
  await focusSystem(page);
  await page.keyboard.press('ContextMenu');
  await pressUntil(page, 'ArrowDown', /^Create live/);
  await page.keyboard.press('ArrowRight');
  await pressUntil(page, 'ArrowDown', /^Full live/);
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'OK', exact: true }).waitFor({ timeout: DUMP_TIMEOUT });
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
  expect(await focused(page)).toEqual({ role: 'row', text: 'System' });
});

test('the rows answer to the keys of a tree grid', async () => {
  const page = await openPage();
  await row(page, 'System').waitFor();
  await pressUntil(page, 'Tab', /^Apps \(/);
  const apps = page.getByRole('row', { name: /^Apps \(/ });
  expect(await apps.getAttribute('aria-expanded')).toBe('true');
  await page.keyboard.press('ArrowLeft');
  expect(await apps.getAttribute('aria-expanded')).toBe('false');
  await page.keyboard.press('ArrowRight');
  expect(await apps.getAttribute('aria-expanded')).toBe('true');
  await page.keyboard.press('ArrowRight');
  expect((await focused(page)).text).not.toMatch(/^Apps/);
  await page.keyboard.press('ArrowLeft');
  expect((await focused(page)).text).toMatch(/^Apps/);
  await page.keyboard.press('End');
  const last = (await focused(page)).text;
  expect(last).toBe((await page.getByRole('rowheader').last().innerText()).trim());
  await page.keyboard.press('Home');
  expect((await focused(page)).text).toMatch(/^Apps/);
  await page.keyboard.press('s');
  expect((await focused(page)).text).toMatch(/^S/i);
});
