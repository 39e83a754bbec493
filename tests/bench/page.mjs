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
    await page.getByRole('row', { name: 'System', exact: true }).waitFor();
    const { usableMs, usableAt } = await page.evaluate(() => {
      // The desktop sets it when it takes input and has been painted; tests/e2e/before-boot.test.ts uses it from then on.
      const usable = performance.getEntriesByName('desktop-usable')[0].startTime;
      const painted = performance.getEntriesByName('first-contentful-paint')[0].startTime;
      const usableMs = Math.max(usable, painted);
      return { usableMs, usableAt: performance.timeOrigin + usableMs };
    });
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
      usableMs,
      files: files.filter(isCode),
      data: files.filter((file) => !isCode(file)).reduce((sum, { gzipped }) => sum + gzipped, 0),
    };
  } finally {
    await context.close();
  }
}

/**
 * @returns median times from the start of the worker to the booted machine and from the address to a desktop that takes
 *   input, the gzipped size of each file of code that a usable page needs, whether it was asked for before that moment, and
 *   the size of everything else that it loads
 */
export function measurePage(runs) {
  return withServedPage(async (browser, url) => {
    const loads = [];
    for (let i = 0; i < runs; i++) loads.push(await loadOnce(browser, url));
    const code = ({ files }) => files.reduce((sum, { gzipped }) => sum + gzipped, 0);
    // On a busy computer what is loaded two seconds after the boot can come before the list is seen.
    const middle = loads.toSorted((a, b) => code(a) - code(b))[runs >> 1];
    return {
      browser: browser.version(),
      bootMs: median(loads.map(({ bootMs }) => bootMs)),
      usableMs: median(loads.map(({ usableMs }) => usableMs)),
      files: middle.files,
      data: middle.data,
    };
  });
}
