import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Files under the given files and folders, sorted; what does not exist is left out. */
function filesUnder(paths) {
  return paths
    .filter(existsSync)
    .flatMap((path) =>
      statSync(path).isDirectory()
        ? readdirSync(path, { recursive: true, withFileTypes: true })
            .filter((entry) => entry.isFile())
            .map((entry) => join(entry.parentPath, entry.name))
        : [path],
    )
    .sort();
}

/** One hash of names and contents: the same on every checkout, whatever the file times say. */
export function fingerprint(paths) {
  const hash = createHash('sha256');
  for (const file of filesUnder(paths)) {
    hash.update(`${file}\0${statSync(file).size}\0`).update(readFileSync(file));
  }
  return hash.digest('hex');
}

/**
 * Runs `work` unless its inputs are those of the last run and its outputs are still there.
 * @returns whether it ran
 */
export async function whenChanged({ name, inputs, outputs, force = false }, work) {
  const file = join('build', 'stamps', name);
  const now = fingerprint(inputs);
  const before = existsSync(file) ? readFileSync(file, 'utf8') : '';
  if (!force && before === now && outputs.every(existsSync)) return false;
  await work();
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, now);
  return true;
}
