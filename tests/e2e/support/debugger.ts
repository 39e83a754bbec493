import type { Locator, Page } from 'playwright';
import { expect } from 'vitest';
import { DUMP_TIMEOUT, chooseDump } from './task-manager.js';

export function debuggerWindow(page: Page): Locator {
  return page.getByRole('region', { name: /Debugger$/ });
}

export function commandLine(page: Page): Locator {
  return debuggerWindow(page).getByLabel(/^Command line/);
}

export function output(page: Page): Locator {
  return debuggerWindow(page).getByRole('log', { name: 'Output' });
}

/** Makes a dump in Task Manager and opens it by a double-click in File Explorer. */
export async function openNewDump(page: Page, item: string): Promise<void> {
  await chooseDump(page, item);
  await page.getByRole('button', { name: 'Open file location' }).click({ timeout: DUMP_TIMEOUT });
  await page.getByRole('row', { name: /\.dmp/i }).dblclick();
  await commandLine(page).waitFor({ timeout: DUMP_TIMEOUT });
}

/** Types a line, and waits until it is answered. */
export async function ask(page: Page, line: string): Promise<void> {
  await commandLine(page).fill(line);
  await commandLine(page).press('Enter');
  await answered(page);
}

/** The prompt is there again. */
export async function answered(page: Page): Promise<void> {
  await debuggerWindow(page)
    .getByText(/^\d+: kd>$/)
    .waitFor({ timeout: DUMP_TIMEOUT });
}

/** Everything in the command window, as a user copies it. Needs the permission to read the clipboard. */
export async function copiedOutput(page: Page): Promise<string> {
  await output(page).focus();
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.press('ControlOrMeta+c');
  const text = await page.evaluate(() => navigator.clipboard.readText());
  await commandLine(page).focus();
  return text;
}

/** Drops files of this computer on the debugger, or on something else of the page. */
export async function drop(
  page: Page,
  paths: string[],
  on: Locator = debuggerWindow(page).locator('.frame').first(),
): Promise<void> {
  await page.evaluate(() => {
    const input = document.createElement('input');
    input.type = 'file';
    input.multiple = true;
    input.id = 'test-files';
    document.body.append(input);
  });
  await page.setInputFiles('#test-files', paths);
  await on.evaluate((target) => {
    const input = document.querySelector<HTMLInputElement>('#test-files')!;
    const dataTransfer = new DataTransfer();
    for (const file of input.files!) dataTransfer.items.add(file);
    for (const type of ['dragenter', 'dragover', 'drop'])
      target.dispatchEvent(
        new DragEvent(type, { dataTransfer, bubbles: true, composed: true, cancelable: true }),
      );
    input.remove();
  });
}

export async function expectOutput(page: Page, text: string | RegExp): Promise<void> {
  await expect
    .poll(() => output(page).locator('.sheet').innerText(), { timeout: DUMP_TIMEOUT })
    .toMatch(text);
}
