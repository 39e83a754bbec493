import { describe, expect, test } from 'vitest';
import { violations } from './support/axe.js';
import { useBrowser } from './support/browser.js';
import { DUMP_TIMEOUT, MENU, chooseDump, menuItem, row } from './support/task-manager.js';

const openPage = useBrowser();

describe.each(['light', 'dark'] as const)('axe finds nothing in %s', (colorScheme) => {
  // Reduced motion, so that no colour is measured in the middle of an animation.
  const options = { colorScheme, reducedMotion: 'reduce' } as const;

  test('on Processes with its menus', async () => {
    const page = await openPage(options);
    await row(page, 'System').waitFor();
    expect(await violations(page)).toEqual([]);
    await row(page, 'System').click({ button: 'right', position: { x: 60, y: 14 } });
    await menuItem(page, MENU.create).click();
    await menuItem(page, MENU.full).waitFor();
    expect(await violations(page)).toEqual([]);
  });

  test('on Settings', async () => {
    const page = await openPage(options);
    await chooseDump(page, MENU.settings);
    await page.getByRole('checkbox').first().waitFor();
    expect(await violations(page)).toEqual([]);
  });

  test('on the dialogs of a dump and in File Explorer', async () => {
    const page = await openPage(options);
    await chooseDump(page, MENU.full);
    await page.getByRole('progressbar').waitFor();
    expect(await violations(page)).toEqual([]);
    const openLocation = page.getByRole('button', { name: 'Open file location' });
    await openLocation.waitFor({ timeout: DUMP_TIMEOUT });
    expect(await violations(page)).toEqual([]);
    await openLocation.click();
    await page.getByRole('row', { name: /\.dmp/i }).click({ button: 'right' });
    await menuItem(page, 'Download').waitFor();
    expect(await violations(page)).toEqual([]);
  });

  test('on the error of a dump', async () => {
    const page = await openPage(options);
    await page.getByRole('button', { name: 'Settings', exact: true }).click();
    await page.getByLabel('Run Task Manager as').selectOption({ label: 'Standard user' });
    await page.getByRole('button', { name: 'Processes', exact: true }).click();
    await chooseDump(page, MENU.stacks);
    await page.getByRole('alertdialog').waitFor();
    expect(await violations(page)).toEqual([]);
  });

  test('on the boot error', async () => {
    const page = await openPage(options, '?scenario=atlantis');
    await page.getByRole('alert').waitFor();
    expect(await violations(page)).toEqual([]);
  });
});

test('forced colours keep every value readable and the menu usable', async () => {
  const page = await openPage({ forcedColors: 'active', reducedMotion: 'reduce' });
  await chooseDump(page, MENU.settings);
  await page.getByRole('checkbox').first().waitFor();
  expect(await violations(page)).toEqual([]);
});
