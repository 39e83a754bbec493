import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Plugin } from 'vite';

const NAME = 'iced-x86';
const ID = '\0iced-x86';
const HEAD =
  /^let imports = \{\};\n.*\nlet wasm;\nconst \{ TextDecoder, TextEncoder \} = require\(`util`\);\n/;
const TAIL = /\nconst path = require\('path'\)[\s\S]*$/;

/**
 * iced-x86 is published for Node alone, as CommonJS that reads its WebAssembly from a file. For the browser its module becomes
 * one that fetches the WebAssembly, with names that are exported one by one, so that what nobody uses is left out.
 */
export function iced(): Plugin {
  return {
    name: 'livedump-iced',
    enforce: 'pre',
    config: () => ({ optimizeDeps: { exclude: [NAME] } }),
    resolveId: (source) => (source === NAME ? ID : undefined),
    load: (id) =>
      id === ID
        ? browserModule(readFileSync(createRequire(import.meta.url).resolve(NAME), 'utf8'))
        : undefined,
  };
}

/** @throws Error when the package is not built as it was */
export function browserModule(source: string): string {
  if (!HEAD.test(source) || !TAIL.test(source)) throw new Error(`${NAME} is not built as expected.`);
  const body = source
    .replace(HEAD, '')
    .replace(TAIL, '')
    .replace(/^module\.exports\.(__\w+) = /gm, 'imported.$1 = ')
    .replace(/^module\.exports\.(\w+) = \1;$/gm, 'export { $1 };')
    .replace(/^module\.exports\.(\w+) = Object\.freeze\(/gm, 'export const $1 = /*#__PURE__*/ Object.freeze(')
    .replace(/^module\.exports\.(\w+) = /gm, 'export const $1 = ');
  return `import url from '${NAME}/iced_x86_bg.wasm?url';
const imported = {};
let wasm;
${body}
const { instance } = await WebAssembly.instantiateStreaming(fetch(url), { __wbindgen_placeholder__: imported });
wasm = instance.exports;
`;
}
