// Pages of pool: what !pool and pool scanners walk, header by header.
import { describe, expect, it } from 'vitest';
import { PAGE_BYTES } from './dump-file.js';
import type { Kernel } from './kernel.js';
import { offsetOf, sizeOf } from './layouts.js';

const GRANULE = 16;
const KERNEL_HALF = 256;
const ENTRIES = 512;
/** Indices of MiState.Vs.SystemVaRegions in 22631, and the lowest bit of PoolType in each. */
const POOLS = [
  { name: 'nonpaged', region: 1, lowBit: 0n },
  { name: 'paged', region: 2, lowBit: 1n },
];

export function poolRules(opened: () => Kernel): void {
  /** Why a page is no chain of blocks, or `undefined` when it is one. */
  function fault(kernel: Kernel, page: bigint, lowBit: bigint): string | undefined {
    let before = 0n;
    for (let at = 0; at < PAGE_BYTES;) {
      const get = (path: string) => kernel.get(page + BigInt(at), '_POOL_HEADER', path);
      const size = get('BlockSize');
      if (size === 0n) return `no block at ${at}`;
      if (get('PreviousSize') !== before) return `PreviousSize at ${at}`;
      if (get('PoolType') !== 0n && (get('PoolType') & 1n) !== lowBit) return `PoolType at ${at}`;
      const tag = kernel.space.text(page + BigInt(at + offsetOf('_POOL_HEADER', 'PoolTag')), 4);
      if (!/^[ -~]{4}$/.test(tag)) return `PoolTag at ${at}`;
      before = size;
      at += Number(size) * GRANULE;
      if (at > PAGE_BYTES) return `a block that ends at ${at}`;
    }
    return undefined;
  }

  describe('pool', () => {
    it.each(POOLS)(
      '$name: pages that start with a tagged header are whole chains of blocks',
      ({ region, lowBit }) => {
        const kernel = opened();
        const regions =
          offsetOf('_MI_SYSTEM_INFORMATION', 'Vs.SystemVaRegions') +
          region * sizeOf('_MI_SYSTEM_VA_ASSIGNMENT');
        const slot = kernel.space.u64(kernel.address('MiState') + BigInt(regions)) >> 39n;
        const faults: string[] = [];
        let chains = 0;
        for (const { isLeaf, address } of kernel.space.entries(KERNEL_HALF, ENTRIES, kernel.selfMapSlot)) {
          if (!isLeaf || address >> 39n !== slot) continue;
          const tag = kernel.space.text(address + BigInt(offsetOf('_POOL_HEADER', 'PoolTag')), 4);
          if (!/^[A-Za-z][ -~]{3}$/.test(tag)) continue; // one allocation takes the whole page
          const wrong = fault(kernel, address, lowBit);
          if (wrong === undefined) chains++;
          else faults.push(`0x${address.toString(16)}: ${wrong}`);
        }
        expect(faults.slice(0, 10)).toEqual([]);
        expect(chains).toBeGreaterThan(2);
      },
    );
  });
}
