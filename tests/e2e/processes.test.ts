import { expect, test } from 'vitest';
import { useBrowser } from './support/browser.js';
import { menuItem, row } from './support/task-manager.js';

const openPage = useBrowser();

/** Zero without a decimal, everything else with one; see the measured formats of Task Manager. */
const FORMATS = {
  cpu: /^(0|\d[\d,]*\.\d)%$/,
  memory: /^(0|\d[\d,]*\.\d) MB$/,
  disk: /^(0|\d[\d,]*\.\d) MB\/s$/,
  network: /^(0|\d[\d,]*\.\d) Mbps$/,
  gpu: /^(0|\d[\d,]*\.\d)%$/,
};

test('every process has its numbers in the formats of Windows, under its group', async () => {
  const page = await openPage();
  await row(page, 'System').waitFor();
  const titles = page.getByRole('row', { name: /^(Apps|Background processes|Windows processes) \(\d+\)$/ });
  expect(await titles.count()).toBe(3);
  const rows = await page.locator('[role=row][data-key^=process]').all();
  expect(rows.length).toBeGreaterThan(12);
  for (const line of rows) {
    const cells = (await line.getByRole('gridcell').allInnerTexts()).map((text) => text.trim());
    const [, ...numbers] = cells;
    for (const [index, format] of Object.values(FORMATS).entries()) expect(numbers[index]).toMatch(format);
  }
});

test('a column header sorts, largest first, and says so', async () => {
  const page = await openPage();
  await row(page, 'System').waitFor();
  const header = page.getByRole('columnheader', { name: /Memory/ });
  await header.getByRole('button').click();
  expect(await header.getAttribute('aria-sort')).toBe('descending');
  // Without groups the whole column is one sequence.
  await page.getByRole('button', { name: 'View options' }).click();
  await page.getByRole('menuitemcheckbox', { name: 'Group by type' }).click();
  const memory = async () => {
    const cells = await page.locator('[role=row][data-key^=process] > :nth-child(4)').allInnerTexts();
    return cells.map((text) => Number(text.replace(/[^\d.]/g, '')));
  };
  const values = await memory();
  expect(values).toEqual([...values].sort((a, b) => b - a));
  await header.getByRole('button').click();
  const ascending = await memory();
  expect(ascending).toEqual([...ascending].sort((a, b) => a - b));
});

test('the search box finds a process by name and by PID', async () => {
  const page = await openPage();
  await row(page, 'System').waitFor();
  const search = page.getByRole('searchbox', { name: 'Type a name, publisher, or PID to search' });
  const processes = page.locator('[role=row][data-key^=process]');
  await search.fill('4');
  await row(page, 'System').waitFor();
  await search.fill('task man');
  await expect.poll(() => processes.count()).toBe(1);
  await row(page, 'Task Manager').waitFor();
  await search.fill('no such program');
  await page.getByRole('status').getByText('No process matches “no such program”.').waitFor();
  await search.press('Escape');
  await row(page, 'System').waitFor();
});

test('rows keep their places while a menu is open', async () => {
  const page = await openPage();
  await row(page, 'System').waitFor();
  await page.getByRole('columnheader', { name: /CPU/ }).getByRole('button').click();
  await row(page, 'System').click({ button: 'right', position: { x: 60, y: 14 } });
  const names = () => page.getByRole('rowheader').allInnerTexts();
  const before = await names();
  await page.waitForTimeout(2500);
  expect(await names()).toEqual(before);
});

test('what this machine cannot do says so and cannot be used', async () => {
  const page = await openPage();
  await page.getByRole('button', { name: 'Users', exact: true }).click();
  const disconnect = page.getByRole('button', { name: 'Disconnect', exact: true });
  await disconnect.waitFor();
  expect(await disconnect.getAttribute('aria-disabled')).toBe('true');
  expect(await disconnect.getAttribute('aria-description')).toBe(
    'The only session of this machine is the one that you look at',
  );
});

test('Properties shows what the machine knows of the process', async () => {
  const page = await openPage();
  await row(page, 'System').click({ button: 'right', position: { x: 60, y: 14 } });
  await menuItem(page, 'Properties').click();
  const dialog = page.getByRole('dialog', { name: 'System Properties' });
  await dialog.waitFor();
  expect((await dialog.innerText()).replace(/\s+/g, ' ')).toContain('PID 4');
});

test('columns are chosen in the header, and kept; resource values are percents or values', async () => {
  const page = await openPage();
  await row(page, 'System').waitFor();
  const header = page.getByRole('columnheader', { name: /Memory/ });
  await header.click({ button: 'right' });
  await page.getByRole('menuitemcheckbox', { name: 'Command line' }).click();
  const taskManager = row(page, 'Task Manager');
  await expect.poll(async () => taskManager.innerText()).toContain('taskmgr.exe');
  await header.click({ button: 'right' });
  await menuItem(page, 'Resource values').click();
  await menuItem(page, 'Memory').click();
  await page.getByRole('menuitemradio', { name: 'Percents' }).click();
  const memory = row(page, 'Task Manager').getByRole('gridcell').nth(3);
  await expect.poll(async () => (await memory.innerText()).trim()).toMatch(/^\d+(\.\d)?%$/);
  await page.reload();
  await page.getByRole('columnheader', { name: 'Command line' }).waitFor();
});

test('a host of services opens to what it hosts', async () => {
  const page = await openPage();
  const host = page.getByRole('row', { name: 'Service Host: Task Scheduler', exact: true });
  await host.waitFor();
  await host.dblclick({ position: { x: 80, y: 14 } });
  expect(await host.getAttribute('aria-expanded')).toBe('true');
  const service = page.getByRole('row', { name: 'Task Scheduler', exact: true });
  await service.waitFor();
  expect(await service.getAttribute('aria-level')).toBe('3');
  expect((await service.getByRole('gridcell').allInnerTexts()).join('').trim()).toBe('');
});

test('what does not look after its window is Not responding, in Processes and Details', async () => {
  const page = await openPage({}, '?scenario=hung-server&machine=tiny');
  const explorer = row(page, 'Windows Explorer');
  await explorer.waitFor();
  expect(await explorer.getByRole('gridcell').first().innerText()).toBe('Not responding');
  await page.getByRole('button', { name: 'Details', exact: true }).click();
  const details = page.getByRole('row', { name: /^explorer\.exe/ }).first();
  expect(await details.innerText()).toContain('Not responding');
});
