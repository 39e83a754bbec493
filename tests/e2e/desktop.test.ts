import { expect, test } from 'vitest';
import { useBrowser } from './support/browser.js';
import { focused, row } from './support/task-manager.js';

const openPage = useBrowser();

test('windows are dragged, maximized, minimized and closed, and the taskbar brings them back', async () => {
  const page = await openPage();
  await row(page, 'System').waitFor();
  const window = page.getByRole('region', { name: 'Task Manager' });
  const before = await window.boundingBox();
  if (!before) throw new Error('Task Manager is not visible');
  await page.mouse.move(before.x + 220, before.y + 20);
  await page.mouse.down();
  await page.mouse.move(before.x + 270, before.y + 50, { steps: 4 });
  await page.mouse.up();
  expect(await window.boundingBox()).toEqual({ ...before, x: before.x + 50, y: before.y + 30 });

  await window.getByRole('button', { name: 'Maximize' }).click();
  expect(await window.boundingBox()).toEqual({ x: 0, y: 0, width: 1280, height: 752 });
  await window.getByRole('button', { name: 'Restore' }).click();
  expect(await window.boundingBox()).toMatchObject({ width: before.width, height: before.height });

  const taskbar = page.getByRole('navigation', { name: 'Taskbar' });
  await window.getByRole('button', { name: 'Minimize' }).click();
  await window.waitFor({ state: 'hidden' });
  expect((await focused(page)).text).toBe('Task Manager');
  await taskbar.getByRole('button', { name: 'Task Manager' }).click();
  await window.waitFor();
  await window.getByRole('button', { name: 'Close' }).click();
  await window.waitFor({ state: 'detached' });
  await taskbar.getByRole('button', { name: 'Task Manager' }).click();
  await row(page, 'System').waitFor();
});

test('the window that is worked in is in front', async () => {
  const page = await openPage();
  await row(page, 'System').waitFor();
  const taskbar = page.getByRole('navigation', { name: 'Taskbar' });
  const front = () => taskbar.locator('[aria-pressed=true]').getAttribute('aria-label');
  await taskbar.getByRole('button', { name: 'File Explorer' }).click();
  await expect.poll(front).toBe('File Explorer');
  const explorer = page.getByRole('region', { name: /File Explorer/ });
  await page.getByRole('region', { name: 'Task Manager' }).click({ position: { x: 120, y: 560 } });
  expect(await front()).toBe('Task Manager');
  await explorer.getByRole('button', { name: 'Close' }).focus();
  expect(await front()).toBe('File Explorer');
});

test('Tab goes from window to window and on to the taskbar, and from there back into the windows', async () => {
  const page = await openPage();
  await row(page, 'System').waitFor();
  const taskbar = page.getByRole('navigation', { name: 'Taskbar' });
  await taskbar.getByRole('button', { name: 'File Explorer' }).click();
  const windows = ['Task Manager', /File Explorer/].map((name) => page.getByRole('region', { name }));
  const places = [...windows, taskbar];
  /** Which of them has the focus; -1 for none. */
  const place = async () => {
    const within = await Promise.all(
      places.map((one) => one.evaluate((element) => element.matches(':focus-within'))),
    );
    return within.indexOf(true);
  };
  // A window that opens takes the focus.
  await expect.poll(place).toBe(1);
  await taskbar.getByRole('button', { name: 'Start' }).focus();
  const seen = [await place()];
  for (let i = 0; i < 80 && seen.length < 5; i++) {
    await page.keyboard.press('Tab');
    const now = await place();
    // Where the page ends the browser itself has the focus.
    if (now >= 0 && now !== seen.at(-1)) seen.push(now);
  }
  expect(seen).toEqual([2, 0, 1, 2, 0]);
});

test('File Explorer goes up and says when a folder is empty', async () => {
  const page = await openPage();
  await page.getByRole('button', { name: 'File Explorer' }).click();
  const explorer = page.getByRole('region', { name: /File Explorer/ });
  const address = explorer.getByRole('navigation', { name: 'Address' });
  expect(await address.innerText()).toMatch(/TaskManager\s+LiveKernelDumps$/);
  await explorer.getByText('This folder is empty.').waitFor();
  await explorer.getByRole('button', { name: 'Up', exact: true }).click();
  await expect.poll(() => address.innerText()).toMatch(/TaskManager$/);
});

test('Open file location of System leads to the folder of the kernel', async () => {
  const page = await openPage();
  await row(page, 'System').click({ button: 'right', position: { x: 60, y: 14 } });
  await page.getByRole('menuitem', { name: 'Open file location' }).click();
  const explorer = page.getByRole('region', { name: 'System32 - File Explorer' });
  await explorer.waitFor();
  await explorer.getByRole('button', { name: 'Edit address' }).click();
  expect(await explorer.getByRole('textbox', { name: 'Address' }).inputValue()).toBe('C:\\Windows\\System32');
});

