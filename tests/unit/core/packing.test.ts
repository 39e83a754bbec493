import { beforeAll, describe, expect, it } from 'vitest';
import { buildImages } from '../../../sim/images/build.js';
import { catalogue } from '../../../sim/images/index.js';
import { loadCore } from '../../../sim/machine/load-core.node.js';
import { startKernel } from '../../../sim/machine/machine.js';
import type { Core } from '../../../sim/machine/core.js';
import { windows11_22631 } from '../../../sim/machine/profile.js';
import { findSize } from '../../../sim/machine/size.js';

const PAGE = 4096;
const WORDS = PAGE / 8;
const PAGES = 40_000; // 164 MB
const GIB = 2 ** 30;
const TAG = 0x64636150; // 'Pacd'
const NON_PAGED = 0;

/** Words that a page is given: from one to all of them, at places of its own; the rest stay zero. */
function contents(page: number): bigint[] {
  const words = Array.from({ length: WORDS }, () => 0n);
  const count = page % 40 === 0 ? WORDS : 1 + (page % 13);
  for (let i = 0; i < count; i++)
    words[count === WORDS ? i : (page * 31 + i * 67) % WORDS] = BigInt(page + 1) * 0x1_0000_0001n + BigInt(i);
  return words;
}

let core: Core;
let first: bigint;

function write(page: number, words: readonly bigint[]): void {
  const bytes = new Uint8Array(BigUint64Array.from(words).buffer);
  core.putBytes(bytes);
  core.exports.memoryWrite(first + BigInt(page) * BigInt(PAGE), PAGE);
}

function read(page: number): bigint[] {
  expect(core.exports.memoryRead(first + BigInt(page) * BigInt(PAGE), PAGE)).toBe(PAGE);
  const { exchange } = core;
  return Array.from({ length: WORDS }, (_, i) => exchange.getBigUint64(i * 8, true));
}

beforeAll(async () => {
  const size = findSize('classroom');
  const hardware = { memory: 4 * GIB, processors: 1, nodes: 1 };
  const start = { bootTime: 133600000000000000n, uptime: 36_000_000_000n, bootId: 1 };
  const module = await loadCore();
  const images = buildImages(catalogue);
  ({ core } = await startKernel(module, windows11_22631, images, 1n, size, hardware, start));
  first = core.exports.poolAllocate(PAGES * PAGE, TAG, NON_PAGED, 0);
});

describe('packed memory', () => {
  it('takes little room where pages hold few words', () => {
    const before = core.exports.memory.buffer.byteLength;
    for (let page = 0; page < PAGES; page++) {
      write(page, contents(page));
      if (page % 1000 === 0) core.exports.memoryPack();
    }
    expect(core.exports.memory.buffer.byteLength - before).toBeLessThan((PAGES * PAGE) / 2);
  });

  it('reads as it was written, and takes further words', () => {
    for (let page = 0; page < PAGES; page += 7) {
      const expected = contents(page);
      expect(read(page)).toEqual(expected);
      const at = (page * 5) % WORDS;
      expected[at] = BigInt(page) << 32n;
      core.exports.memoryWritePointer(first + BigInt(page * PAGE + at * 8), expected[at]);
      expect(read(page)).toEqual(expected);
    }
    core.exports.memoryPack();
    expect(read(1)).toEqual(contents(1));
  });
});
