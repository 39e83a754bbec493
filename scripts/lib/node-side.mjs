import { chmodSync, copyFileSync } from 'node:fs';
import { basename } from 'node:path';
import { buildForNode } from './build-for-node.mjs';

/** Bundles the npm API and the command line to dist/node, with the core and the images beside them. */
export async function buildNodeSide() {
  await buildForNode('dist/node', {
    input: { index: 'sim/index.ts', cli: 'sim/cli/main.ts' },
    output: {
      // Flat: the core is looked for beside the module that loads it, whichever chunk that is.
      entryFileNames: '[name].js',
      chunkFileNames: 'chunk-[hash].js',
      banner: (chunk) => (chunk.name === 'cli' ? '#!/usr/bin/env node' : ''),
    },
  });
  copyFileSync('build/core/release.wasm', 'dist/node/core.wasm');
  copyFileSync('build/images.bin', 'dist/node/images.bin');
  for (const schema of ['sim/truth/truth.schema.json', 'sim/scenarios/scenario.schema.json'])
    copyFileSync(schema, `dist/node/${basename(schema)}`);
  chmodSync('dist/node/cli.js', 0o755);
}
