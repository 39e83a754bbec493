// Handle tables, as Volatility walks them: by TableCode's level, entries decoded by their shift.
import type { Kernel } from './kernel.js';
import { sizeOf } from './layouts.js';

const PAGE_BYTES = 4096;
const LEVEL_MASK = 7n;
const VALUES_PER_ENTRY = 4;
const POINTER_SHIFT = 16n; // what ObpCaptureHandleInformationEx shifts by
const KERNEL_BITS = 0xffff000000000000n;
const LOW_BITS = 0xfffffffffffffff8n;

export interface Handle {
  value: number;
  /** What the entry points at: an OBJECT_HEADER, or in PspCidTable a body. */
  object: bigint;
  access: number;
}

/** Entries in use of the HANDLE_TABLE at `table`; none where a process has no table. */
export function handlesOf(kernel: Kernel, table: bigint): Handle[] {
  if (table === 0n) return [];
  const code = kernel.get(table, '_HANDLE_TABLE', 'TableCode');
  return entriesBelow(kernel, code & ~LEVEL_MASK, Number(code & LEVEL_MASK), 0);
}

function entriesBelow(kernel: Kernel, page: bigint, level: number, first: number): Handle[] {
  const perLeaf = PAGE_BYTES / sizeOf('_HANDLE_TABLE_ENTRY');
  const found: Handle[] = [];
  if (level > 0) {
    for (let i = 0; i < PAGE_BYTES / 8; i++) {
      const below = kernel.space.u64(page + BigInt(8 * i));
      if (below === 0n) continue;
      const step = perLeaf * (PAGE_BYTES / 8) ** (level - 1);
      found.push(...entriesBelow(kernel, below, level - 1, first + i * step));
    }
    return found;
  }
  for (let i = 0; i < perLeaf; i++) {
    const entry = page + BigInt(i * sizeOf('_HANDLE_TABLE_ENTRY'));
    const low = kernel.get(entry, '_HANDLE_TABLE_ENTRY', 'LowValue');
    const object = ((low & LOW_BITS) >> POINTER_SHIFT) | KERNEL_BITS;
    if (low === 0n || !kernel.space.isReadable(object)) continue;
    const access = Number(kernel.get(entry, '_HANDLE_TABLE_ENTRY', 'GrantedAccessBits'));
    found.push({ value: (first + i) * VALUES_PER_ENTRY, object, access });
  }
  return found;
}
