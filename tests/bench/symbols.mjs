import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { launchChromium } from '../../scripts/lib/chromium.mjs';
import { median } from './measure.mjs';

const IN_NODE =
  'const { makeSymbols } = await import(process.argv[1]); console.log(JSON.stringify(await makeSymbols()));';

async function bundle(folder) {
  const { build } = await import('vite');
  await build({
    configFile: false,
    logLevel: 'warn',
    publicDir: false,
    build: {
      outDir: folder,
      lib: { entry: 'tests/bench/symbols-entry.js', formats: ['es'], fileName: 'symbols' },
      emptyOutDir: true,
      rollupOptions: { output: { codeSplitting: false, entryFileNames: 'symbols.mjs' } },
    },
  });
  return join(folder, 'symbols.mjs');
}

/** @returns median times, milliseconds, to make all images and PDBs of the default machine, in Node and in Chromium */
export async function measureSymbols(runs) {
  const folder = mkdtempSync(join(tmpdir(), 'symbols-'));
  try {
    const file = await bundle(folder);
    const url = pathToFileURL(file).href;
    const inNode = Array.from({ length: runs }, () =>
      JSON.parse(
        execFileSync(process.execPath, ['--input-type=module', '-e', IN_NODE, url], { encoding: 'utf8' }),
      ),
    );
    const inBrowser = await measureInChromium(readFileSync(file, 'utf8'), runs);
    if (new Set([...inNode, ...inBrowser].map(({ hash }) => hash)).size !== 1)
      throw new Error('images or PDBs are not the same bytes in Node and in Chromium');
    const middle = (all) => median(all.map(({ ms }) => ms));
    return { nodeMs: middle(inNode), browserMs: middle(inBrowser), files: inNode[0].files };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function measureInChromium(code, runs) {
  const browser = await launchChromium();
  try {
    const measured = [];
    for (let i = 0; i < runs; i++) {
      const context = await browser.newContext();
      const page = await context.newPage();
      measured.push(
        await page.evaluate(async (source) => {
          const address = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
          const { makeSymbols } = await import(address);
          return makeSymbols();
        }, code),
      );
      await context.close();
    }
    return measured;
  } finally {
    await browser.close();
  }
}
