import { expect, test } from 'vitest';
import type { Page } from 'playwright';
import { violations } from './support/axe.js';
import { useBrowser } from './support/browser.js';
import { menuItem, row } from './support/task-manager.js';

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

function item(page: Page, name: string) {
  return menuItem(page, name).or(page.getByRole('menuitemradio', { name, exact: true }));
}

async function choose(page: Page, name: string, ...path: string[]): Promise<void> {
  await line(page, name).click({ button: 'right', position: { x: 40, y: 9 } });
  for (const label of path) await item(page, label).click();
}

test('Efficiency mode is turned on by its button, shown in Status, and turned off by the menu', async () => {
  const page = await openPage();
  await row(page, 'System').waitFor();
  const button = page.getByRole('button', { name: 'Efficiency mode' });
  expect(await button.getAttribute('aria-description')).toBe('Select a process first');
  await row(page, 'System').click();
  expect(await button.getAttribute('aria-description')).toBe('Not for processes of Windows');
  await row(page, 'Application Frame Host').click();
  await button.click();
  const dialog = page.getByRole('dialog', { name: /^Turn on efficiency mode for/ });
  await dialog.getByRole('button', { name: 'Turn on efficiency mode' }).click();
  const status = row(page, 'Application Frame Host').getByRole('gridcell').first();
  await expect.poll(async () => (await status.innerText()).trim()).toBe('Efficiency mode');
  await row(page, 'Application Frame Host').click({ button: 'right', position: { x: 60, y: 14 } });
  await page.getByRole('menuitemcheckbox', { name: 'Efficiency mode' }).click();
  await expect.poll(async () => (await status.innerText()).trim()).toBe('');
});

test('a priority is set after a question, by keyboard, and the machine has it', async () => {
  const page = await openPage();
  await openDetails(page);
  const grid = page.getByRole('grid', { name: 'Details' });
  await line(page, 'explorer.exe').click();
  await page.keyboard.press('Shift+F10');
  await page.getByRole('menu', { name: /^Actions for/ }).waitFor();
  await page.keyboard.press('s');
  await page.keyboard.press('ArrowRight');
  await page.getByRole('menuitemradio', { name: 'Normal', exact: true }).waitFor();
  expect(
    await page.getByRole('menuitemradio', { name: 'Normal', exact: true }).getAttribute('aria-checked'),
  ).toBe('true');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  const question = page.getByRole('dialog', { name: 'Change the priority of explorer.exe?' });
  await question.waitFor();
  await page.keyboard.press('Enter');
  await question.waitFor({ state: 'hidden' });
  await expect.poll(() => grid.evaluate((element) => element.matches(':focus'))).toBe(true);
  await choose(page, 'explorer.exe', 'Set priority');
  expect(
    await page.getByRole('menuitemradio', { name: 'High', exact: true }).getAttribute('aria-checked'),
  ).toBe('true');
});

test('a protected process denies access, and says so', async () => {
  const page = await openPage();
  await openDetails(page);
  await choose(page, 'services.exe', 'Set priority', 'High');
  await page.getByRole('button', { name: 'Change priority' }).click();
  const told = page.getByRole('alertdialog', { name: 'Unable to change priority' });
  expect(await told.innerText()).toContain('Access is denied: services.exe is protected');
  await told.getByRole('button', { name: 'OK' }).click();
});

test('affinity asks for at least one processor and keeps what was chosen', async () => {
  const page = await openPage();
  await openDetails(page);
  await choose(page, 'explorer.exe', 'Set affinity');
  const dialog = page.getByRole('dialog', { name: 'Processor affinity' });
  await dialog.getByRole('checkbox', { name: '<All Processors>' }).uncheck();
  expect(await dialog.getByRole('button', { name: 'OK' }).getAttribute('aria-description')).toBe(
    'A process needs at least one processor',
  );
  await dialog.getByRole('checkbox', { name: 'CPU 1' }).check();
  await dialog.getByRole('button', { name: 'OK' }).click();
  await dialog.waitFor({ state: 'hidden' });
  await choose(page, 'explorer.exe', 'Set affinity');
  const boxes = ['CPU 0', 'CPU 1', 'CPU 2', 'CPU 3'].map((name) => dialog.getByRole('checkbox', { name }));
  expect(await Promise.all(boxes.map((box) => box.isChecked()))).toEqual([false, true, false, false]);
});

test.each(['light', 'dark'] as const)(
  'a wait chain names threads; axe finds nothing in %s',
  async (colorScheme) => {
    const page = await openPage({ colorScheme }, '?scenario=resource-deadlock');
    await openDetails(page);
    await choose(page, 'System', 'Analyze wait chain');
    const dialog = page.getByRole('dialog', { name: 'Analyze wait chain' });
    const said = await dialog.innerText();
    expect(said).toMatch(/System \(PID 4\) Thread: \d+/);
    expect(said).toContain('Deadlock');
    expect(await violations(page)).toEqual([]);
  },
);
