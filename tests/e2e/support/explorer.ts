import type { Locator, Page } from 'playwright';
import { row } from './task-manager.js';

/** Opens File Explorer and gives it files as a user chooses them, in this order. */
export async function explorerWith(
  page: Page,
  ...files: readonly [name: string, bytes: number][]
): Promise<Locator> {
  await row(page, 'System').waitFor();
  await page.getByRole('button', { name: 'File Explorer' }).click();
  const explorer = page.getByRole('region', { name: /File Explorer/ });
  await explorer.getByText('This folder is empty.').waitFor();
  for (const [name, bytes] of files) {
    const buffer = Buffer.alloc(bytes, name);
    await page
      .locator('fe-explorer input[type=file]')
      .setInputFiles({ name, buffer, mimeType: 'application/octet-stream' });
    await explorer.getByRole('row', { name }).waitFor();
  }
  return explorer;
}

/** Names in the order shown; of all files or of the selected ones. */
export async function fileNames(explorer: Locator, selected = false): Promise<string[]> {
  const rows = explorer.locator(selected ? 'tbody tr[aria-selected=true]' : 'tbody tr');
  return rows.locator('.name').allInnerTexts();
}
