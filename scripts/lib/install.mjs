import { existsSync, readFileSync } from 'node:fs';
import { run } from './run.mjs';

const json = (path) => JSON.parse(readFileSync(path, 'utf8'));

/** Whether node_modules holds what package-lock.json asks for; packages for other systems may be absent. */
function isInstalled() {
  const installedLock = 'node_modules/.package-lock.json';
  if (!existsSync(installedLock)) return false;
  const installed = json(installedLock).packages;
  return Object.entries(json('package-lock.json').packages).every(
    ([path, wanted]) => path === '' || wanted.optional || installed[path]?.version === wanted.version,
  );
}

/** @throws with a sentence for the user when Node is too old for our dependencies */
export function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  throw new Error(
    `livedump-lab needs Node 20.19 or newer; this is ${process.versions.node}. See https://nodejs.org/.`,
  );
}

/**
 * Installs the dependencies when they are missing or not those of package-lock.json.
 * @throws with a sentence for the user when that fails
 */
export async function installDependencies() {
  checkNode();
  if (isInstalled()) return;
  console.log('Installing dependencies (npm ci) …');
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  try {
    await run(npm, ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
      shell: process.platform === 'win32',
    });
  } catch {
    throw new Error(
      'The dependencies could not be installed; npm says why above. They come from the npm registry, ' +
        'so this step needs a network connection once. Try again with: npm ci',
    );
  }
}
