import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createMachine } from '../../sim/index.js';
import { violations } from './support/axe.js';
import { useBrowser } from './support/browser.js';
import {
  answered,
  ask,
  commandLine,
  copiedOutput,
  debuggerWindow,
  drop,
  expectOutput,
  openNewDump,
  output,
} from './support/debugger.js';
import { DUMP_TIMEOUT, MENU, menuItem } from './support/task-manager.js';

const openPage = useBrowser();
const CLIPBOARD = { permissions: ['clipboard-read', 'clipboard-write'] };
let folder: string;

/** The machine of the page in Node: its symbols, and a dump of its kernel stacks. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'debugger-'));
  const machine = await createMachine({ scenario: 'baseline', seed: 1 });
  for (const { path, bytes } of await machine.symbols()) {
    if (!path.endsWith('.pdb')) continue;
    const file = join(folder, 'symbols', path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, bytes());
  }
  const capture = machine.capture({ kind: 'stacks' });
  const chunks: Uint8Array[] = [];
  for (let chunk = capture.next(); chunk; chunk = capture.next()) chunks.push(chunk.slice());
  writeFileSync(join(folder, 'stacks.dmp'), Buffer.concat(chunks));
  writeFileSync(join(folder, 'letter.dmp'), 'Dear reader,');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What the debugger on the command line prints of a dump; paths of symbols as Windows writes them. */
function inNode(dump: string, commands: string): string {
  const text = execFileSync(
    process.execPath,
    [resolve('dist/node/cli.js'), 'debug', dump, '--symbols', 'symbols', '-c', commands],
    { cwd: folder, encoding: 'utf8', maxBuffer: 1 << 28 },
  );
  return text.replace(/symbols\/\S+/g, (path) => path.replaceAll('/', '\\'));
}

test('a double-click on a dump opens it, and commands are answered as on the command line', async () => {
  const page = await openPage(CLIPBOARD);
  await openNewDump(page, MENU.full);
  const file = page.getByRole('region', { name: /LiveKernelDumps/ }).getByRole('row', { name: /\.dmp/i });
  await page.getByRole('button', { name: 'File Explorer' }).click();
  await file.click({ button: 'right' });
  const [download] = await Promise.all([
    page.waitForEvent('download', { timeout: DUMP_TIMEOUT }),
    menuItem(page, 'Download').click(),
  ]);
  const dump = join(folder, 'full.dmp');
  await download.saveAs(dump);
  await page.getByRole('button', { name: 'Debugger', exact: true }).click();

  const commands = [
    'lm',
    'k',
    '!process 0 0',
    'dt nt!_EPROCESS poi(nt!PsInitialSystemProcess)',
    'u; r',
    '!vm',
  ];
  expect(await copiedOutput(page)).toMatch(/Loading Dump File \[C:\\Users\\.*\\livedump\.DMP\]\n/);
  expect(await copiedOutput(page)).toContain(inNode(dump, 'vertarget'));
  await ask(page, '.cls');
  for (const command of commands) await ask(page, command);
  const expected = commands.map((command) => `0: kd> ${command}\n${inNode(dump, command)}`).join('');
  expect(expected.length).toBeGreaterThan(20_000);
  expect(await copiedOutput(page)).toBe(expected.trimEnd());
});

test('a dump of the machine cannot be deleted while the debugger reads it', async () => {
  const page = await openPage();
  await openNewDump(page, MENU.stacks);
  const explorer = page.getByRole('region', { name: /LiveKernelDumps/ });
  const remove = async () => {
    await page.getByRole('button', { name: 'File Explorer' }).click();
    await explorer.getByRole('row', { name: /\.dmp/i }).click({ button: 'right' });
    await menuItem(page, 'Delete').click();
    await page.getByRole('dialog').getByRole('button', { name: 'Yes' }).click();
  };
  await remove();
  const alert = page.getByRole('alertdialog');
  await alert.getByText(/is open in Debugger\. Close the file and try again\./).waitFor();
  await alert.getByRole('button', { name: 'OK' }).click();
  await page.getByRole('button', { name: 'Debugger', exact: true }).click();
  await commandLine(page).fill('q');
  await commandLine(page).press('Enter');
  await debuggerWindow(page).getByText('Open a crash dump').waitFor();
  await remove();
  await explorer.getByText('This folder is empty.').waitFor();
});

