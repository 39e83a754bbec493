import { expect, test } from 'vitest';
import type { Page } from 'playwright';
import { violations } from './support/axe.js';
import { useBrowser } from './support/browser.js';
import { menuItem, row } from './support/task-manager.js';

const openPage = useBrowser();
/** A busy computer takes its time to start a process. */
const SLOW = { timeout: 15_000 };

const line = (page: Page, name: string) => page.getByRole('row', { name: new RegExp(`^${name}\\b`) });

/** What the columns PID and Status say. */
const cells = async (page: Page, name: string) => {
  const all = await line(page, name).getByRole('gridcell').allInnerTexts();
  return { pid: all[0]!.trim(), status: all[2]!.trim() };
};

async function openServices(page: Page): Promise<void> {
  await row(page, 'System').waitFor();
  await page.getByRole('button', { name: 'Services', exact: true }).click();
  await page.getByRole('searchbox').fill('spool');
  await line(page, 'Spooler').click();
}

test('a service stops by its button, starts by the menu and restarts in another process', async () => {
  const page = await openPage();
  await openServices(page);
  const before = await cells(page, 'Spooler');
  expect(before.status).toBe('Running');
  await page.getByRole('button', { name: 'Stop', exact: true }).click();
  await expect.poll(() => cells(page, 'Spooler'), SLOW).toEqual({ pid: '', status: 'Stopped' });
  await line(page, 'Spooler').click({ button: 'right', position: { x: 40, y: 9 } });
  await menuItem(page, 'Start').click();
  await expect.poll(async () => (await cells(page, 'Spooler')).status, SLOW).toBe('Running');
  const started = await cells(page, 'Spooler');
  expect(Number(started.pid)).toBeGreaterThan(Number(before.pid));
  await page.getByRole('button', { name: 'Restart', exact: true }).click();
  await expect
    .poll(async () => Number((await cells(page, 'Spooler')).pid), SLOW)
    .toBeGreaterThan(Number(started.pid));
});

test('what Windows refuses is said, and axe finds nothing', async () => {
  const page = await openPage();
  await openServices(page);
  await page.getByRole('searchbox').fill('WinDefend');
  await line(page, 'WinDefend').click();
  await page.getByRole('button', { name: 'Stop', exact: true }).click();
  const told = page.getByRole('alertdialog', { name: 'Unable to stop service' });
  expect(await told.innerText()).toContain('Access is denied');
  expect(await violations(page)).toEqual([]);
  await told.getByRole('button', { name: 'OK' }).click();
  expect((await cells(page, 'WinDefend')).status).toBe('Running');
});
