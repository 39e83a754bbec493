import { expect, test } from 'vitest';
import { violations } from './support/axe.js';
import { useBrowser } from './support/browser.js';
import { explorerWith, fileNames } from './support/explorer.js';
import { focused, menuItem } from './support/task-manager.js';

const openPage = useBrowser();

test('columns sort, and say how', async () => {
  const explorer = await explorerWith(await openPage(), ['b10.dmp', 9000], ['b9.dmp', 100], ['c.dmp', 5000]);
  expect(await fileNames(explorer)).toEqual(['b9.dmp', 'b10.dmp', 'c.dmp']);
  const header = (name: string) => explorer.getByRole('columnheader', { name });
  expect(await header('Name').getAttribute('aria-sort')).toBe('ascending');
  await header('Size').getByRole('button').click();
  expect(await fileNames(explorer)).toEqual(['b10.dmp', 'c.dmp', 'b9.dmp']);
  expect(await header('Size').getAttribute('aria-sort')).toBe('descending');
  expect(await header('Name').getAttribute('aria-sort')).toBeNull();
  await header('Size').getByRole('button').click();
  expect(await fileNames(explorer)).toEqual(['b9.dmp', 'c.dmp', 'b10.dmp']);
});

test('the keyboard selects: arrows, Home and End, Shift, Ctrl, letters, all', async () => {
  const page = await openPage();
  const explorer = await explorerWith(page, ['a.dmp', 1], ['b.dmp', 1], ['bc.dmp', 1], ['d.dmp', 1]);
  const selected = () => fileNames(explorer, true);
  const press = async (...keys: string[]) => {
    for (const key of keys) await page.keyboard.press(key);
  };
  await press('Home');
  await expect.poll(selected).toEqual(['a.dmp']);
  await press('ArrowDown', 'Shift+ArrowDown');
  await expect.poll(selected).toEqual(['b.dmp', 'bc.dmp']);
  await press('Control+End', 'Space');
  await expect.poll(selected).toEqual(['b.dmp', 'bc.dmp', 'd.dmp']);
  await press('a');
  await expect.poll(selected).toEqual(['a.dmp']);
  await page.waitForTimeout(1100); // the word that was begun ends
  await press('b', 'c');
  await expect.poll(selected).toEqual(['bc.dmp']);
  await press('Control+a');
  await expect.poll(async () => (await selected()).length).toBe(4);
  expect((await focused(page)).text).toContain('bc.dmp');
  expect(await explorer.getByText('4 items selected').isVisible()).toBe(true);
});

test('F2 renames without touching the extension, and refuses what Windows refuses', async () => {
  const page = await openPage();
  const explorer = await explorerWith(page, ['first.dmp', 300], ['second.dmp', 300]);
  const list = explorer.getByRole('grid');
  await explorer.getByRole('row', { name: 'first.dmp' }).click();
  const type = async (name: string) => {
    await page.keyboard.press('F2');
    await list.getByRole('textbox').waitFor();
    await page.keyboard.type(name);
    await page.keyboard.press('Enter');
  };
  await type('System hangs');
  await explorer.getByRole('row', { name: 'System hangs.dmp' }).waitFor();

  const refusal = page.getByRole('alertdialog');
  for (const [name, words] of [
    ['a/b', /can’t contain any of the following characters/],
    ['second', /already a file with the same name/],
    ['nul', /device name is invalid/],
  ] as const) {
    await type(name);
    await refusal.getByText(words).waitFor();
    await page.keyboard.press('Enter');
    await refusal.waitFor({ state: 'hidden' });
    expect(await fileNames(explorer)).toEqual(['second.dmp', 'System hangs.dmp']);
  }

  await page.keyboard.press('F2');
  await page.keyboard.type('left');
  await page.keyboard.press('Escape');
  await list.getByRole('textbox').waitFor({ state: 'detached' });
  expect((await focused(page)).text).toContain('System hangs.dmp');

  await page.keyboard.press('F2');
  await list.getByRole('textbox').waitFor();
  await page.keyboard.press('Control+a');
  await page.keyboard.type('notes.txt');
  await page.keyboard.press('Enter');
  await page
    .getByRole('dialog')
    .getByText(/file might become unusable/)
    .waitFor();
  await page.getByRole('button', { name: 'Yes' }).click();
  const renamed = explorer.getByRole('row', { name: 'notes.txt' });
  await renamed.waitFor();
  // What is known of the file came along.
  await explorer.getByRole('group', { name: 'File details' }).getByText('A file of yours').waitFor();
});

