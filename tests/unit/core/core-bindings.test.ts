import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { machine } from './support.js';

/** Exports and the types of their results, as AssemblyScript's own bindings name them. */
const RESULTS = [
  ...readFileSync('build/core/release.d.ts', 'utf8').matchAll(
    /@returns `(\w+)`\s*\*\/\s*export function (\w+)/g,
  ),
].map(([, type = '', name = '']) => ({ type, name }));

test.each(['release', 'page'])('the section of %s says which results are unsigned', (core) => {
  const module = new WebAssembly.Module(readFileSync(`build/core/${core}.wasm`));
  const letters = new TextDecoder().decode(WebAssembly.Module.customSections(module, 'results')[0]);
  const names = WebAssembly.Module.exports(module).map(({ name }) => name);
  const lettered = (letter: string) => names.filter((_, index) => letters[index] === letter);
  const typed = (...types: string[]) =>
    RESULTS.filter(({ type, name }) => types.includes(type) && names.includes(name)).map(({ name }) => name);
  expect(typed('u64').length).toBeGreaterThan(50);
  expect(lettered('U').sort()).toEqual(typed('u64').sort());
  expect(lettered('u').sort()).toEqual(typed('u32', 'usize').sort());
  expect(lettered('b').sort()).toEqual(typed('bool').sort());
});

test('an address of the upper half is no negative number', () => {
  expect(machine.kernel.core.exports.poolAllocate(64, 0x4242414c, 0, 0)).toBeGreaterThan(0xffff800000000000n);
});

test('an assertion says what does not hold, and where', () => {
  expect(() => machine.kernel.core.exports.memoryWritePointer(0x1000n, 1n)).toThrow(
    /^write to an address that is not mapped in assembly\/memory\/virtual\.ts:\d+$/,
  );
});
