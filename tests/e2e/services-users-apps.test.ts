import { describe, expect, test } from 'vitest';
import type { Page } from 'playwright';
import { createMachine } from '../../sim/index.js';
import { readRegistryNumber } from '../../sim/machine/registry-readings.js';
import { violations } from './support/axe.js';
import { useBrowser } from './support/browser.js';
import { menuItem } from './support/task-manager.js';

const openPage = useBrowser();
const PAGES = ['Services', 'Startup apps', 'Users', 'App history'];

async function goTo(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name, exact: true }).click();
  await page.getByRole('heading', { name, exact: true }).waitFor();
  await page.getByRole('row').nth(1).waitFor();
}

/** The texts of a row's cells. */
async function cells(page: Page, name: RegExp): Promise<string[]> {
  const texts = await page.getByRole('row', { name }).first().getByRole('gridcell').allInnerTexts();
  return texts.map((text) => text.trim());
}

describe.each(['light', 'dark'] as const)('axe finds nothing in %s', (colorScheme) => {
  test('on Services, Startup apps, Users and App history', { timeout: 180_000 }, async () => {
    const page = await openPage({ colorScheme, reducedMotion: 'reduce' });
    for (const name of PAGES) {
      await goTo(page, name);
      expect(await violations(page), name).toEqual([]);
    }
  });
});

test('a service runs in the process that the machine started for it; the search box finds it', async () => {
  const page = await openPage();
  await goTo(page, 'Services');
  const { stage } = await createMachine({ scenario: 'baseline', seed: 1 });
  const host = stage.processes.find(({ spec }) => spec.services.some(([name]) => name === 'Dhcp'))!;
  await page.getByRole('searchbox').fill('dhcp');
  const row = page.getByRole('row', { name: /^Dhcp\b/ });
  await row.waitFor();
  expect((await row.innerText()).split(/\s*\n\s*/)).toEqual(
    expect.arrayContaining([String(host.pid), 'DHCP Client', 'Running']),
  );
  await row.click({ button: 'right' });
  await menuItem(page, 'Go to details').click();
  await page.getByRole('row', { name: /svchost\.exe/, selected: true }).waitFor();
});

test('Details goes to the services of a process: all of them are selected', async () => {
  const page = await openPage();
  await goTo(page, 'Services');
  const { stage } = await createMachine({ scenario: 'baseline', seed: 1 });
  const host = stage.processes.find(({ spec }) => spec.services.length > 2)!;
  await goTo(page, 'Details');
  const search = page.getByRole('searchbox');
  await search.fill(String(host.pid));
  await page.getByRole('row', { name: new RegExp(`^${host.spec.program}`) }).click({ button: 'right' });
  await menuItem(page, 'Go to service(s)').click();
  const selected = page.getByRole('row', { selected: true });
  await selected.first().waitFor();
  // Only services that are seen are in the page: by process, those of one stand together.
  await page.getByRole('columnheader', { name: 'PID' }).getByRole('button').click();
  await page.getByRole('grid').focus();
  await page.keyboard.press('Shift+F10');
  await page.keyboard.press('Escape');
  const names = await selected.getByRole('rowheader').allInnerTexts();
  const hosted = host.spec.services.map(([name]) => name);
  expect(names.map((name) => name.trim()).sort()).toEqual(hosted.sort());
  expect(await search.inputValue()).toBe('');
  // An arrow goes on from the first, alone.
  await page.keyboard.press('ArrowDown');
  await expect.poll(() => selected.count()).toBe(1);
});

test('of its long list Services draws the rows that are seen; all are counted and reached', async () => {
  const page = await openPage();
  await goTo(page, 'Services');
  const { stage } = await createMachine({ scenario: 'baseline', seed: 1 });
  const running = stage.processes.flatMap(({ spec }) => spec.services.map(([name]) => name));
  const grid = page.getByRole('grid');
  const rows = page.getByRole('rowgroup').last().getByRole('row');
  const count = Number(await grid.getAttribute('aria-rowcount')) - 1;
  expect(count).toBeGreaterThanOrEqual(running.length);
  expect(count).toBeGreaterThan(200);
  expect(await rows.count()).toBeLessThan(80);
  await grid.focus();
  await page.keyboard.press('End');
  const last = page.getByRole('row', { selected: true });
  await last.waitFor();
  expect(await last.getAttribute('aria-rowindex')).toBe(String(count + 1));
  expect(await grid.getAttribute('aria-activedescendant')).toBe(await last.getAttribute('id'));
  const [seen, room] = [await last.boundingBox(), await grid.boundingBox()];
  expect(seen!.y + seen!.height).toBeLessThanOrEqual(room!.y + room!.height + 1);
  await page.keyboard.press('Home');
  await page
    .getByRole('row', { name: /./, selected: true })
    .and(page.locator('[aria-rowindex="2"]'))
    .waitFor();
  expect(await rows.count()).toBeLessThan(80);
});

test('Users counts the processes of the session', async () => {
  const page = await openPage();
  await goTo(page, 'Users');
  const machine = await createMachine({ scenario: 'baseline', seed: 1 });
  const own = machine.truth().processes.filter(({ sessionId }) => sessionId === 1);
  const name = `${machine.profile.system.userName} (${own.length})`;
  await expect.poll(() => page.getByRole('row').nth(1).innerText()).toContain(name);
});

test('Startup apps tells what the firmware took, which the registry of the machine has', async () => {
  const page = await openPage();
  await goTo(page, 'Startup apps');
  const { kernel } = await createMachine({ scenario: 'baseline', seed: 1 });
  const key = '\\REGISTRY\\MACHINE\\SYSTEM\\CurrentControlSet\\Control\\Session Manager\\Power';
  const seconds = readRegistryNumber(kernel.core, key, 'FwPOSTTime')! / 1000;
  const strip = page.getByText(/^Last BIOS time:/);
  expect((await strip.innerText()).replace(/\s+/g, ' ')).toBe(
    `Last BIOS time: ${seconds.toFixed(1)} seconds`,
  );
});

test('a startup app can be switched off by keyboard', async () => {
  const page = await openPage();
  await goTo(page, 'Startup apps');
  await page.getByRole('row', { name: /^Microsoft OneDrive/ }).click();
  await page.getByRole('button', { name: 'Disable', exact: true }).focus();
  await page.keyboard.press('Enter');
  await expect.poll(() => cells(page, /^Microsoft OneDrive/)).toContain('Disabled');
  await page.getByRole('button', { name: 'Properties', exact: true }).click();
  const properties = page.getByRole('dialog', { name: 'Microsoft OneDrive Properties' });
  expect(await properties.innerText()).toMatch(/File\s+OneDrive\.exe[^]*Status\s+Disabled/);
  await page.keyboard.press('Escape');
  await properties.waitFor({ state: 'hidden' });
});
