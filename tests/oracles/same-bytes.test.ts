// One seed, the same bytes: in Node, again in Node, and in Chromium.
import { createHash } from 'node:crypto';
import { createReadStream, readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright';
import { beforeAll, describe, expect, it } from 'vitest';
import { build, preview, type Rollup } from 'vite';
import type * as Comlink from 'comlink';
import type { SimApi } from '../../sim/worker/sim-api.js';
import { launchChromium } from '../../scripts/lib/chromium.mjs';
import type * as EveryDump from '../support/every-dump.browser.js';
import { hashEveryDump } from '../support/every-dump.js';
import { generateDump } from '../support/generated-dump.js';
import { describeWithTool } from '../support/tools.js';

const comlink = createRequire(import.meta.url).resolve('comlink/dist/umd/comlink.js');

async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

/** Boots the page's own worker, without the page and its clock, and hashes what it writes to the browser's disk. */
async function captureInWorker(page: Page, worker: string, seed: number): Promise<string> {
  await page.addScriptTag({ path: comlink });
  return page.evaluate(
    async ({ worker, seed }) => {
      const { wrap, proxy } = (globalThis as unknown as { Comlink: typeof Comlink }).Comlink;
      const machine = wrap<SimApi>(new Worker(worker, { type: 'module' }));
      await machine.boot({ scenario: 'baseline', seed });
      const request = {
        kind: 'full' as const,
        abortIfMemoryPressure: false,
        hypervisorPages: false,
        nonEssentialHypervisorPages: false,
        userPages: false,
      };
      const outcome = await machine.capture(
        request,
        proxy(async () => {}),
      );
      if (outcome.result !== 'created') throw new Error(JSON.stringify(outcome));
      const bytes = await (await machine.readFile(outcome.path)).arrayBuffer();
      const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
      return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
    },
    { worker, seed },
  );
}

async function captureInBrowser(executablePath: string, seed: number): Promise<string> {
  const server = await preview({
    configFile: 'vite.config.ts',
    preview: { port: 0, host: '127.0.0.1' },
    logLevel: 'error',
  });
  const browser = await launchChromium(executablePath);
  try {
    const address = server.httpServer.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    const page = await browser.newPage();
    const worker = readdirSync('dist/web/assets').find((name) => /^worker-.*\.js$/.test(name));
    // Shown as text, it is of the page's origin and runs nothing: the page itself would boot a machine of its own.
    await page.goto(`http://127.0.0.1:${address.port}/assets/${worker}`);
    return await captureInWorker(page, `/assets/${worker}`, seed);
  } finally {
    await browser.close();
    await server.close();
  }
}

async function captureInNode(seed: number): Promise<string> {
  const made = generateDump(['--seed', String(seed)]);
  try {
    return await sha256(made.dump);
  } finally {
    made.remove();
  }
}

describeWithTool('chromium', 'the same seed', (executablePath) => {
  it('gives the same bytes in Node, again in Node, and in Chromium', async () => {
    const first = await captureInNode(1);
    expect(await captureInNode(1)).toBe(first);
    expect(await captureInBrowser(executablePath!, 1)).toBe(first);
  });
});

/** The name by which a page finds what {@link bundle} has made. */
const BUNDLE = 'everyDump';

/** A module and all that it imports, as a classic script. */
async function bundle(entry: string): Promise<string> {
  const made = (await build({
    configFile: false,
    logLevel: 'warn',
    publicDir: false,
    build: {
      write: false,
      lib: { entry, formats: ['iife'], name: BUNDLE },
      rollupOptions: { output: { codeSplitting: false } },
    },
  })) as Rollup.RollupOutput[];
  return made[0]!.output[0].code;
}

describeWithTool('chromium', 'every kind of dump', (executablePath) => {
  let code: string;
  let pageCore: string;
  let core: WebAssembly.Module;
  beforeAll(async () => {
    code = await bundle('tests/support/every-dump.browser.ts');
    pageCore = readFileSync('build/core/page.wasm', 'base64');
    core = await WebAssembly.compile(readFileSync('build/core/release.wasm'));
  });

  function inNode(machine: 'tiny' | 'classroom', seed: number): Promise<Record<string, string>> {
    return hashEveryDump(core, machine, seed, () => createHash('sha256'));
  }

  async function inBrowser(machine: 'tiny' | 'classroom', seed: number): Promise<Record<string, string>> {
    const browser = await launchChromium(executablePath);
    try {
      const page = await browser.newPage();
      await page.addScriptTag({ content: code });
      return await page.evaluate(
        ({ name, pageCore, machine, seed }) =>
          (globalThis as unknown as Record<string, typeof EveryDump>)[name]!.hashInBrowser(
            pageCore,
            machine,
            seed,
          ),
        { name: BUNDLE, pageCore, machine, seed },
      );
    } finally {
      await browser.close();
    }
  }

  describe.each([
    ['tiny', 1],
    ['tiny', 2],
    ['classroom', 1],
    ['classroom', 2],
  ] as const)('of %s, seed %i', (machine, seed) => {
    it('has the same bytes in Chromium as in Node', async () => {
      // The browser works beside.
      const browser = inBrowser(machine, seed);
      const [expected, found] = await Promise.all([inNode(machine, seed), browser]);
      expect(found).toEqual(expected);
      // None is another one under a second name.
      const digests = Object.values(expected);
      expect(new Set(digests).size).toBe(digests.length);
    });
  });

  it('has other bytes with another seed', async () => {
    const [first, second] = [await inNode('tiny', 1), await inNode('tiny', 2)];
    for (const [name, digest] of Object.entries(first)) expect(second[name], name).not.toBe(digest);
  });
});
