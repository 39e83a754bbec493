import { expect, it } from 'vitest';
import shares from './shares.json' with { type: 'json' };

it('a whole run tries 200,000 files, thousands of each kind', () => {
  const all = Object.values(shares).flatMap((group) => Object.values<number>(group));
  expect(all.reduce((sum, share) => sum + share, 0)).toBeGreaterThanOrEqual(200_000);
  expect(Math.min(...all)).toBeGreaterThanOrEqual(5000);
});