test('files are dropped: a dump, its symbols later, and one that is no dump', async () => {
  const page = await openPage(CLIPBOARD, '?scenario=baseline&seed=1&profile=win11-22000.2538');
  await page.getByRole('button', { name: 'Debugger', exact: true }).click();
  await debuggerWindow(page).getByText('Open a crash dump').waitFor();
  await drop(page, [join(folder, 'letter.dmp')]);
  const alert = page.getByRole('alertdialog', { name: 'Cannot open letter.dmp' });
  await alert.waitFor();
  await expect.poll(() => alert.innerText()).toMatch(/ends before the header of a kernel dump does/);
  await page.keyboard.press('Escape');

  // The machine's own symbols are of another build, so nothing has names.
  await drop(page, [join(folder, 'stacks.dmp')]);
  await commandLine(page).waitFor({ timeout: DUMP_TIMEOUT });
  await ask(page, 'lm m nt');
  await expectOutput(page, /nt {9}\(no symbols\)/);
  await drop(page, symbolsOfKernel());
  await expectOutput(page, /1 symbol file was added\./);
  await ask(page, '.cls');
  await ask(page, 'k');
  expect(await copiedOutput(page)).toBe(`0: kd> k\n${inNode(join(folder, 'stacks.dmp'), 'k')}`.trimEnd());
});

test('a dump that is dropped beside all windows opens; symbols that do not fit are named, and nothing is lost', async () => {
  const page = await openPage(CLIPBOARD);
  await page.getByRole('region', { name: 'Task Manager' }).waitFor();
  await drop(page, [join(folder, 'stacks.dmp')], page.locator('ll-taskbar'));
  await commandLine(page).waitFor({ timeout: DUMP_TIMEOUT });
  await ask(page, 'lm m nt');
  await expectOutput(page, /nt {9}\(private pdb symbols\)/);

  const [kernel] = symbolsOfKernel();
  const hal = join(folder, 'symbols', ...pathsOf('hal.pdb'));
  writeFileSync(join(folder, 'empty.pdb'), '');
  writeFileSync(join(folder, 'nobody.pdb'), readFileSync(kernel!));
  mkdirSync(join(folder, 'wrong'), { recursive: true });
  writeFileSync(join(folder, 'wrong', 'ntkrnlmp.pdb'), readFileSync(hal));
  await drop(page, [
    join(folder, 'empty.pdb'),
    join(folder, 'nobody.pdb'),
    join(folder, 'wrong', 'ntkrnlmp.pdb'),
  ]);
  await expectOutput(page, '2 symbol files were added.');
  await expectOutput(page, /empty\.pdb: .*PDB/);
  await expectOutput(page, 'No module of this dump has nobody.pdb.');
  await expectOutput(page, 'ntkrnlmp.pdb is of another build than nt, which does not use it.');
  await ask(page, '.cls');
  await ask(page, 'k');
  expect(await copiedOutput(page)).toBe(`0: kd> k\n${inNode(join(folder, 'stacks.dmp'), 'k')}`.trimEnd());

  // Alone, a file that is none is a reason for a dialog.
  await drop(page, [join(folder, 'empty.pdb')]);
  const alert = page.getByRole('alertdialog', { name: 'These files cannot be used' });
  await expect.poll(() => alert.innerText()).toMatch(/empty\.pdb: /);
});

/** Where a file is in the symbol store. */
function pathsOf(name: string): string[] {
  const [key] = readdirSync(join(folder, 'symbols', name));
  return [name, key!, name];
}

function symbolsOfKernel(): string[] {
  const line = inNode(join(folder, 'stacks.dmp'), 'lm m nt')
    .split('\n')
    .find((text) => text.includes('pdb symbols)'))!;
  return [join(folder, ...line.trim().split(/\s+/).at(-1)!.split('\\'))];
}

test('Ctrl+Break ends a command that would never end, and the session goes on', async () => {
  const page = await openPage();
  await openNewDump(page, MENU.stacks);
  const endless = '.for (r $t0=0; 1; r $t0=@$t0+1) { r $t1=5 }';
  await commandLine(page).fill(endless);
  await commandLine(page).press('Enter');
  await debuggerWindow(page).getByText('*BUSY*').waitFor();
  await debuggerWindow(page).getByRole('button', { name: 'Break' }).click();
  await answered(page);
  await expectOutput(page, /The command was interrupted/);
  await ask(page, '.cls');
  await ask(page, 'r $t1');
  await expectOutput(page, /\$t1=0000000000000005/);

  await commandLine(page).fill(endless);
  await commandLine(page).press('Enter');
  await debuggerWindow(page).getByText('*BUSY*').waitFor();
  await page.keyboard.press('Control+c');
  await answered(page);
});

