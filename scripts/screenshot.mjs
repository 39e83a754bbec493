// node scripts/screenshot.mjs   takes docs/screenshot.png from the built page: the way to a full live kernel dump.
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { runNode } from './lib/run.mjs';
import { withServedPage } from './lib/served-page.mjs';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));

await runNode(['scripts/build.mjs', 'page']);
await withServedPage(async (browser, url) => {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, deviceScaleFactor: 1.5 });
  await page.goto(url);
  await page
    .getByRole('row', { name: 'System', exact: true })

    .click({ button: 'right', position: { x: 60, y: 14 } });
  await page.getByRole('menuitem', { name: 'Create live kernel memory dump file' }).click();
  await page.getByRole('menuitem', { name: 'Full live kernel memory dump' }).hover();
  mkdirSync('docs', { recursive: true });
  await page.screenshot({ path: 'docs/screenshot.png' });
});
