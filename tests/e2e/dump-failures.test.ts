import type { Page } from 'playwright';
import { expect, test } from 'vitest';
import { violations } from './support/axe.js';
import { useBrowser } from './support/browser.js';
import { DUMP_TIMEOUT, MENU, chooseDump } from './support/task-manager.js';

const openPage = useBrowser();

async function runAs(page: Page, user: string): Promise<void> {
  await page.getByRole('button', { name: 'Settings', exact: true }).click();
  await page.getByLabel('Run Task Manager as').selectOption({ label: user });
  await page.getByRole('button', { name: 'Processes', exact: true }).click();
}

test('a standard user is told what a dump needs; as administrator it works, and Event Viewer shows how', async () => {
  const page = await openPage({ reducedMotion: 'reduce' });
  await runAs(page, 'Standard user');
  await chooseDump(page, MENU.full);
  const alert = page.getByRole('alertdialog');
  await alert.getByText('STATUS_PRIVILEGE_NOT_HELD').waitFor();
  expect(await alert.innerText()).toContain('administrator');
  await alert.getByRole('button', { name: 'Close' }).click();
  await runAs(page, 'Administrator');
  await chooseDump(page, MENU.stacks);
  await page.getByRole('button', { name: 'OK', exact: true }).click({ timeout: DUMP_TIMEOUT });

  await page.getByRole('button', { name: 'Event Viewer' }).click();
  const viewer = page.getByRole('region', { name: 'Event Viewer' });
  await viewer
    .getByRole('row', { name: /LiveDumpCaptureDumpDataAPI/ })
    .first()
    .click();
  const details = viewer.getByRole('group', { name: 'Event details' });
  expect(await details.innerText()).toMatch(/NTStatus\s+0x00000000/);
  expect(await viewer.getByRole('row').count()).toBeGreaterThan(25);
  expect(await violations(page)).toEqual([]);
});