test('what was typed is there after a reload, and Up and Down go through it', async () => {
  const page = await openPage();
  await openNewDump(page, MENU.stacks);
  await ask(page, 'lm m nt');
  await ask(page, 'k 3');
  await page.reload();
  await page.getByRole('button', { name: 'Debugger', exact: true }).click();
  await debuggerWindow(page)
    .getByRole('button', { name: /livedump\.DMP/ })
    .click();
  await commandLine(page).waitFor({ timeout: DUMP_TIMEOUT });
  await commandLine(page).fill('half');
  for (const [key, line] of [
    ['ArrowUp', 'k 3'],
    ['ArrowUp', 'lm m nt'],
    ['ArrowUp', 'lm m nt'],
    ['ArrowDown', 'k 3'],
    ['ArrowDown', 'half'],
  ] as const) {
    await commandLine(page).press(key);
    expect(await commandLine(page).inputValue()).toBe(line);
  }
});

test('F8 finds what was typed and begins as the line does; F3 goes on to the next place that is found', async () => {
  const page = await openPage();
  await openNewDump(page, MENU.stacks);
  await ask(page, 'lm m nt');
  await ask(page, 'k 3');
  await commandLine(page).fill('l');
  await commandLine(page).press('F8');
  expect(await commandLine(page).inputValue()).toBe('lm m nt');
  await commandLine(page).press('Escape');
  await page.keyboard.press('ControlOrMeta+f');
  await debuggerWindow(page).getByLabel('Find in the output').fill('nt');
  await debuggerWindow(page).getByText(/^1 of/).waitFor();
  await commandLine(page).focus();
  await page.keyboard.press('F3');
  await debuggerWindow(page).getByText(/^2 of/).waitFor();
  await page.keyboard.press('Shift+F3');
  await debuggerWindow(page).getByText(/^1 of/).waitFor();
});

test('a frame that is chosen has its code shown, and memory is gone through by keys', async () => {
  const page = await openPage();
  await openNewDump(page, MENU.stacks);
  const code = debuggerWindow(page).getByRole('listbox', { name: 'Disassembly' });
  const frame = debuggerWindow(page).getByRole('option', { name: /^02 / });
  const [, site] = /02 (\S+)/.exec((await frame.innerText()).trim())!;
  await frame.click();
  await answered(page);
  await expect
    .poll(() =>
      code
        .getByRole('option')
        .first()
        .innerText()
        .then((text) => text.trim()),
    )
    .toBe(`${site!}:`);

  await debuggerWindow(page).getByRole('tab', { name: 'Memory' }).click();
  const field = debuggerWindow(page).getByLabel('Address or expression');
  await field.fill('nt');
  await field.press('Enter');
  const bytes = debuggerWindow(page).getByRole('group', { name: 'Memory' });
  const first = () => bytes.getAttribute('data-address').then((digits) => BigInt(`0x${digits!}`));
  const lines = () => bytes.locator('.line:not(.symbol)');
  await expect.poll(() => lines().first().textContent()).toContain('4d 5a'); // MZ
  const start = await first();
  await bytes.focus();
  await page.keyboard.press('ArrowUp');
  await expect.poll(first).toBeLessThan(start);
  await page.keyboard.press('a');
  await debuggerWindow(page).getByText('it cannot be changed').waitFor();
  await page.keyboard.press('End');
  const below = () => bytes.evaluate((area) => area.scrollHeight - area.clientHeight - area.scrollTop);
  await expect.poll(below).toBeLessThan(1);
  const before = await first();
  await page.keyboard.press('PageDown');
  await expect.poll(first).toBe(before + 0x200n);
  await expect.poll(() => bytes.evaluate((element) => element.scrollTop)).toBe(0);
});

test('find goes through the places in the whole output', async () => {
  const page = await openPage();
  await openNewDump(page, MENU.stacks);
  await ask(page, '!process 0 0');
  await page.keyboard.press('ControlOrMeta+f');
  const field = debuggerWindow(page).getByLabel('Find in the output');
  await field.fill('smss.exe');
  const found = output(page).locator('mark', { hasText: 'smss.exe' });
  await found.first().waitFor();
  await expect
    .poll(() =>
      debuggerWindow(page)
        .getByText(/^1 of \d+$/)
        .count(),
    )
    .toBe(1);
  await field.press('Escape');
  await expect.poll(() => found.count()).toBe(0);
});