test('Start lists all programs, by keyboard too, and Escape gives the focus back', async () => {
  const page = await openPage();
  await row(page, 'System').waitFor();
  const start = page.getByRole('button', { name: 'Start', exact: true });
  await start.focus();
  await page.keyboard.press('Enter');
  const menu = page.getByRole('menu', { name: 'Start' });
  await menu.waitFor();
  expect(await menu.getByRole('menuitem').count()).toBeGreaterThan(3);
  await page.keyboard.press('Escape');
  await menu.waitFor({ state: 'hidden' });
  expect((await focused(page)).text).toBe('Start');
  await start.click();
  await start.click();
  await menu.waitFor({ state: 'hidden' });
  await start.click();
  await page.keyboard.press('a');
  await page.keyboard.press('Enter');
  const about = page.getByRole('region', { name: 'About livedump-lab' });
  await about.getByText('How real is it?').waitFor();
  const licences = await page.request.get(
    new URL((await about.getByRole('link').getAttribute('href')) ?? '', page.url()).href,
  );
  expect(await licences.text()).toMatch(/comlink[^]*Apache License/);
});

test('Ctrl+Shift+Esc and the menu of the taskbar open Task Manager', async () => {
  const page = await openPage();
  await row(page, 'System').waitFor();
  const window = page.getByRole('region', { name: 'Task Manager' });
  await window.getByRole('button', { name: 'Close' }).click();
  await page.keyboard.press('Control+Shift+Escape');
  await row(page, 'System').waitFor();
  await window.getByRole('button', { name: 'Close' }).click();
  await page
    .getByRole('navigation', { name: 'Taskbar' })
    .click({ button: 'right', position: { x: 20, y: 20 } });
  await page.getByRole('menuitem', { name: 'Task Manager' }).click();
  await row(page, 'System').waitFor();
});

test('windows resize at edges and corners, snap by drag and by keyboard, and keep their places', async () => {
  const page = await openPage();
  await row(page, 'System').waitFor();
  const window = page.getByRole('region', { name: 'Task Manager' });
  const box = async () => (await window.boundingBox())!;
  const drag = async (from: [number, number], to: [number, number]) => {
    await page.mouse.move(...from);
    await page.mouse.down();
    await page.mouse.move(...to, { steps: 5 });
    await page.mouse.up();
  };
  const { x, y, width, height } = await box();
  await drag([x + width - 5, y + height - 5], [x + width - 45, y + height - 35]);
  expect(await box()).toEqual({ x, y, width: width - 40, height: height - 30 });
  await drag([x + 2, y + 300], [x + 32, y + 300]);
  expect(await box()).toEqual({ x: x + 30, y, width: width - 70, height: height - 30 });

  await drag([x + 250, y + 40], [2, 380]);
  expect(await box()).toEqual({ x: 0, y: 0, width: 640, height: 752 });
  await page.keyboard.press('Alt+ArrowUp');
  expect(await box()).toEqual({ x: 0, y: 0, width: 640, height: 376 });
  await page.keyboard.press('Alt+ArrowUp');
  expect(await box()).toEqual({ x: 0, y: 0, width: 1280, height: 752 });
  await page.keyboard.press('Alt+ArrowDown');
  expect(await box()).toEqual({ x: x + 30, y, width: width - 70, height: height - 30 });
  await page.keyboard.press('Alt+Shift+ArrowRight');
  await page.keyboard.press('Alt+Control+ArrowLeft');
  const last = { x: x + 46, y, width: width - 86, height: height - 30 };
  expect(await box()).toEqual(last);
  await page.reload();
  await row(page, 'System').waitFor();
  expect(await box()).toEqual(last);
});

test('Alt+F6 goes through the windows', async () => {
  const page = await openPage();
  await row(page, 'System').waitFor();
  const taskbar = page.getByRole('navigation', { name: 'Taskbar' });
  const front = () => taskbar.locator('[aria-pressed=true]').getAttribute('aria-label');
  await taskbar.getByRole('button', { name: 'File Explorer' }).click();
  await expect.poll(front).toBe('File Explorer');
  await page.keyboard.press('Alt+F6');
  await expect.poll(front).toBe('Task Manager');
  await page.keyboard.press('Alt+F6');
  await expect.poll(front).toBe('File Explorer');
});

test('the clock writes the date as Windows does in German', async () => {
  const page = await openPage({ locale: 'de-DE' });
  const clock = page.getByRole('navigation').getByRole('time');
  await expect.poll(() => clock.innerText()).toMatch(/^\d\d:\d\d\s+\d\d\.\d\d\.\d{4}$/);
});

test('with forced colours the taskbar shows which programs are open, and which one is used', async () => {
  const page = await openPage({ forcedColors: 'active' });
  await row(page, 'System').waitFor();
  const taskbar = page.getByRole('navigation', { name: 'Taskbar' });
  const mark = (name: string) =>
    taskbar
      .getByRole('button', { name, exact: true })
      .evaluate((button) => getComputedStyle(button, '::after').backgroundColor);
  const face = await taskbar
    .getByRole('button', { name: 'Task Manager', exact: true })
    .evaluate((button) => getComputedStyle(button).backgroundColor);
  const used = await mark('Task Manager');
  await taskbar.getByRole('button', { name: 'File Explorer', exact: true }).click();
  await page.getByRole('region', { name: /File Explorer/ }).waitFor();
  expect(await mark('File Explorer')).toBe(used);
  const open = await mark('Task Manager');
  expect(new Set([face, used, open]).size).toBe(3);
});
