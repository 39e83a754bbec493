import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { deflateRawSync } from 'node:zlib';
import { build } from 'vite';

const FOLDER = 'build/prepare';

/** Links the default profile's images, so that a boot need not, and packs them for Node and browsers. */
export async function prepareImages(file) {
  await build({
    configFile: false,
    publicDir: false,
    logLevel: 'warn',
    ssr: { target: 'node' },
    build: {
      ssr: true,
      outDir: FOLDER,
      emptyOutDir: true,
      target: 'node20',
      rolldownOptions: { input: { prepare: 'sim/world/prepare-images.ts' } },
    },
  });
  const { prepareAll } = await import(pathToFileURL(resolve(FOLDER, 'prepare.js')).href);
  writeFileSync(file, deflateRawSync(await prepareAll(), { level: 9 }));
}
