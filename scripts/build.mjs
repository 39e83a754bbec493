// node scripts/build.mjs [--force] [core] [images] [page] [node] [types]   builds what has changed; everything when nothing is named.
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { runNode } from './lib/run.mjs';
import { whenChanged } from './lib/stamp.mjs';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));

const LOCK = 'package-lock.json'; // Tells the versions of the compilers.
const CORE = [
  'build/core/release.wasm',
  'build/core/release.d.ts',
  'build/core/page.wasm',
  'build/core-layout.json',
  'build/field-names.json',
];

const IMAGES = 'build/images.bin';

const steps = {
  core: {
    inputs: ['assembly', 'asconfig.json', 'scripts/lib/optimize-core.mjs', LOCK],
    outputs: CORE.slice(0, 3),
    async run() {
      mkdirSync('build/core', { recursive: true });
      await runNode(['node_modules/assemblyscript/bin/asc.js', '--target', 'release']);
      const { optimizeCore } = await import('./lib/optimize-core.mjs');
      optimizeCore('build/core/release.wasm', 'build/core/release.d.ts', 'build/core/page.wasm');
    },
  },
  images: {
    // What images are made of, and which programs there are.
    inputs: [
      ...['images', 'machine', 'profiles', 'world'].map((folder) => `sim/${folder}`),
      'scripts/lib/prepare-images.mjs',
      'scripts/lib/build-for-node.mjs',
      'build/core-layout.json',
      LOCK,
    ],
    outputs: [IMAGES],
    async run() {
      const { prepareImages } = await import('./lib/prepare-images.mjs');
      await prepareImages(IMAGES);
    },
  },
  page: {
    needs: ['core', 'images'],
    inputs: ['web', 'public', 'sim', 'vite.config.ts', 'scripts/lib', ...CORE, IMAGES, LOCK],
    outputs: ['dist/web/index.html'],
    async run() {
      const { build } = await import('vite');
      await build({ configFile: 'vite.config.ts', logLevel: 'warn' });
    },
  },
  node: {
    needs: ['core', 'images'],
    inputs: [
      'sim',
      'package.json',
      'scripts/lib/node-side.mjs',
      'scripts/lib/build-for-node.mjs',
      ...CORE,
      IMAGES,
      LOCK,
    ],
    outputs: ['dist/node/index.js', 'dist/node/cli.js', 'dist/node/core.wasm', 'dist/node/images.bin'],
    async run() {
      const { buildNodeSide } = await import('./lib/node-side.mjs');
      await buildNodeSide();
    },
  },
  types: {
    needs: ['core'],
    inputs: ['sim', 'tsconfig.json', 'scripts/tsconfig.types.json', ...CORE, LOCK],
    outputs: ['dist/types/sim/index.d.ts'],
    async run() {
      rmSync('dist/types', { recursive: true, force: true });
      await runNode(['node_modules/typescript/bin/tsc', '-p', 'scripts/tsconfig.types.json']);
    },
  },
};

const force = process.argv.includes('--force');
const named = process.argv.slice(2).filter((argument) => !argument.startsWith('-'));
const unknown = named.filter((name) => !(name in steps));
if (unknown.length > 0) {
  console.error(`No such step: ${unknown.join(', ')}. Steps: ${Object.keys(steps).join(', ')}.`);
  process.exit(2);
}
const wanted = named.length > 0 ? named : Object.keys(steps);

/** The layouts that the core shares with the host are generated: quick, and only written when they differ. */
async function generateLayout() {
  const generator = 'scripts/generate-core-layout.mjs';
  if (existsSync(generator)) await runNode([generator]);
}

async function step(name) {
  const { inputs, outputs, run } = steps[name];
  const started = process.hrtime.bigint();
  const ran = await whenChanged({ name, inputs, outputs, force }, run);
  const ms = Number((process.hrtime.bigint() - started) / 1_000_000n);
  console.log(`${name.padEnd(5)} ${ran ? `built in ${ms} ms` : 'unchanged'}`);
}

try {
  await generateLayout();
  const first = new Set(wanted.flatMap((name) => steps[name].needs ?? []));
  await Promise.all([...first].map(step));
  await Promise.all(wanted.filter((name) => !first.has(name)).map(step));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
