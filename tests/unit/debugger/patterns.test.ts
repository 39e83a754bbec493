import { expect, it } from 'vitest';
import { matcher } from '../../../sim/debugger/patterns.js';

it.each([
  ['Ke*Wait*', 'KeWaitForSingleObject', true],
  ['ke?ait', 'KeWait', true],
  ['Ke[UW]ait', 'kewait', true],
  ['Ke[xy]ait', 'KeWait', false],
  ['*', '', true],
  ['a*b', 'aXbXc', false],
  ['a.c', 'abc', false],
  ['a[b', 'A[B', true],
])('%s, %s: %s', (pattern, name, isFit) => expect(matcher(pattern)(name)).toBe(isFit));

it('takes no longer for many stars', () => {
  const begin = process.cpuUsage().user;
  expect(matcher(`${'*a'.repeat(20)}*c`)(`${'a'.repeat(2000)}b`)).toBe(false);
  expect(process.cpuUsage().user - begin).toBeLessThan(500_000);
});