test('links in the output lead on', async () => {
  const page = await openPage();
  await openNewDump(page, MENU.stacks);
  await ask(page, 'lm m hal');
  await output(page).getByRole('link', { name: 'hal' }).click();
  await answered(page);
  await expectOutput(page, /kd> lmvm hal\n/);
  await ask(page, 'k');
  // From the keyboard: the last link is the one before the command line.
  await commandLine(page).press('Shift+Tab');
  await page.keyboard.press('Enter');
  await answered(page);
  await expectOutput(page, /kd> \.frame [0-9a-f]+\n/);
});

test('each address can be asked what it is, and the evidence leads on', async () => {
  const page = await openPage();
  await openNewDump(page, MENU.full);
  const answer = debuggerWindow(page).getByRole('group', { name: 'What is this?' });
  const summary = answer.getByRole('heading', { level: 2 });

  // A process in the output: it is an object in pool.
  await ask(page, '!process 0 0 smss.exe');
  const address = /PROCESS (\w{16})/.exec(await output(page).locator('.sheet').innerText())![1]!;
  await output(page).getByRole('link', { name: address }).click({ button: 'right' });
  await menuItem(page, `What is ${address}?`).click();
  const shown = `${address.slice(0, 8)}\`${address.slice(8)}`;
  await expect.poll(() => summary.innerText()).toBe(`${shown}: object of type Process`);
  expect(await answer.getByRole('heading', { level: 3 }).allInnerTexts()).toEqual([
    'Region', 'Page tables', 'Page frame', 'Whose page', 'Pool', 'Object',
  ]); // prettier-ignore
  for (const level of ['PXE', 'PPE', 'PDE', 'PTE'])
    expect(await answer.innerText()).toContain(`${level} at `);
  // The answer has the focus: its links lead on, and back.
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await expect.poll(() => summary.innerText()).not.toContain('type Process');
  await debuggerWindow(page).getByRole('button', { name: 'Back', exact: true }).press('Enter');
  await expect.poll(() => summary.innerText()).toContain('type Process');
  await answer.getByRole('link', { name: `!object ${address}` }).click();
  await answered(page);
  await expectOutput(page, new RegExp(`Object: ${address} +Type: `));

  // The command's own answer is the same.
  await ask(page, `!whatis ${address}`);
  const findings = await answer.locator('.title').allInnerTexts();
  for (const title of findings) await expectOutput(page, title);
});