test('Del asks, names what is lost, and deletes all that is selected', async () => {
  const page = await openPage();
  const explorer = await explorerWith(page, ['a.dmp', 2048], ['b.dmp', 10], ['c.dmp', 10]);
  await explorer.getByRole('row', { name: 'a.dmp' }).click();
  await page.keyboard.press('Delete');
  const question = page.getByRole('dialog', { name: 'Delete File' });
  expect(await question.innerText()).toMatch(/a\.dmp[^]*2\.00 KB/);
  await page.keyboard.press('Escape');
  await question.waitFor({ state: 'hidden' });
  expect((await fileNames(explorer)).length).toBe(3);

  await page.keyboard.press('Shift+ArrowDown');
  await page.keyboard.press('Delete');
  const both = page.getByRole('dialog', { name: 'Delete Multiple Items' });
  await both.getByText('these 2 items').waitFor();
  await page.keyboard.press('Enter');
  await expect.poll(() => fileNames(explorer)).toEqual(['c.dmp']);
});

test('Alt+Enter shows the properties, the digest among them', async () => {
  const page = await openPage();
  const explorer = await explorerWith(page, ['a.dmp', 1234]);
  await explorer.getByRole('row', { name: 'a.dmp' }).click();
  await page.keyboard.press('Alt+Enter');
  const dialog = page.getByRole('dialog', { name: 'a.dmp Properties' });
  await dialog.getByText(/1\.20 KB \(1,234 bytes\)/).waitFor();
  const bytes = new Uint8Array(Buffer.alloc(1234, 'a.dmp'));
  const digest = Buffer.from(await crypto.subtle.digest('SHA-256', bytes)).toString('hex');
  await dialog.getByText(digest).waitFor();
  expect(await violations(page)).toEqual([]);
  await page.keyboard.press('Enter');
  await dialog.waitFor({ state: 'hidden' });
});

test('the ways through folders: up, back, forward, the address, the pane', async () => {
  const page = await openPage();
  const explorer = await explorerWith(page);
  const here = explorer.locator('fe-address-bar [aria-current=page]');
  const press = (name: string) => explorer.getByRole('button', { name, exact: true }).click();
  await press('Up');
  await expect.poll(() => here.innerText()).toBe('TaskManager');
  expect(await fileNames(explorer, true)).toEqual(['LiveKernelDumps']);
  await press('Back');
  await expect.poll(() => here.innerText()).toBe('LiveKernelDumps');
  await press('Forward');
  await expect.poll(() => here.innerText()).toBe('TaskManager');
  await explorer.getByRole('navigation', { name: 'Address' }).getByRole('button', { name: 'Users' }).click();
  await expect.poll(() => here.innerText()).toBe('Users');

  await press('Edit address');
  await page.keyboard.type('c:/windows');
  await page.keyboard.press('Enter');
  await expect.poll(() => here.innerText()).toBe('Windows');
  expect(await fileNames(explorer)).toEqual(['LiveKernelReports', 'System32']);
  await press('Edit address');
  await page.keyboard.type('C:\\Nowhere');
  await page.keyboard.press('Enter');
  await page
    .getByRole('alertdialog')
    .getByText(/can’t find ‘C:\\Nowhere’/)
    .waitFor();
  await page.keyboard.press('Enter');

  await explorer.getByRole('navigation', { name: 'Folders' }).getByRole('button', { name: 'Home' }).click();
  await expect.poll(() => fileNames(explorer)).toEqual(['AppData']);
  await explorer.getByRole('row', { name: 'AppData' }).dblclick();
  await expect.poll(() => fileNames(explorer)).toEqual(['Local']);
  await page.keyboard.press('Backspace');
  await expect.poll(() => fileNames(explorer)).toEqual(['AppData']);
});

