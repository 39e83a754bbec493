import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { createMachine } from '../../sim/index.js';
import { useBrowser } from './support/browser.js';
import { DUMP_TIMEOUT, menuItem, row } from './support/task-manager.js';

const openPage = useBrowser();
const NAME = 'Windows Explorer';

async function dumpHashInNode(program: string): Promise<string> {
  const machine = await createMachine({ scenario: 'baseline', seed: 1 });
  const hash = createHash('sha256');
  const capture = machine.captureProcess(program);
  for (let chunk = capture.next(); chunk; chunk = capture.next()) hash.update(chunk);
  return hash.digest('hex');
}

test('a process is dumped to Temp, with the bytes that Node writes, and a second time beside it', async () => {
  const page = await openPage();
  const dump = async () => {
    await row(page, NAME).click({ button: 'right', position: { x: 60, y: 14 } });
    await menuItem(page, 'Create memory dump file').click();
  };
  await dump();
  await page.getByRole('button', { name: 'Open file location' }).click({ timeout: DUMP_TIMEOUT });
  const explorer = page.getByRole('region', { name: /Temp/ });
  await explorer.getByRole('row', { name: /^explorer\.DMP/ }).waitFor();
  const details = page.getByRole('group', { name: 'File details' });
  await expect.poll(() => details.innerText(), { timeout: DUMP_TIMEOUT }).toMatch(/SHA-256 [0-9a-f]{64}/);
  expect(await details.innerText()).toContain(await dumpHashInNode('explorer.exe'));

  await explorer.getByRole('button', { name: 'Close' }).click();
  await dump();
  await page.getByRole('button', { name: 'Open file location' }).click({ timeout: DUMP_TIMEOUT });
  await explorer.getByRole('row', { name: /^explorer \(2\)\.DMP/ }).waitFor();
});

test('a protected process is refused by name and status', async () => {
  const page = await openPage();
  await row(page, 'Client Server Runtime Process')
    .first()
    .click({ button: 'right', position: { x: 60, y: 14 } });
  await menuItem(page, 'Create memory dump file').click();
  const dialog = page.getByRole('alertdialog', { name: 'The process could not be dumped' });
  await dialog.waitFor();
  expect(await dialog.innerText()).toMatch(/csrss\.exe .*protected.*STATUS_ACCESS_DENIED/s);
});
