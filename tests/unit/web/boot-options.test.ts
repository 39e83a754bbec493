import { expect, test } from 'vitest';
import { bootOptions } from '../../../web/boot-options.js';
import { baseName, parentFolder } from '../../../web/explorer/path.js';

test.each([
  ['', { scenario: 'baseline', seed: 1 }],
  ['?seed=42', { scenario: 'baseline', seed: 42 }],
  ['?scenario=leak&seed=0', { scenario: 'leak', seed: 0 }],
  ['?machine=server', { scenario: 'baseline', seed: 1, machine: 'server' }],
])('%j boots %j', (search, options) => expect(bootOptions(search)).toEqual(options));

test.each(['-1', '1.5', 'seven', '', '9007199254740992', '1e3'])('the seed %j is refused by name', (seed) => {
  expect(() => bootOptions(`?seed=${seed}`)).toThrow(`“${seed}”`);
});

test('a Windows path has a parent up to its drive', () => {
  expect(parentFolder('C:\\Users\\lab')).toBe('C:\\Users');
  expect(parentFolder('C:\\Users')).toBe('C:\\');
  expect(parentFolder('C:\\')).toBeNull();
  expect(baseName('C:\\Users\\lab.dmp')).toBe('lab.dmp');
});
