// The browser's storage is the machine's disk: it may be full, and a visit may end amidst a dump.
import type { Page } from 'playwright';
import { expect, test } from 'vitest';
import { violations } from './support/axe.js';
import { useBrowser } from './support/browser.js';
import { DUMP_TIMEOUT, MENU, chooseDump, row } from './support/task-manager.js';

const openPage = useBrowser();
const QUOTA = 8 * 2 ** 20; // of a dump of over 20 MiB

/** Files of the page's private file system, with their sizes. */
function files(page: Page): Promise<Record<string, number>> {
  return page.evaluate(async () => {
    const found: Record<string, number> = {};
    const visit = async (directory: FileSystemDirectoryHandle) => {
      for await (const [name, handle] of directory.entries())
        if (handle.kind === 'directory') await visit(handle as FileSystemDirectoryHandle);
        else found[name] = (await (handle as FileSystemFileHandle).getFile()).size;
    };
    await visit(await navigator.storage.getDirectory());
    return found;
  });
}

test('a disk that is full amidst a dump is told, leaves nothing, and has room again later', async () => {
  const page = await openPage({ reducedMotion: 'reduce' }, '?machine=tiny');
  await row(page, 'System').waitFor();
  const session = await page.context().newCDPSession(page);
  const { origin } = new URL(page.url());
  const { usage } = (await session.send('Storage.getUsageAndQuota', { origin })) as { usage: number };
  await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: usage + QUOTA });

  await chooseDump(page, MENU.full);
  const alert = page.getByRole('alertdialog');
  await alert.getByText('STATUS_DISK_FULL').waitFor({ timeout: DUMP_TIMEOUT });
  expect(await alert.innerText()).toMatch(/not enough space on the disk/i);
  expect(await violations(page)).toEqual([]);
  await alert.getByRole('button', { name: 'Close' }).click();
  expect(await files(page)).toEqual({});

  await session.send('Storage.overrideQuotaForOrigin', { origin });
  await chooseDump(page, MENU.full);
  await page.getByRole('button', { name: 'OK', exact: true }).click({ timeout: DUMP_TIMEOUT });
  const [[name, bytes]] = Object.entries(await files(page)) as [[string, number]];
  expect(name).toBe('livedump.DMP');
  expect(bytes).toBeGreaterThan(QUOTA);
});

test('a visit that ends amidst a dump leaves nothing that the next one does not remove', async () => {
  const page = await openPage();
  await row(page, 'System').waitFor();
  const other = await page.context().newPage();
  // Of the page's origin, but not the page.
  await other.goto(new URL('icon.svg', page.url()).href);
  await chooseDump(page, MENU.full);
  await expect
    .poll(async () => (await files(other))['livedump.DMP.part'] ?? 0, { timeout: DUMP_TIMEOUT, interval: 5 })
    .toBeGreaterThan(0);
  await page.close();
  expect(Object.keys(await files(other))).toEqual(['livedump.DMP.part']);

  await other.goto(new URL('?machine=tiny', page.url()).href);
  await row(other, 'System').waitFor();
  await expect.poll(() => files(other), { timeout: DUMP_TIMEOUT }).toEqual({});
});
