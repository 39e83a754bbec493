import type { Page } from 'playwright';
import { expect, test } from 'vitest';
import { useBrowser } from './support/browser.js';
import { ask, commandLine, debuggerWindow, openNewDump, output } from './support/debugger.js';
import { DUMP_TIMEOUT, MENU, focused } from './support/task-manager.js';

const openPage = useBrowser();

/** A second chance for what a browser keeps: the same page again, with the dump on the machine's disk. */
async function openAgain(page: Page): Promise<void> {
  await page.reload();
  await page.getByRole('button', { name: 'Debugger', exact: true }).click();
  await debuggerWindow(page)
    .getByRole('button', { name: /livedump\.DMP/ })
    .click();
  await commandLine(page).waitFor({ timeout: DUMP_TIMEOUT });
}

test('memory is shown in numbers of any size; pointers lead on, structures with them, and back', async () => {
  const page = await openPage();
  await openNewDump(page, MENU.full);
  const window = debuggerWindow(page);
  await window.getByRole('tab', { name: 'Memory' }).click();
  const bytes = window.getByRole('group', { name: 'Memory' });
  const field = window.getByLabel('Address or expression');
  const format = window.getByLabel('Shown as');
  const lines = () => bytes.locator('.line:not(.symbol)').allInnerTexts();

  // As the commands show it.
  for (const [name, command] of [
    ['Words', 'dw'],
    ['Doublewords', 'dd'],
    ['Quadwords', 'dq'],
    ['Pointers and symbols', 'dps'],
  ] as const) {
    await format.selectOption(name);
    await ask(page, `.cls; ${command} @rsp L8`);
    const answer = await output(page).locator('.sheet').innerText();
    const numbers = answer.split('\n').filter((line) => /^[0-9a-f`]{17}  /.test(line));
    const first = numbers[0]!.trim().slice(0, 30);
    await expect.poll(async () => (await lines())[0]?.trim().slice(0, 30)).toBe(first);
  }

  await field.fill('nt!PsInitialSystemProcess');
  await field.press('Enter');
  await ask(page, '.cls; ? poi(nt!PsInitialSystemProcess)');
  const system = / = ([0-9a-f`]{17})/.exec(await output(page).locator('.sheet').innerText())![1]!;
  const pointer = bytes.getByRole('link', { name: system });
  await pointer.press('Enter');
  await expect.poll(() => field.inputValue()).toBe(system.replace('`', ''));
  expect(await focused(page)).toMatchObject({ role: 'group', text: 'Memory' });

  // A pointer to a structure shows that structure.
  const type = window.getByLabel('Type to lay over it');
  await type.fill('nt!_EPROCESS');
  await type.press('Enter');
  const token = bytes.locator('.field', {
    hasText: /\+0x[0-9a-f]+ WoW64Process|\+0x[0-9a-f]+ SectionObject/,
  });
  await token.first().waitFor();
  const links = bytes.locator('.field', { hasText: /: 0x[0-9a-f`]{17} _\w+$/ }).first();
  const [, target] = /(_\w+)$/.exec((await links.innerText()).trim())!;
  await links.getByRole('link').click();
  await expect.poll(() => type.inputValue()).toBe(`nt!${target!}`);
  expect(await bytes.evaluate((element) => element.scrollTop)).toBe(0);
  await window.getByRole('button', { name: 'Back', exact: true }).click();
  await expect.poll(() => type.inputValue()).toBe('nt!_EPROCESS');
  // The way back is there after another tab was shown.
  await window.getByRole('tab', { name: 'Disassembly' }).click();
  await window.getByRole('tab', { name: 'Memory' }).click();
  await expect.poll(() => type.inputValue()).toBe('nt!_EPROCESS');
  await window.getByRole('button', { name: 'Back', exact: true }).click();
  await expect.poll(() => type.inputValue()).toBe('');
});

test('code is gone through by keys in both directions, and a call leads to its function without the focus lost', async () => {
  const page = await openPage();
  await openNewDump(page, MENU.stacks);
  const window = debuggerWindow(page);
  const code = window.getByRole('listbox', { name: 'Disassembly' });
  const rows = code.getByRole('option');
  const field = window.getByLabel('Address or expression');
  await field.fill('nt!IoCaptureLiveDump');
  await field.press('Enter');
  await expect.poll(async () => (await rows.first().innerText()).trim()).toBe('nt!IoCaptureLiveDump:');
  const entry = (await rows.nth(1).innerText()).trim().slice(0, 17);

  // What stands before it, up to its first byte: each line ends where the next begins.
  await rows.first().focus();
  await page.keyboard.press('ArrowUp');
  await expect.poll(async () => (await rows.first().innerText()).trim()).not.toBe('nt!IoCaptureLiveDump:');
  const texts = (await rows.allInnerTexts()).map((text) => text.trim());
  const instructions = texts.filter((text) => /^[0-9a-f`]{17} /.test(text));
  const addressOf = (text: string) => BigInt(`0x${text.slice(0, 17).replace('`', '')}`);
  const ends = instructions.map((text) => addressOf(text) + BigInt(text.split(' ')[1]!.length / 2));
  expect(instructions.slice(1).map(addressOf)).toEqual(ends.slice(0, -1));
  expect(ends.at(-1)).toBe(BigInt(`0x${entry.replace('`', '')}`));
  expect(await focused(page)).toMatchObject({ role: 'option', text: texts.at(-1)!.replace(/\s+/g, ' ') });
  await page.keyboard.press('ArrowDown');
  await expect.poll(async () => (await rows.nth(1).innerText()).trim().slice(0, 17)).toBe(entry);

  const call = code.getByRole('option', { name: / call +nt!/ }).first();
  const [, name] = /call\s+(nt!\w+)/.exec(await call.innerText())!;
  expect(await call.locator('.leads').innerText()).toMatch(new RegExp(`^${name!}`));
  await call.focus();
  await page.keyboard.press('Enter');
  await expect.poll(() => focused(page)).toMatchObject({ role: 'option', text: `${name!}:` });
  await window.getByRole('button', { name: 'Back', exact: true }).click();
  await expect.poll(async () => (await rows.nth(1).innerText()).trim().slice(0, 17)).toBe(entry);
});

test('registers that changed are marked and told; modules say what is known of their names', async () => {
  const page = await openPage();
  await openNewDump(page, MENU.stacks);
  const window = debuggerWindow(page);
  await window.getByRole('tab', { name: 'Registers' }).click();
  const registers = window.getByRole('listbox', { name: 'Registers' });
  const changed = () => registers.getByRole('option', { name: /\(changed\)/ }).allInnerTexts();
  await registers.getByRole('option', { name: /^rax=/ }).waitFor();
  expect(await changed()).toEqual([]);
  await ask(page, 'r rbx=1234');
  await expect
    .poll(async () => (await changed()).map((text) => text.trim().slice(0, 20)))
    .toEqual(['rbx=0000000000001234']);
  await ask(page, 'r');
  await expect.poll(changed).toEqual([]);
  // What it points to is code.
  await registers.getByRole('option', { name: /^rip=/ }).click();
  await expect.poll(() => window.getByLabel('Address or expression').inputValue()).toMatch(/^fffff/);

  await window.getByRole('tab', { name: 'Modules' }).click();
  const modules = window.getByRole('listbox', { name: 'Modules' });
  const hal = modules.getByRole('option', { name: / hal / });
  await expect.poll(() => hal.innerText()).toContain('(deferred)');
  await ask(page, 'ln hal+1000');
  await expect.poll(() => hal.innerText()).toMatch(/\((?:private )?pdb symbols\)/);
  await window.getByLabel('In the order of').selectOption('Name');
  const names = async () =>
    (await modules.getByRole('option').allInnerTexts()).map((text) =>
      /^\s*\S+ (\S+)/.exec(text)![1]!.toLowerCase(),
    );
  await expect.poll(async () => (await names())[0]).toBe('acpi');
  const shown = await names();
  expect(shown).toEqual([...shown].sort());
});

test('how the panes lie is kept over a reload, and Home or a double-click puts a splitter back', async () => {
  const page = await openPage();
  await openNewDump(page, MENU.stacks);
  const window = debuggerWindow(page);
  const width = window.getByRole('separator', { name: 'Width of the panes' });
  const height = window.getByRole('separator', { name: 'Height of the upper panes' });
  const value = (splitter: typeof width) => splitter.getAttribute('aria-valuenow');
  expect([await value(width), await value(height)]).toEqual(['58', '50']);
  await width.focus();
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('ArrowLeft');
  await height.focus();
  await page.keyboard.press('ArrowDown');
  await window.getByRole('tab', { name: 'Registers' }).click();
  await window.getByRole('tab', { name: 'Memory' }).click();
  await window.getByLabel('Shown as').selectOption('Doublewords');

  await openAgain(page);
  expect([await value(width), await value(height)]).toEqual(['54', '52']);
  const chosen = window.getByRole('tab', { selected: true });
  await expect.poll(() => chosen.allInnerTexts()).toEqual(['Registers', 'Memory']);
  expect(await window.getByLabel('Shown as').inputValue()).toBe('dwords');
  await width.focus();
  await page.keyboard.press('Home');
  await height.dblclick();
  await expect.poll(async () => [await value(width), await value(height)]).toEqual(['58', '50']);

  await window.getByRole('button', { name: 'Hide panes' }).click();
  await openAgain(page);
  expect(await window.getByRole('separator').count()).toBe(0);
  await window.getByRole('button', { name: 'Show panes' }).click();
  await expect.poll(() => window.getByRole('separator').count()).toBe(2);
});
