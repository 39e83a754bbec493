import { gzipSync } from 'node:zlib';
import { withServedPage } from '../../scripts/lib/served-page.mjs';
import { median } from './measure.mjs';

/** Opens the page in a fresh profile until the machine has booted and its processes are listed. */
async function loadOnce(browser, url) {
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    const responses = [];
    context.on('response', (response) => responses.push(response));
    await page.goto(url);
    const booted = await page.waitForFunction(
      () => performance.getEntriesByName('machine-boot')[0]?.duration,
    );
    const bootMs = await booted.jsonValue();
    const usableAt = await page.evaluate(() => {
      const { startTime, duration } = performance.getEntriesByName('machine-boot')[0];
      return performance.timeOrigin + startTime + duration;
    });
    await page.getByRole('row', { name: 'System', exact: true }).waitFor();
    const files = await Promise.all(
      [...responses].map(async (response) => ({
        name: new URL(response.url()).pathname.split('/').at(-1),
        gzipped: gzipSync(await response.body(), { level: 9 }).length,
        isBefore: response.request().timing().startTime < usableAt,
      })),
    );
    const isCode = ({ name }) => /\.(js|wasm)$/.test(name);
    return {
      bootMs,
      files: files.filter(isCode),
      data: files.filter((file) => !isCode(file)).reduce((sum, { gzipped }) => sum + gzipped, 0),
    };
  } finally {
    await context.close();
  }
}

/**
 * @returns median time from the start of the worker to the booted machine, the gzipped size of each file of code that a
 *   usable page needs, whether it was asked for before the desktop was there, and the size of everything else that it loads
 */
export function measurePage(runs) {
  return withServedPage(async (browser, url) => {
    const loads = [];
    for (let i = 0; i < runs; i++) loads.push(await loadOnce(browser, url));
    return {
      browser: browser.version(),
      bootMs: median(loads.map(({ bootMs }) => bootMs)),
      files: loads[0].files,
      data: loads[0].data,
    };
  });
}
