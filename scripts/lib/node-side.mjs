import { chmodSync, copyFileSync } from 'node:fs';
import { basename } from 'node:path';
import { build } from 'vite';

/** Bundles the npm API and the command line to dist/node, with the core and the images beside them. */
export async function buildNodeSide() {
  await build({
    configFile: false,
    publicDir: false,
    logLevel: 'warn',
    ssr: { target: 'node' },
    build: {
      ssr: true,
      outDir: 'dist/node',
      emptyOutDir: true,
      target: 'node20',
      rolldownOptions: {
        input: { index: 'sim/index.ts', cli: 'sim/cli/main.ts' },
        output: {
          // Flat: the core is looked for beside the module that loads it, whichever chunk that is.
          entryFileNames: '[name].js',
          chunkFileNames: 'chunk-[hash].js',
          banner: (chunk) => (chunk.name === 'cli' ? '#!/usr/bin/env node' : ''),
        },
      },
    },
  });
  copyFileSync('build/core/release.wasm', 'dist/node/core.wasm');
  copyFileSync('build/images.bin', 'dist/node/images.bin');
  for (const schema of ['sim/truth/truth.schema.json', 'sim/scenarios/scenario.schema.json'])
    copyFileSync(schema, `dist/node/${basename(schema)}`);
  chmodSync('dist/node/cli.js', 0o755);
}
