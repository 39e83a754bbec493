import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import type { Download } from 'playwright';
import { expect, test } from 'vitest';
import { useBrowser } from './support/browser.js';
import { DUMP_TIMEOUT, MENU, chooseDump, menuItem, row } from './support/task-manager.js';

const openPage = useBrowser();

async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

async function firstBytes(download: Download, count: number): Promise<string> {
  const file = await open(await download.path());
  const { buffer } = await file.read(Buffer.alloc(count), 0, count, 0);
  await file.close();
  return buffer.toString('latin1');
}

test('the menu of System is the one of the screenshot', async () => {
  const page = await openPage();
  await row(page, 'System').click({ button: 'right', position: { x: 60, y: 14 } });
  const items = page.getByRole('menuitem');
  expect((await items.allInnerTexts()).map((text) => text.trim())).toEqual([
    'End task',
    'Resource values',
    'Provide feedback',
    'Efficiency mode',
    'Create live kernel memory dump file',
    'Go to details',
    'Open file location',
    'Search online',
    'Properties',
  ]);
  const disabled = page.locator('[role=menuitem][aria-disabled=true]');
  expect((await disabled.allInnerTexts()).map((text) => text.trim())).toEqual([
    'End task',
    'Efficiency mode',
  ]);
  expect(await page.getByRole('separator').count()).toBe(2);
  await menuItem(page, MENU.create).hover();
  const submenu = page.getByRole('menu', { name: MENU.create });
  await submenu.waitFor();
  expect((await submenu.getByRole('menuitem').allInnerTexts()).map((text) => text.trim())).toEqual([
    MENU.full,
    MENU.stacks,
    MENU.settings,
  ]);
});

test('other processes offer no live kernel dump', async () => {
  const page = await openPage();
  await row(page, 'Task Manager').click({ button: 'right' });
  await menuItem(page, 'Properties').waitFor();
  expect(await menuItem(page, MENU.create).count()).toBe(0);
  expect(await menuItem(page, 'Create memory dump file').getAttribute('aria-disabled')).not.toBe('true');
});

test('a right-click on System ends in a dump and its symbols among the downloads', async () => {
  const page = await openPage();
  await chooseDump(page, MENU.full);
  await page.getByRole('dialog').getByRole('progressbar').waitFor();
  const openLocation = page.getByRole('button', { name: 'Open file location' });
  await openLocation.waitFor({ timeout: DUMP_TIMEOUT });
  const dialog = page.getByRole('dialog');
  const path = (await dialog.innerText()).replace(/\n/g, '');
  expect(path).toMatch(
    /C:\\Users\\[^\\]+\\AppData\\Local\\Microsoft\\Windows\\TaskManager\\LiveKernelDumps\\\S+\.dmp/i,
  );
  await openLocation.click();

  const explorer = page.getByRole('region', { name: /LiveKernelDumps/ });
  const file = explorer.getByRole('row', { name: /\.dmp/i });
  await file.click({ button: 'right' });
  const [dump] = await Promise.all([
    page.waitForEvent('download', { timeout: DUMP_TIMEOUT }),
    menuItem(page, 'Download').click(),
  ]);
  expect(dump.suggestedFilename()).toMatch(/^livedump.*\.dmp$/i);
  // The first page says PAGEDU64; the page says which SHA-256 was written.
  expect(await firstBytes(dump, 8)).toBe('PAGEDU64');
  const details = explorer.getByRole('group', { name: 'File details' });
  await expect.poll(() => details.innerText(), { timeout: DUMP_TIMEOUT }).toMatch(/SHA-256 [0-9a-f]{64}/);
  expect(await details.innerText()).toContain(await sha256(await dump.path()));

  const [symbols] = await Promise.all([
    page.waitForEvent('download', { timeout: DUMP_TIMEOUT }),
    explorer.getByRole('button', { name: 'Download symbols (.zip)' }).click(),
  ]);
  expect(symbols.suggestedFilename()).toMatch(/\.zip$/);
  expect(await firstBytes(symbols, 2)).toBe('PK');

  await file.click({ button: 'right' });
  await menuItem(page, 'Delete').click();
  await page.getByRole('dialog').getByRole('button', { name: 'Yes' }).click();
  await explorer.getByText('This folder is empty.').waitFor();
});

test('the dump and its details are still there after a reload', async () => {
  const page = await openPage();
  await chooseDump(page, MENU.full);
  await page.getByRole('button', { name: 'OK', exact: true }).click({ timeout: DUMP_TIMEOUT });
  await page.reload();
  await page.getByRole('button', { name: 'File Explorer' }).click();
  await page.getByRole('row', { name: /\.dmp/i }).click();
  const details = page.getByRole('group', { name: 'File details' });
  await expect.poll(() => details.innerText(), { timeout: DUMP_TIMEOUT }).toMatch(/SHA-256 [0-9a-f]{64}/);
});

test('a dump that is cancelled leaves no file', async () => {
  const page = await openPage();
  await chooseDump(page, MENU.full);
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('dialog').waitFor({ state: 'hidden', timeout: DUMP_TIMEOUT });
  await page.getByRole('button', { name: 'File Explorer' }).click();
  await page.getByText('This folder is empty.').waitFor();
});
