import { expect, test } from 'vitest';
import type { Locator, Page } from 'playwright';
import { violations } from './support/axe.js';
import { useBrowser } from './support/browser.js';
import { menuItem, row } from './support/task-manager.js';

const openPage = useBrowser();

async function openDetails(page: Page): Promise<Locator> {
  await row(page, 'System').waitFor();
  await page.getByRole('button', { name: 'Details', exact: true }).click();
  const grid = page.getByRole('grid', { name: 'Details' });
  await grid.waitFor();
  return grid;
}

function line(grid: Locator, name: string): Locator {
  return grid.getByRole('row').filter({ has: grid.page().getByRole('gridcell', { name, exact: true }) });
}

test('shows every process in the columns and formats of Windows', async () => {
  const page = await openPage();
  const grid = await openDetails(page);
  const headers = (await grid.getByRole('columnheader').allInnerTexts()).map((text) => text.trim());
  expect(headers).toEqual([
    'Name',
    'PID',
    'Status',
    'User name',
    'CPU',
    'Memory (active private working set)',
    'Architecture',
    'Description',
  ]);
  const FORMATS = [
    /^.+$/,
    /^(\d+|-)$/,
    /^(Running|Suspended)$/,
    /^.+$/,
    /^\d\d+$/,
    /^\d[\d,]* K$/,
    /^(x64|x86|)$/,
  ];
  const rows = await grid.locator('[data-index]').all();
  expect(rows.length).toBeGreaterThan(100);
  for (const one of rows) {
    const cells = (await one.getByRole('gridcell').allInnerTexts()).map((text) => text.trim());
    for (const [index, format] of FORMATS.entries()) expect(cells[index]).toMatch(format);
  }
  const system = (await line(grid, 'System').innerText()).split('\n').map((text) => text.trim());
  expect(system).toEqual(expect.arrayContaining(['System', '4', 'Running', 'SYSTEM', 'NT Kernel & System']));
  const { height } = (await line(grid, 'System').boundingBox())!;
  expect(height).toBe(19);
});

test('columns are chosen, kept, sorted by and hidden', async () => {
  const page = await openPage();
  let grid = await openDetails(page);
  await grid.getByRole('columnheader', { name: 'PID' }).click({ button: 'right' });
  await menuItem(page, 'Select columns').click();
  const dialog = page.getByRole('dialog', { name: 'Select columns' });
  await dialog.getByRole('checkbox', { name: 'Handles' }).check();
  await dialog.getByRole('checkbox', { name: 'Architecture' }).uncheck();
  expect(await dialog.getByRole('checkbox', { name: 'Name', exact: true }).isDisabled()).toBe(true);
  await dialog.getByRole('button', { name: 'OK' }).click();
  const header = grid.getByRole('columnheader', { name: 'Handles' });
  await header.waitFor();
  expect(await grid.getByRole('columnheader', { name: 'Architecture' }).count()).toBe(0);
  await header.getByRole('button').click();
  expect(await header.getAttribute('aria-sort')).toBe('descending');
  const texts = await grid.locator('[data-index] > :nth-child(7)').allInnerTexts();
  const values = texts.map((text) => Number(text.replace(/\D/g, '')));
  expect(values).toEqual([...values].sort((a, b) => b - a));
  expect(values[0]).toBeGreaterThan(1000);

  await page.reload();
  grid = await openDetails(page);
  await grid.getByRole('columnheader', { name: 'Handles' }).click({ button: 'right' });
  await menuItem(page, 'Hide column').click();
  await expect.poll(() => grid.getByRole('columnheader', { name: 'Handles' }).count()).toBe(0);
});

test('Go to details selects the process and shows it', async () => {
  const page = await openPage();
  await row(page, 'System').click({ button: 'right', position: { x: 60, y: 14 } });
  await menuItem(page, 'Go to details').click();
  const system = line(page.getByRole('grid', { name: 'Details' }), 'System');
  await expect.poll(() => system.getAttribute('aria-selected')).toBe('true');
  const list = (await page.getByRole('grid', { name: 'Details' }).boundingBox())!;
  const { y, height } = (await system.boundingBox())!;
  expect(y).toBeGreaterThan(list.y);
  expect(y + height).toBeLessThanOrEqual(list.y + list.height);
});

test('the context menu has the commands of Windows in its order; System has the live dump', async () => {
  const page = await openPage();
  const grid = await openDetails(page);
  await line(grid, 'System').click({ button: 'right', position: { x: 40, y: 9 } });
  const menu = page.getByRole('menu', { name: 'Actions for System' });
  await menu.waitFor();
  const items = menu.locator('[role^=menuitem]');
  expect((await items.allInnerTexts()).map((text) => text.trim())).toEqual([
    'End task',
    'End process tree',
    'Provide feedback',
    'Efficiency mode',
    'Set priority',
    'Set affinity',
    'Analyze wait chain',
    'UAC virtualization',
    'Create live kernel memory dump file',
    'Open file location',
    'Search online',
    'Properties',
    'Go to service(s)',
  ]);
  await menuItem(page, 'Properties').click();
  await page.getByRole('dialog', { name: 'System Properties' }).waitFor();
});

test('everything is done by keyboard', async () => {
  const page = await openPage();
  const grid = await openDetails(page);
  await grid.focus();
  await page.keyboard.press('Home');
  const active = async () => {
    const id = await grid.getAttribute('aria-activedescendant');
    return (await grid.locator(`#${id}`).getByRole('gridcell').first().innerText()).trim();
  };
  const first = await active();
  await page.keyboard.press('ArrowDown');
  expect(await active()).not.toBe(first);
  await page.keyboard.press('w');
  expect(await active()).toMatch(/^w/i);
  await page.keyboard.press('End');
  await page.keyboard.press('Shift+F10');
  await page.getByRole('menu', { name: /^Actions for/ }).waitFor();
  await page.keyboard.press('Escape');
  await expect.poll(() => grid.evaluate((element) => element.matches(':focus'))).toBe(true);
  await page.keyboard.press('Tab');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter');
  expect(await grid.getByRole('columnheader', { name: 'PID' }).getAttribute('aria-sort')).toBe('ascending');
});

test.each(['light', 'dark'] as const)('axe finds nothing in %s', async (colorScheme) => {
  const page = await openPage({ colorScheme });
  const grid = await openDetails(page);
  await line(grid, 'explorer.exe').click({ button: 'right', position: { x: 40, y: 9 } });
  await page.getByRole('menu', { name: /^Actions for/ }).waitFor();
  expect(await violations(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'View options' }).click();
  await menuItem(page, 'Select columns').click();
  await page.getByRole('dialog', { name: 'Select columns' }).waitFor();
  expect(await violations(page)).toEqual([]);
});
