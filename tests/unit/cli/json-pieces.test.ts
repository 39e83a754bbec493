import { describe, expect, it } from 'vitest';
import { jsonPieces } from '../../../sim/cli/json-pieces.js';

describe('JSON in pieces', () => {
  it.each([
    {},
    { a: 1 },
    { missing: undefined },
    { missing: undefined, a: null, 'b "c"': 'line\nline' },
    {
      empty: [],
      none: {},
      list: [1, 'x', null, undefined, [], [2, [3]], {}, { deep: { list: [{ a: [] }] } }],
    },
    { text: 'ü\u2028', number: 1.5, truth: true, nested: { list: [[1], { b: 'c\\n' }] } },
  ])('is what JSON.stringify makes of %j', (value) => {
    expect([...jsonPieces(value)].join('')).toBe(JSON.stringify(value, undefined, 2));
  });
});
