// A dump of over 4 GiB in Node and in the browser's private file system: its digest, time and memory in both.
import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { createReadStream, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { preview } from 'vite';
import { launchProfile } from '../../scripts/lib/chromium.mjs';

const comlink = createRequire(import.meta.url).resolve('comlink/dist/umd/comlink.js');
const CLI = 'dist/node/cli.js';

/** A quiet machine, written out: the page boots a scenario that is given as it is. */
const SCENARIO = {
  format: 1,
  name: 'large-dump',
  title: 'A machine whose dump is large',
  description: 'Nothing happens on it.',
  image: 'desktop',
  steps: [],
};

/** Writes a machine's dump with user pages in Node and in Chromium, one after the other, and deletes both. */
export async function measureLargeDump(machine, availableMemory) {
  const scenario = availableMemory === undefined ? SCENARIO : { ...SCENARIO, liveDump: { availableMemory } };
  const folder = mkdtempSync(join(process.env.BENCH_FOLDER ?? tmpdir(), 'livedump-soak-'));
  try {
    const node = await inNode(folder, machine, scenario);
    const browser = await inChromium(join(folder, 'profile'), machine, scenario);
    return { node, browser };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function inNode(folder, machine, scenario) {
  const [file, dump] = ['scenario.json', 'large.dmp'].map((name) => join(folder, name));
  writeFileSync(file, JSON.stringify(scenario));
  const options = ['--scenario', file, '--machine', machine, '--user-pages', '--no-abort', '--json'];
  const start = performance.now();
  const result = JSON.parse(
    execFileSync(process.execPath, [CLI, 'generate', ...options, '--out', dump], { encoding: 'utf8' }),
  );
  const seconds = (performance.now() - start) / 1000;
  const hash = createHash('sha256');
  for await (const piece of createReadStream(dump, { highWaterMark: 4 * 2 ** 20 })) hash.update(piece);
  rmSync(dump);
  return { bytes: result.bytes, sha256: hash.digest('hex'), seconds, residentBytes: result.peakMemory };
}

/** A profile on the disk: without one the browser keeps its private file system in memory. */
async function inChromium(profile, machine, scenario) {
  const server = await preview({
    configFile: 'vite.config.ts',
    preview: { port: 0, host: '127.0.0.1' },
    logLevel: 'error',
  });
  const context = await launchProfile(profile);
  try {
    const [worker, sha256] = ['worker', 'sha256-worker'].map(
      (name) => `/assets/${readdirSync('dist/web/assets').find((file) => file.startsWith(`${name}-`))}`,
    );
    const page = await context.newPage();
    // Shown as text, it is of the page's origin and runs nothing: the page itself would boot a machine of its own.
    await page.goto(`http://127.0.0.1:${server.httpServer.address().port}${worker}`);
    await page.addScriptTag({ path: comlink });
    const made = await page.evaluate(dump, { worker, machine, scenario });
    // Hashing the file is ours, not the page's: what it takes is not counted.
    const residentBytes = await peakOfPage(context);
    return { ...made, residentBytes, sha256: await page.evaluate(hashDump, { sha256 }) };
  } finally {
    await context.close();
    await server.close();
  }
}

/** In the page: the machine's worker writes the dump. */
async function dump({ worker, machine, scenario }) {
  const lab = Comlink.wrap(new Worker(worker, { type: 'module' }));
  const start = performance.now();
  await lab.boot({ scenario, seed: 1, machine });
  const request = {
    kind: 'full',
    abortIfMemoryPressure: false,
    hypervisorPages: false,
    nonEssentialHypervisorPages: false,
    userPages: true,
  };
  const outcome = await lab.capture(
    request,
    Comlink.proxy(() => {}),
  );
  if (outcome.result !== 'created') throw new Error(JSON.stringify(outcome));
  const seconds = (performance.now() - start) / 1000;
  globalThis.soak = { lab, path: outcome.path };
  return { bytes: outcome.bytes, seconds };
}

/** In the page: the explorer's worker hashes the dump, which then goes. */
async function hashDump({ sha256 }) {
  const { lab, path } = globalThis.soak;
  const digest = await Comlink.wrap(new Worker(sha256, { type: 'module' }))(await lab.readFile(path));
  await lab.deleteFile(path);
  return digest;
}

/** The most memory that the process of the page and its workers had resident, as Linux counts it. */
async function peakOfPage(context) {
  const session = await context.browser().newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  const peaks = processInfo
    .filter(({ type }) => type === 'renderer')
    .map(({ id }) => /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${id}/status`, 'utf8')))
    .map((found) => Number(found[1]) * 1024);
  await session.detach();
  return Math.max(...peaks);
}
