import { expect, test } from 'vitest';
import { useBrowser } from './support/browser.js';
import { DUMP_TIMEOUT, MENU, chooseDump, row } from './support/task-manager.js';

const openPage = useBrowser();
const PHONE = { viewport: { width: 400, height: 800 }, hasTouch: true };

test('on a narrow screen windows fill it and nothing makes the page itself scroll', async () => {
  const page = await openPage(PHONE);
  await row(page, 'System').waitFor();
  const bounds = await page.getByRole('region', { name: 'Task Manager' }).boundingBox();
  expect(bounds).toEqual({ x: 0, y: 0, width: 400, height: 752 });
  const overflow = await page.evaluate(() => {
    const { scrollWidth, clientWidth, scrollHeight, clientHeight } = document.documentElement;
    return [scrollWidth - clientWidth, scrollHeight - clientHeight];
  });
  expect(overflow).toEqual([0, 0]);
});

test('the way to the dump works on a narrow screen', async () => {
  const page = await openPage(PHONE);
  await chooseDump(page, MENU.full);
  await page.getByRole('button', { name: 'Open file location' }).click({ timeout: DUMP_TIMEOUT });
  const explorer = page.getByRole('region', { name: /LiveKernelDumps/ });
  expect(await explorer.boundingBox()).toMatchObject({ x: 0, y: 0, width: 400 });
  await explorer.getByRole('row', { name: /\.dmp/i }).waitFor();
});

test('at 320 px the menu and its submenu stay inside the page', async () => {
  const page = await openPage({ viewport: { width: 320, height: 640 } });
  await row(page, 'System').click({ button: 'right', position: { x: 60, y: 14 } });
  await page.getByRole('menuitem', { name: MENU.create }).click();
  await page.getByRole('menuitem', { name: MENU.full }).waitFor();
  for (const menu of await page.getByRole('menu').all()) {
    const box = await menu.boundingBox();
    expect(box?.x).toBeGreaterThanOrEqual(0);
    expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThanOrEqual(320);
  }
});

test('the navigation opens over the page and goes away with the choice', async () => {
  const page = await openPage(PHONE);
  await row(page, 'System').waitFor();
  const table = page.getByRole('treegrid');
  const before = await table.boundingBox();
  await page.getByRole('button', { name: 'Open navigation' }).click();
  expect(await table.boundingBox()).toEqual(before);
  await page.getByRole('navigation', { name: 'Task Manager' }).getByText('Settings').click();
  await page.getByRole('heading', { name: 'Settings' }).waitFor();
  const navigation = await page.getByRole('navigation', { name: 'Task Manager' }).boundingBox();
  expect(navigation?.width).toBe(48);
});

test('the navigation folds where the window gets too narrow for it, and unfolds again', async () => {
  const page = await openPage();
  await row(page, 'System').waitFor();
  const width = async () =>
    (await page.getByRole('navigation', { name: 'Task Manager' }).boundingBox())?.width;
  expect(await width()).toBe(240);
  await page.setViewportSize({ width: 500, height: 800 });
  await expect.poll(width).toBe(48);
  // Over the page, it goes when the user goes elsewhere, and with Escape.
  const hamburger = page.getByRole('button', { name: 'Open navigation' });
  await hamburger.click();
  await expect.poll(width).toBe(240);
  await page.mouse.click(400, 400);
  await expect.poll(width).toBe(48);
  await hamburger.click();
  await page.keyboard.press('Escape');
  await expect.poll(width).toBe(48);
  await page.setViewportSize({ width: 1280, height: 800 });
  await expect.poll(width).toBe(240);
  // By hand it may be folded and unfolded at any width, and stays so while nothing else changes.
  await hamburger.click();
  await page.setViewportSize({ width: 1300, height: 800 });
  await expect.poll(width).toBe(48);
});

test('one window at a time: those behind it are not there for keyboard and screen reader', async () => {
  const page = await openPage(PHONE);
  await row(page, 'System').waitFor();
  const explorer = page.getByRole('region', { name: /File Explorer/ });
  await page.getByRole('button', { name: 'File Explorer' }).click();
  await explorer.waitFor();
  await page.getByRole('region', { name: 'Task Manager' }).waitFor({ state: 'hidden' });
  await explorer.getByRole('button', { name: 'Close' }).click();
  await row(page, 'System').waitFor();
});

test.each([320, 400])('at %i px the clock stands beside all buttons of the taskbar', async (width) => {
  const page = await openPage({ viewport: { width, height: 640 } });
  await row(page, 'System').waitFor();
  await page.getByRole('button', { name: 'Start', exact: true }).click();
  await page.getByRole('menuitem', { name: /^About/ }).click();
  await page.getByRole('region', { name: /^About/ }).waitFor();
  const taskbar = page.getByRole('navigation', { name: 'Taskbar' });
  const clock = (await taskbar.getByRole('time').boundingBox())!;
  const buttons = await taskbar.getByRole('button').all();
  expect(buttons.length).toBeGreaterThan(7);
  for (const button of buttons) {
    const box = (await button.boundingBox())!;
    expect(box.x + box.width).toBeLessThanOrEqual(clock.x);
    expect(box.width).toBeGreaterThanOrEqual(24);
  }
});
