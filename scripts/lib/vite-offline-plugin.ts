import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';

const NAME = 'service-worker.js';
const SOURCE = fileURLToPath(new URL('../../web/offline/service-worker.js', import.meta.url));

/** Writes the service worker beside the built page, with the list of everything that was built. */
export function offline(): Plugin {
  let folder = '';
  return {
    name: 'livedump-offline',
    apply: 'build',
    configResolved({ root, build }) {
      folder = resolve(root, build.outDir);
    },
    closeBundle: {
      order: 'post',
      handler() {
        const files = filesOf(folder).filter((file) => file !== NAME);
        const hash = createHash('sha256');
        for (const file of files) hash.update(file).update(readFileSync(join(folder, file)));
        const worker = readFileSync(SOURCE, 'utf8')
          .replace('%VERSION%', hash.digest('hex').slice(0, 12))
          // The page itself is kept under the address that visitors know.
          .replace("'%FILES%'", JSON.stringify(files.filter((file) => file !== 'index.html')).slice(1, -1));
        writeFileSync(join(folder, NAME), worker);
      },
    },
  };
}

/** Paths of all files in a folder, as the page names them, in one order everywhere. */
function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .sort();
}
