import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { deflateRawSync } from 'node:zlib';
import { buildForNode } from './build-for-node.mjs';

const FOLDER = 'build/prepare';

/** Links the default profile's images, so that a boot need not, and packs them for Node and browsers. */
export async function prepareImages(file) {
  await buildForNode(FOLDER, { input: { prepare: 'sim/world/prepare-images.ts' } });
  const { prepareAll } = await import(pathToFileURL(resolve(FOLDER, 'prepare.js')).href);
  writeFileSync(file, deflateRawSync(await prepareAll(), { level: 9 }));
}