test(
  'the evidence of an answer leads into the panes: memory with its structure, code, a stack, physical addresses',
  async () => {
    const page = await openPage();
    await openNewDump(page, MENU.full);
    const answer = debuggerWindow(page).getByRole('group', { name: 'What is this?' });
    const summary = answer.getByRole('heading', { level: 2 });
    const askAbout = async (expression: string, told: string | RegExp) => {
      await debuggerWindow(page).getByRole('tab', { name: 'What is this?' }).click();
      await debuggerWindow(page).getByRole('textbox', { name: 'Address or expression' }).fill(expression);
      await page.keyboard.press('Enter');
      await expect.poll(() => summary.innerText(), { timeout: DUMP_TIMEOUT }).toMatch(told);
    };
    /** The links behind the evidence with a label. */
    const rowOf = (label: string) => answer.locator(`dt:text-is("${label}") + dd`).first();

    // The object's own row: memory, with an EPROCESS laid over it.
    await ask(page, '!process 0 0 smss.exe');
    const process = /PROCESS (\w{16})/.exec(await output(page).locator('.sheet').innerText())![1]!;
    await askAbout(process, /object of type Process/);
    await rowOf('object at').getByRole('link', { name: 'Memory' }).click();
    const memory = debuggerWindow(page).getByRole('group', { name: 'Memory' });
    await expect.poll(() => memory.innerText()).toContain('Pcb.DirectoryTableBase');
    expect(await memory.getAttribute('data-address')).toBe(process);
    const overlaid = await memory.innerText();
    const base = /Pcb\.DirectoryTableBase : 0x([0-9a-f\x60]+)/.exec(overlaid)![1]!.replaceAll('\x60', '');
    // The process's page tables are where it says.
    await askAbout(`/p ${base}`, /topmost page table of process [0-9a-f]+, smss\.exe/);
    expect(await answer.getByRole('link', { name: 'Disassembly' }).count()).toBe(0);

    // A slot of a waiting thread's stack: whose it is, and its code.
    await ask(page, `!process ${process} 2`);
    const thread = /THREAD (\w{16})/.exec(await output(page).locator('.sheet').innerText())![1]!;
    await askAbout(
      `poi(${thread}+@@c++(#FIELD_OFFSET(nt!_KTHREAD, KernelStack)))+48`,
      /kernel stack of thread .* of smss\.exe/,
    );
    await rowOf('runs at').getByRole('link', { name: 'Disassembly' }).click();
    await debuggerWindow(page).getByRole('tab', { name: 'Disassembly', selected: true }).waitFor();
    const code = debuggerWindow(page).getByRole('listbox', { name: 'Disassembly' });
    await expect.poll(() => code.innerText()).toContain('nt!KiSwapContext');
    await debuggerWindow(page).getByRole('tab', { name: 'What is this?' }).click();
    await rowOf('thread').getByRole('link', { name: 'Stack' }).click();
    await answered(page);
    await expectOutput(page, new RegExp(`kd> \\.thread ${thread}`));
    await debuggerWindow(page).getByRole('tab', { name: 'Stack', selected: true }).waitFor();
    await debuggerWindow(page)
      .getByRole('option', { name: /^00 nt!KiSwapContext/ })
      .waitFor();

    // Every address among the evidence is a link, and each can be asked about.
    await askAbout(thread, /object of type Thread/);
    const shown = await answer.locator('dt, dd').allInnerTexts();
    const addresses = shown.flatMap((text) => text.match(/\b[0-9a-f]{8}\x60[0-9a-f]{8}\b/g) ?? []);
    expect(addresses.length).toBeGreaterThan(10);
    for (const address of new Set(addresses)) {
      if (/^[0\x60]+$/.test(address)) continue;
      expect(await answer.locator('a').filter({ hasText: address }).count(), address).toBeGreaterThan(0);
    }
  },
  3 * 60_000,
); // many questions, one after the other

test('addresses of panes and of the output are asked about by keyboard alone', async () => {
  const page = await openPage();
  await openNewDump(page, MENU.full);
  const answer = debuggerWindow(page).getByRole('group', { name: 'What is this?' });
  const summary = answer.getByRole('heading', { level: 2 });
  // A frame of the stack, then the last address of the output.
  await debuggerWindow(page)
    .getByRole('option', { name: /nt!KeSwitchFrame|^00 / })
    .first()
    .focus();
  await page.keyboard.press('Alt+Enter');
  await expect.poll(() => summary.innerText()).toMatch(/stack of (the idle )?thread/);
  await ask(page, '? poi(nt!PsLoadedModuleList)+30-30');
  await output(page).focus();
  await page.keyboard.press('Control+ArrowUp');
  await page.keyboard.press('Alt+Enter');
  await expect.poll(() => summary.innerText()).toContain('block of nonpaged pool');
});

test.each(['light', 'dark'] as const)(
  'axe finds nothing in %s, and a narrow screen is enough',
  async (colorScheme) => {
    const page = await openPage({ colorScheme, reducedMotion: 'reduce' });
    await page.getByRole('button', { name: 'Debugger', exact: true }).click();
    await debuggerWindow(page).getByText('Open a crash dump').waitFor();
    expect(await violations(page)).toEqual([]);
    await page.getByRole('button', { name: 'Task Manager', exact: true }).click();
    await openNewDump(page, MENU.stacks);
    await ask(page, 'lm');
    await ask(page, 'k');
    await page.keyboard.press('ControlOrMeta+f');
    await debuggerWindow(page).getByLabel('Find in the output').fill('nt!');
    await debuggerWindow(page).getByRole('tab', { name: 'What is this?' }).click();
    await debuggerWindow(page).getByRole('group', { name: 'What is this?' }).waitFor();
    expect(await violations(page)).toEqual([]);
    await page.setViewportSize({ width: 390, height: 844 });
    expect(await debuggerWindow(page).boundingBox()).toMatchObject({ x: 0, y: 0, width: 390 });
    const overflow = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect(overflow).toBe(0);
    expect(await violations(page)).toEqual([]);
    await debuggerWindow(page).getByRole('tab', { name: 'What is this?' }).click();
    await debuggerWindow(page).getByRole('group', { name: 'What is this?' }).waitFor();
    expect(await violations(page)).toEqual([]);
  },
  3 * 60_000, // axe looks at everything, twice
);
