import type { Locator, Page } from 'playwright';
import { expect, test } from 'vitest';
import { useBrowser } from './support/browser.js';
import { ask, commandLine, debuggerWindow, expectOutput, openNewDump, output } from './support/debugger.js';
import { MENU } from './support/task-manager.js';

const openPage = useBrowser();
/** A page of 1280 × 1024 at 400 %, as WCAG's reflow means it. */
const ENLARGED = { width: 320, height: 256 };
const PHONE = { width: 390, height: 844 };

interface Box {
  top: number;
  bottom: number;
  left: number;
  right: number;
}

const boxOf = (locator: Locator): Promise<Box> =>
  locator.evaluate((element) => {
    const { top, bottom, left, right } = element.getBoundingClientRect();
    return { top, bottom, left, right };
  });

/** What an element computes a property to. */
const styleOf = (locator: Locator, property: string): Promise<string> =>
  locator.evaluate((element, name) => getComputedStyle(element).getPropertyValue(name), property);

/** Where the windows end and the taskbar begins. */
const bottomOfWindows = async (page: Page) => (await boxOf(page.locator('ll-taskbar'))).top;

test('at 400 % commands are typed and answers read, and completions do not leave the window', async () => {
  const page = await openPage();
  await openNewDump(page, MENU.stacks);
  await page.setViewportSize(ENLARGED);
  await commandLine(page).click();
  await ask(page, 'lm m nt');
  await expectOutput(page, /private pdb symbols/);
  const line = await boxOf(commandLine(page));
  expect(line.bottom).toBeLessThanOrEqual(await bottomOfWindows(page));
  expect(line.bottom - line.top).toBe(36);
  const log = await boxOf(output(page));
  // Four lines of answer at least.
  expect(log.bottom - log.top).toBeGreaterThanOrEqual(80);
  expect(log.top).toBeGreaterThanOrEqual(0);
  await commandLine(page).fill('dt nt!_EPROCESS ');
  await commandLine(page).press('Tab');
  const list = debuggerWindow(page).getByRole('listbox', { name: 'Completions' });
  await list.waitFor();
  expect((await boxOf(list)).top).toBeGreaterThanOrEqual((await boxOf(debuggerWindow(page))).top);
  for (const name of ['Open dump…', 'Add symbols…', 'Break', 'Find'])
    expect(await debuggerWindow(page).getByRole('button', { name }).isVisible()).toBe(true);
});

test('the chosen tab is in sight after the window got narrower, and memory fits a phone', async () => {
  const page = await openPage({ viewport: PHONE });
  await openNewDump(page, MENU.stacks);
  const tab = debuggerWindow(page).getByRole('tab', { name: 'What is this?' });
  await tab.click();
  await page.setViewportSize({ width: 320, height: 640 });
  await expect.poll(async () => (await boxOf(tab)).right).toBeLessThan(321);
  expect((await boxOf(tab)).left).toBeGreaterThanOrEqual(0);

  await page.setViewportSize(PHONE);
  await debuggerWindow(page).getByRole('tab', { name: 'Memory', exact: true }).click();
  const bytes = debuggerWindow(page).getByRole('group', { name: 'Memory' });
  await expect.poll(() => bytes.evaluate((area) => area.scrollWidth - area.clientWidth)).toBe(0);
  await expect
    .poll(() => bytes.locator('.line').nth(3).innerText())
    .toMatch(/^[0-9a-f`]{17}  (?:[0-9a-f]{2}[ -]?){4}  .{4}$/);
});

test('in forced colours the chosen tab, the splitters, the line and what is found are told apart', async () => {
  const page = await openPage({ forcedColors: 'active' });
  await openNewDump(page, MENU.stacks);
  const window = debuggerWindow(page);
  const canvas = await styleOf(output(page), 'background-color');
  const stack = window.getByRole('tab', { name: 'Stack' });
  const registers = window.getByRole('tab', { name: 'Registers' });
  expect(await styleOf(stack, 'border-bottom-color')).not.toBe(
    await styleOf(registers, 'border-bottom-color'),
  );
  for (const name of ['Width of the panes', 'Height of the upper panes'])
    expect(await styleOf(window.getByRole('separator', { name }), 'background-color')).not.toBe(canvas);
  const find = window.getByRole('button', { name: 'Find' });
  const broken = window.getByRole('button', { name: 'Break' });
  expect(await styleOf(broken, 'color')).not.toBe(await styleOf(find, 'color'));
  const prompt = page.locator('dbg-prompt');
  await commandLine(page).focus();
  expect(await styleOf(prompt, 'outline-style')).toBe('solid');
  await page.keyboard.press('ControlOrMeta+f');
  expect(await styleOf(prompt, 'outline-style')).toBe('none');
  await window.getByLabel('Find in the output').fill('Kernel base');
  expect(await styleOf(output(page).locator('mark').first(), 'background-color')).not.toBe(canvas);
});