test('files of the drive itself have their paths, folders of Windows stay', async () => {
  const page = await openPage();
  const explorer = await explorerWith(page);
  await explorer
    .getByRole('navigation', { name: 'Folders' })
    .getByRole('button', { name: 'Local Disk' })
    .click();
  await explorer.getByRole('row', { name: 'Users' }).waitFor();
  await page
    .locator('fe-explorer input[type=file]')
    .setInputFiles({ name: 'x.dmp', buffer: Buffer.from('x'), mimeType: '' });
  await explorer.getByRole('row', { name: 'x.dmp' }).click();
  await page.keyboard.press('F2');
  await page.keyboard.type('y');
  await page.keyboard.press('Enter');
  await explorer.getByRole('row', { name: 'y.dmp' }).waitFor();
  await explorer.getByRole('row', { name: 'Users' }).click({ button: 'right' });
  for (const name of ['Rename', 'Delete', 'Download'])
    expect(await menuItem(page, name).getAttribute('aria-disabled')).toBe('true');
});

test('files are dropped on it, keep apart from others of their name, and outlive a reload', async () => {
  const page = await openPage();
  const explorer = await explorerWith(page, ['a.dmp', 10]);
  const transfer = await page.evaluateHandle(() => {
    const data = new DataTransfer();
    data.items.add(new File(['other bytes'], 'a.dmp'));
    return data;
  });
  await explorer.getByRole('grid').dispatchEvent('drop', { dataTransfer: transfer });
  await explorer.getByRole('row', { name: 'a (2).dmp' }).waitFor();
  await page.reload();
  await page.getByRole('button', { name: 'File Explorer' }).click();
  await explorer.getByRole('row', { name: 'a (2).dmp' }).waitFor();
  expect(await fileNames(explorer)).toEqual(['a (2).dmp', 'a.dmp']);
});

test('the browser’s storage is told and freed', async () => {
  const page = await openPage();
  const explorer = await explorerWith(page, ['big.dmp', 3_000_000], ['small.dmp', 10]);
  await explorer.getByText(/used, .* free in the browser/).waitFor();
  await explorer.getByRole('button', { name: 'Free up space' }).click();
  const dialog = page.getByRole('dialog', { name: 'Free up space' });
  await dialog.getByRole('checkbox', { name: /big\.dmp/ }).check();
  await dialog.getByText('2.86 MB will be free').waitFor();
  expect(await violations(page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Delete' }).click();
  await expect.poll(() => fileNames(explorer)).toEqual(['small.dmp']);
});

test.each(['light', 'dark', 'forced'] as const)('axe finds nothing in it: %s', async (look) => {
  const page = await openPage({
    reducedMotion: 'reduce',
    ...(look === 'forced' ? { forcedColors: 'active' as const } : { colorScheme: look }),
  });
  const explorer = await explorerWith(page, ['a.dmp', 10], ['b.dmp', 10]);
  await explorer.getByRole('row', { name: 'a.dmp' }).click();
  expect(await violations(page)).toEqual([]);
  await page.keyboard.press('F2');
  expect(await violations(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await page.keyboard.press('Delete');
  await page.getByRole('dialog').waitFor();
  expect(await violations(page)).toEqual([]);
});

test('at 320 px everything is there and nothing makes the page scroll', async () => {
  const page = await openPage({ viewport: { width: 320, height: 640 } });
  const explorer = await explorerWith(page, ['a-dump-with-a-name-that-is-longer-than-the-screen.dmp', 10]);
  const boxes = await Promise.all(
    ['Back', 'Up', 'Download', 'Rename', 'Delete', 'Free up space'].map((name) =>
      explorer.getByRole('button', { name, exact: true }).boundingBox(),
    ),
  );
  for (const box of boxes) expect((box?.x ?? 999) + (box?.width ?? 0)).toBeLessThanOrEqual(320);
  const overflow = await explorer
    .locator('fe-file-list')
    .evaluate((list) => list.scrollWidth - list.clientWidth);
  expect(overflow).toBe(0);
});
