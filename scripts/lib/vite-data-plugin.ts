import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** Where data of ours lies; build/ has what is generated from it. */
const FOLDERS = ['sim', 'build'].map((folder) => join(root, folder));
/** Small, and of another worker: it stays in its code. */
const OTHERS = join(root, 'sim/debugger');
/** What no machine needs that only boots: of dumps, of what scenarios do. It lies in a file of its own. */
const LATER = [
  'sim/livedump/',
  'sim/processdump/',
  'sim/scenarios/catalogue/(?!baseline)',
  'sim/images/lab-drivers/',
  'sim/profiles/formats/(minidump|live-dump-control|portable-executable)',
].map((path) => new RegExp(`^${path}`));
const FILES = '\0data/'; // and its name, without extension as below
const REQUESTS = '\0request/'; // likewise
const FIRST = 'virtual:catalogues'; // who imports it asks for the catalogues
const ONE = '\0catalogue:'; // and the path without its extension, at which Vite would take the module for JSON
const EXTENSION = '.json';

/** Modules that ask for a file of data, for {@link data}'s user to put where they run early. */
export const DATA_REQUESTS = /^\0request\/catalogues-/;

/**
 * Keeps the simulation's data out of its code: the JSON files of ours that it imports become one file beside the worker and
 * one for later, which the browser parses much faster than the same data as JavaScript. What is imported on demand stays as it is.
 */
export function data(): Plugin[] {
  const version = hashOf(FOLDERS);
  return [dataInFiles(version), requestInAdvance(`catalogues-${version}`)];
}

/** Resolves what asks for the catalogues while the page is being worked on, when they are in the code. */
export function catalogueRequests(): Plugin {
  return { ...requestInAdvance(''), apply: 'serve' };
}

function requestInAdvance(file: string): Plugin {
  let isBuilt = false;
  return {
    name: 'livedump-data-request',
    enforce: 'pre',
    configResolved({ command }) {
      isBuilt = command === 'build';
    },
    resolveId(source) {
      if (source === FIRST) return isBuilt ? REQUESTS + file : `\0${FIRST}`;
      return source.startsWith(REQUESTS) ? source : undefined;
    },
    load(id) {
      if (id === `\0${FIRST}`) return 'export default () => undefined;';
      return id.startsWith(REQUESTS) ? requestOfFile(id.slice(REQUESTS.length) + EXTENSION) : undefined;
    },
  };
}

function dataInFiles(version: string): Plugin {
  const fileOf = (path: string) =>
    `${LATER.some((later) => later.test(path)) ? 'later' : 'catalogues'}-${version}`;
  const used = new Map<string, Record<string, unknown>>();
  return {
    name: 'livedump-data',
    apply: 'build',
    enforce: 'pre',
    resolveId(source, importer, options) {
      if (source.startsWith(FILES)) return source;
      if (
        !source.endsWith(EXTENSION) ||
        !importer ||
        (options as { kind?: string }).kind === 'dynamic-import'
      )
        return;
      const path = resolve(dirname(importer), source);
      return FOLDERS.some((folder) => path.startsWith(folder)) && !path.startsWith(OTHERS)
        ? ONE + relative(root, path).slice(0, -EXTENSION.length)
        : undefined;
    },
    load(id) {
      if (id.startsWith(FILES)) return moduleOfFile(id.slice(FILES.length));
      if (!id.startsWith(ONE)) return;
      const path = id.slice(ONE.length) + EXTENSION;
      const content = JSON.parse(readFileSync(join(root, path), 'utf8')) as Record<string, unknown>;
      const file = fileOf(path);
      used.set(file, { ...used.get(file), [path]: content });
      return moduleOfOne(path, content, file);
    },
    generateBundle() {
      for (const [name, contents] of used)
        this.emitFile({
          type: 'asset',
          fileName: `assets/${name}${EXTENSION}`,
          source: JSON.stringify(contents),
        });
    },
  };
}

function requestOfFile(name: string): string {
  return `const name = ${JSON.stringify(name)};
async function load() {
  const response = await fetch(new URL(name, import.meta.url));
  if (!response.ok) throw new Error(\`\${name} could not be loaded (\${response.status}).\`);
  return response.json();
}
let content;
export default () => {
  if (!content) (content = load()).catch(() => undefined); // who waits for it hears
  return content;
};`;
}

function moduleOfFile(file: string): string {
  return `import ask from ${JSON.stringify(REQUESTS + file)};\nexport default await ask();`;
}

/** The file's content, and its members by name where those are names that JavaScript can import. */
function moduleOfOne(path: string, content: Record<string, unknown>, file: string): string {
  const members = Object.keys(content).filter((key) => /^[a-z_]\w*$/i.test(key) && key !== 'default');
  return `import all from ${JSON.stringify(FILES + file)};
const content = all[${JSON.stringify(path)}];
export default content;
${members.map((key, index) => `const m${index} = content.${key};\nexport { m${index} as ${key} };`).join('\n')}`;
}

/** Changes with any of the data. */
function hashOf(folders: readonly string[]): string {
  const hash = createHash('sha256');
  const files = folders.flatMap((folder) =>
    readdirSync(folder, { recursive: folder.endsWith('sim'), withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith(EXTENSION))
      .map((entry) => join(entry.parentPath, entry.name)),
  );
  for (const file of files.sort()) hash.update(readFileSync(file));
  return hash.digest('base64url').slice(0, 8);
}
