// What the bench measures of images and symbols, for Node and a browser alike: it is bundled for both.
import { sha256 } from '@noble/hashes/sha2.js';
import { buildImages } from '../../sim/images/build.js';
import { catalogueFor } from '../../sim/images/index.js';
import { withDriverRoutines } from '../../sim/images/driver-routines/index.js';
import { symbolStoreFiles } from '../../sim/images/store.js';
import { windows11_22631 } from '../../sim/machine/profile.js';
import { findSize, hardwareOf } from '../../sim/machine/size.js';
import { populationOf, programsOf } from '../../sim/world/population.js';
import { programSpecs } from '../../sim/world/program-images.js';

/** Makes the default machine's images and the PDB of each; returns milliseconds and the hash of all of them. */
export async function makeSymbols() {
  const size = findSize('classroom');
  const population = populationOf(size, hardwareOf(size));
  const types = await windows11_22631.types();
  const moduleTypes = await windows11_22631.moduleTypes();
  const start = performance.now();
  const set = buildImages(
    withDriverRoutines([...catalogueFor(size), ...programSpecs(programsOf(population))]),
  );
  const files = [...symbolStoreFiles(set, types, moduleTypes)]
    .filter(({ path }) => !path.endsWith('.json'))
    .map(({ bytes }) => bytes());
  const ms = performance.now() - start;
  const hash = sha256.create();
  for (const file of files) hash.update(file);
  return { ms, files: files.length, hash: [...hash.digest()].map((byte) => byte.toString(16)).join('') };
}
