import { chmodSync, copyFileSync, existsSync } from 'node:fs';
import { build } from 'vite';

/** Bundles the npm API and the command line to dist/node, with the core beside them. */
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
  const schema = 'sim/truth/truth.schema.json';
  if (existsSync(schema)) copyFileSync(schema, 'dist/node/truth.schema.json');
  chmodSync('dist/node/cli.js', 0o755);
}
