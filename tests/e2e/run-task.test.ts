import { expect, test } from 'vitest';
import type { Page } from 'playwright';
import { violations } from './support/axe.js';
import { useBrowser } from './support/browser.js';
import { row } from './support/task-manager.js';

const openPage = useBrowser();

const line = (page: Page, name: string) =>
  page
    .getByRole('grid', { name: 'Details' })
    .getByRole('row')
    .filter({ has: page.getByRole('gridcell', { name, exact: true }) });

const dialogOf = (page: Page) => page.getByRole('dialog', { name: 'Create new task' });

test.each(['light', 'dark'] as const)(
  'a program is run by its name, by keyboard, and ends again; axe finds nothing in %s',
  async (colorScheme) => {
    const page = await openPage({ colorScheme });
    await row(page, 'System').waitFor();
    await page.getByRole('button', { name: 'Details', exact: true }).click();
    await line(page, 'explorer.exe').waitFor();
    expect(await line(page, 'notepad.exe').count()).toBe(0);
    await page.getByRole('button', { name: 'Run new task' }).click();
    const dialog = dialogOf(page);
    await dialog.waitFor();
    expect(await violations(page)).toEqual([]);
    await page.keyboard.type('notepad');
    await page.keyboard.press('Enter');
    await dialog.waitFor({ state: 'hidden' });
    await line(page, 'notepad.exe').click();
    await page.keyboard.press('Delete');
    await page
      .getByRole('dialog', { name: 'Do you want to end notepad.exe?' })
      .getByRole('button', { name: 'End process' })
      .click();
    await line(page, 'notepad.exe').waitFor({ state: 'detached' });
  },
);

test('a console program comes with its host, from any page; what nobody knows is said', async () => {
  const page = await openPage();
  await row(page, 'System').waitFor();
  await page.getByRole('button', { name: 'Services', exact: true }).click();
  await page.getByRole('button', { name: 'Run new task' }).click();
  const dialog = dialogOf(page);
  const ok = dialog.getByRole('button', { name: 'OK' });
  expect(await ok.getAttribute('aria-description')).toBe('Type a name first');
  await dialog.getByRole('textbox', { name: 'Open:' }).fill('frobnicate');
  await ok.click();
  const told = page.getByRole('alertdialog', { name: 'The task was not created' });
  expect(await told.innerText()).toContain("Windows cannot find 'frobnicate'");
  await told.getByRole('button', { name: 'OK' }).click();
  await dialog.getByRole('textbox', { name: 'Open:' }).fill('cmd /k ver');
  await dialog.getByRole('checkbox', { name: 'Create this task with administrative privileges.' }).check();
  await ok.click();
  await dialog.waitFor({ state: 'hidden' });
  await page.getByRole('button', { name: 'Details', exact: true }).click();
  await line(page, 'cmd.exe').waitFor();
});
