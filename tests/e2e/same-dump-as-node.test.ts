import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { createMachine } from '../../sim/index.js';
import { useBrowser } from './support/browser.js';
import { DUMP_TIMEOUT, MENU, chooseDump, row } from './support/task-manager.js';

const openPage = useBrowser();

async function dumpHashInNode(seed: number): Promise<string> {
  const machine = await createMachine({ scenario: 'baseline', seed });
  const hash = createHash('sha256');
  const capture = machine.capture();
  for (let chunk = capture.next(); chunk; chunk = capture.next()) hash.update(chunk);
  return hash.digest('hex');
}

test.each([1, 7])('seed %i gives the same bytes in Chromium as in Node', async (seed) => {
  const page = await openPage({}, `?scenario=baseline&seed=${seed}`);
  // The machine's time stands still until it is let go, so nothing passes between boot and dump, as in Node.
  await row(page, 'System').waitFor();
  await chooseDump(page, MENU.full);
  await page.getByRole('button', { name: 'Open file location' }).click({ timeout: DUMP_TIMEOUT });
  const details = page.getByRole('group', { name: 'File details' });
  await expect.poll(() => details.innerText(), { timeout: DUMP_TIMEOUT }).toMatch(/SHA-256 [0-9a-f]{64}/);
  expect(await details.innerText()).toContain(await dumpHashInNode(seed));
});
