import { expect, test } from 'vitest';
import type { Page } from 'playwright';
import { violations } from './support/axe.js';
import { useBrowser } from './support/browser.js';
import { explorerWith } from './support/explorer.js';
import { focused, menuItem, row } from './support/task-manager.js';
import { targets } from './support/targets.js';

const openPage = useBrowser();

const line = (page: Page, name: string) =>
  page
    .getByRole('grid', { name: 'Details' })
    .getByRole('row')
    .filter({ has: page.getByRole('gridcell', { name, exact: true }) });

async function openDetails(page: Page): Promise<void> {
  await row(page, 'System').waitFor();
  await page.getByRole('button', { name: 'Details', exact: true }).click();
  await line(page, 'explorer.exe').waitFor();
}

async function choose(page: Page, name: string, item: string): Promise<void> {
  await line(page, name).click({ button: 'right', position: { x: 40, y: 9 } });
  await menuItem(page, item).click();
}

test('a task ends by its button and by the Delete key, without a question', async () => {
  const page = await openPage();
  await row(page, 'System').waitFor();
  const button = page.getByRole('button', { name: 'End task' });
  expect(await button.getAttribute('aria-description')).toBe('Select a process first');
  await row(page, 'System').click();
  expect(await button.getAttribute('aria-description')).toBe('The machine needs this process');
  await row(page, 'Application Frame Host').click();
  await button.click();
  await row(page, 'Application Frame Host').waitFor({ state: 'detached' });
  await row(page, 'Print Spooler').or(row(page, 'Spooler SubSystem App')).click();
  await page.keyboard.press('Delete');
  await row(page, 'Print Spooler').or(row(page, 'Spooler SubSystem App')).waitFor({ state: 'detached' });
});

test('on the Details page a question comes first, by keyboard; a tree goes with what it started', async () => {
  const page = await openPage();
  await openDetails(page);
  await line(page, 'OneDrive.exe').click();
  await page.keyboard.press('Delete');
  const question = page.getByRole('dialog', { name: 'Do you want to end OneDrive.exe?' });
  await question.waitFor();
  await page.keyboard.press('Escape');
  await question.waitFor({ state: 'hidden' });
  expect(await line(page, 'OneDrive.exe').count()).toBe(1);
  await page.keyboard.press('Delete');
  await question.waitFor();
  await page.keyboard.press('Enter');
  await line(page, 'OneDrive.exe').waitFor({ state: 'detached' });
  await line(page, 'SearchProtocolHost.exe').waitFor();
  await choose(page, 'SearchIndexer.exe', 'End process tree');
  const tree = page.getByRole('dialog', {
    name: 'Do you want to end the process tree of SearchIndexer.exe?',
  });
  await tree.getByRole('button', { name: 'End process tree' }).click();
  await line(page, 'SearchIndexer.exe').waitFor({ state: 'detached' });
  await line(page, 'SearchProtocolHost.exe').waitFor({ state: 'detached' });
});

test.each(['light', 'dark'] as const)(
  'a critical process asks as Windows does; with it the machine stops, and boots anew; axe finds nothing in %s',
  async (colorScheme) => {
    const page = await openPage({ colorScheme, reducedMotion: 'reduce' });
    const explorer = await explorerWith(page, ['kept.dmp', 64]);
    await explorer.getByRole('button', { name: 'Close' }).click();
    await openDetails(page);
    await line(page, 'wininit.exe').click();
    await page.keyboard.press('Delete');
    const question = page.getByRole('dialog', { name: /^Do you want to end the system process/ });
    const shutDown = question.getByRole('button', { name: 'Shut down' });
    expect(await shutDown.getAttribute('aria-description')).toContain('unsaved data');
    expect(await violations(page)).toEqual([]);
    await question.getByRole('checkbox', { name: 'Abandon unsaved data and shut down.' }).check();
    await shutDown.click();
    // It is protected as well.
    const told = page.getByRole('alertdialog', { name: 'Unable to terminate process' });
    expect(await told.innerText()).toContain('The operation could not be completed.');
    expect(await told.innerText()).toContain('Access is denied: wininit.exe is protected');
    await told.getByRole('button', { name: 'OK' }).click();
    await page.getByRole('button', { name: 'Processes', exact: true }).click();
    await page.getByRole('searchbox').fill('DCOM');
    await page.getByRole('row', { name: /^Service Host: DCOM Server Process Launcher/ }).click();
    await page.keyboard.press('Delete');
    await question.getByRole('checkbox', { name: 'Abandon unsaved data and shut down.' }).check();
    await shutDown.click();
    const screen = page.getByRole('alertdialog', { name: 'The machine has stopped' });
    await screen.getByText('CRITICAL_PROCESS_DIED (0x000000EF)').waitFor();
    await screen.getByText(/^0xFFFF[0-9A-F]{12}, the EPROCESS/).waitFor();
    await screen.getByText('No dump is written', { exact: false }).waitFor();
    expect((await focused(page)).text).toBe('Restart the machine');
    expect(await violations(page)).toEqual([]);
    expect((await targets(page)).small).toEqual([]);
    // What it left can be looked at: its files and its memory, while its own programs stand still.
    await page.keyboard.press('Escape');
    const bar = page.getByRole('region', { name: 'The machine has stopped' });
    await bar.waitFor();
    expect(await page.locator('tm-app').getAttribute('inert')).toBe('');
    await page.getByRole('button', { name: 'File Explorer' }).click();
    await page.getByRole('row', { name: 'kept.dmp' }).waitFor();
    expect(await violations(page)).toEqual([]);
    const clock = page.locator('ll-taskbar time');
    const time = await clock.getAttribute('datetime');
    await bar.getByRole('button', { name: 'Show the stop screen' }).click();
    expect(await clock.getAttribute('datetime')).toBe(time);
    await page.keyboard.press('Enter');
    await row(page, 'System').waitFor();
    await page.getByRole('button', { name: 'File Explorer' }).click();
    await page.getByRole('row', { name: 'kept.dmp' }).waitFor();
  },
);
