import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { withServedPage } from '../../scripts/lib/served-page.mjs';
import { median } from './measure.mjs';

const comlink = createRequire(import.meta.url).resolve('comlink/dist/umd/comlink.js');
const PIECE = 4 * 1024 * 1024;

/**
 * Writes the default machine's full dump to the browser's private file system, and as many zeros, in turn, in the
 * page's own worker without the page.
 * @returns medians in bytes a second: of the dump's write phase, and of zeros in pieces of 4 MiB
 */
export function measureOpfs(runs) {
  return withServedPage(async (browser, url) => {
    const worker = `assets/${readdirSync('dist/web/assets').find((name) => /^worker-.*\.js$/.test(name))}`;
    const page = await browser.newPage();
    // Shown as text, it is of the page's origin and runs nothing: the page itself would boot a machine of its own.
    await page.goto(url + worker);
    await page.addScriptTag({ path: comlink });
    await page.evaluate(prepare, { worker: `/${worker}` });
    const rounds = [];
    for (let i = 0; i < runs; i++) rounds.push(await page.evaluate(round, { piece: PIECE }));
    return {
      bytes: rounds[0].bytes,
      dumpSpeed: median(rounds.map(({ bytes, dumpMs }) => (1000 * bytes) / dumpMs)),
      zeroSpeed: median(rounds.map(({ bytes, zeroMs }) => (1000 * bytes) / zeroMs)),
    };
  });
}

/** In the page: boots the machine and makes a worker that writes zeros. */
async function prepare({ worker }) {
  const machine = Comlink.wrap(new Worker(worker, { type: 'module' }));
  await machine.boot({ scenario: 'baseline', seed: 1 });
  const writesZeros = async ({ data: { bytes, piece } }) => {
    const folder = await navigator.storage.getDirectory();
    const handle = await (await folder.getFileHandle('zeros', { create: true })).createSyncAccessHandle();
    const zeros = new Uint8Array(piece);
    const start = performance.now();
    for (let at = 0; at < bytes; at += piece)
      handle.write(zeros.subarray(0, Math.min(piece, bytes - at)), { at });
    handle.flush();
    handle.close();
    const ms = performance.now() - start;
    await folder.removeEntry('zeros');
    postMessage(ms);
  };
  const source = new Blob([`onmessage = ${writesZeros}`], { type: 'text/javascript' });
  globalThis.bench = { machine, zeros: new Worker(URL.createObjectURL(source)) };
}

/** In the page: one dump and as many zeros. */
async function round({ piece }) {
  const { machine, zeros } = globalThis.bench;
  const request = {
    kind: 'full',
    abortIfMemoryPressure: false,
    hypervisorPages: false,
    nonEssentialHypervisorPages: false,
    userPages: false,
  };
  let start = 0;
  const outcome = await machine.capture(
    request,
    Comlink.proxy(({ phase }) => {
      if (phase === 'write' && start === 0) start = performance.now();
    }),
  );
  const dumpMs = performance.now() - start;
  if (outcome.result !== 'created') throw new Error(JSON.stringify(outcome));
  await machine.deleteFile(outcome.path);
  const { bytes } = outcome;
  const zeroMs = await new Promise((resolve) => {
    zeros.onmessage = ({ data }) => resolve(data);
    zeros.postMessage({ bytes, piece });
  });
  return { bytes, dumpMs, zeroMs };
}
