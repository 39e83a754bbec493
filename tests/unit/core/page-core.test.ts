import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

function exportsOf(name: string): string[] {
  const module = new WebAssembly.Module(readFileSync(`build/core/${name}.wasm`));
  return WebAssembly.Module.exports(module).map((entry) => entry.name);
}

test("the page's core can all that the core can, but for the check", () => {
  const all = exportsOf('release');
  expect(all).toContain('checkRun');
  expect(exportsOf('page').sort()).toEqual(all.filter((name) => name !== 'checkRun').sort());
});
