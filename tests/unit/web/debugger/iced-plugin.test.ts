import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import * as iced from 'iced-x86';
import { expect, it } from 'vitest';
import { browserModule } from '../../../../scripts/lib/vite-iced-plugin.js';

it('keeps every name of iced-x86, and nothing of Node', () => {
  const source = browserModule(readFileSync(createRequire(import.meta.url).resolve('iced-x86'), 'utf8'));
  const exported = [...source.matchAll(/^export (?:const (\w+) =|\{ (\w+) \};)/gm)].map(([, a, b]) => a ?? b);
  const names = Object.keys(iced).filter((name) => !name.startsWith('__') && name !== 'default');
  expect(exported.sort()).toEqual(names.sort());
  expect(source).not.toMatch(/^[^*]*(?:require\(|module\.exports|__dirname)/m);
});

it('says when the package is built in another way', () => {
  expect(() => browserModule('export const wasm = 1;')).toThrow('iced-x86 is not built as expected.');
});
