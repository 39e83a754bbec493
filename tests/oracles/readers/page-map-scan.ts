// How tools find the page tables when they do not trust the header.
import type { AddressSpace } from './address-space.js';
import type { DumpFile } from './dump-file.js';
import { PAGE_BYTES } from './dump-file.js';

const ENTRIES = 512;
const KERNEL_HALF = 256;
const FRAME_BITS = 0x0000fffffffff000n;
const VOLATILITY_FRAME_BITS = 0x3ffffffffff000n;
const CACHE_DISABLED = 0x10n; // Volatility takes a page with it for something else
const FIRST_SELF_REFERENCE = 0x100;
const LAST_SELF_REFERENCE = 0x1fe;

/** Physical addresses where Volatility looks: [from, to[. */
const WINDOWS: readonly [number, number][] = [
  [0x150000, 0x2a0000],
  [0x650000, 0x6f0000],
];

function entries(dump: DumpFile, pfn: number): bigint[] | undefined {
  const at = dump.offsetOfFrame(pfn);
  if (at === undefined) return undefined;
  return Array.from({ length: ENTRIES }, (_, i) => dump.view.getBigUint64(at + 8 * i, true));
}

/** Volatility: a page with exactly one reference to itself, in the kernel's half. */
function isSelfReferential(page: bigint[], pfn: number): boolean {
  const self = BigInt(pfn) * BigInt(PAGE_BYTES);
  if (page.some((entry) => (entry & CACHE_DISABLED) !== 0n)) return false;
  const slots = page.flatMap((entry, slot) => ((entry & VOLATILITY_FRAME_BITS) === self ? [slot] : []));
  return slots.length === 1 && slots[0]! >= FIRST_SELF_REFERENCE && slots[0]! <= LAST_SELF_REFERENCE;
}

/** Page maps that Volatility finds, in its order: it takes the first. */
export function volatilityPageMaps(dump: DumpFile): number[] {
  return WINDOWS.flatMap(([from, to]) => {
    const found: number[] = [];
    for (let pfn = from / PAGE_BYTES; pfn < to / PAGE_BYTES; pfn++) {
      const page = entries(dump, pfn);
      if (page && isSelfReferential(page, pfn)) found.push(pfn);
    }
    return found;
  });
}

/** What MemProcFS counts in a page that may be a PML4. */
export interface PageMapCounts {
  /** A slot names the page itself, present, writable, not user mode's and not large. */
  selfReference: boolean;
  /** Supervisor entries of the kernel's half that may hold code. */
  supervisor: number;
  userZero: number;
  kernelZero: number;
}

export function memProcFsCounts(space: AddressSpace): PageMapCounts {
  const page = entries(space.dump, space.root);
  if (!page) throw new Error('the page map is not in the dump');
  const kernel = page.slice(KERNEL_HALF);
  const self = (BigInt(space.root) * BigInt(PAGE_BYTES)) | 0x3n;
  return {
    selfReference: kernel.some((entry) => (entry & (FRAME_BITS | 0x83n)) === self),
    supervisor: kernel.filter((entry) => (entry & 0x8000000000000087n) === 0x3n).length,
    userZero: page.slice(0, KERNEL_HALF).filter((entry) => entry === 0n).length,
    kernelZero: kernel.filter((entry) => entry === 0n).length,
  };
}

/**
 * MemProcFS's verification of a page map that it is given: few supervisor entries, a reference to itself, and both
 * halves mostly empty.
 */
export function looksLikePageMap({
  selfReference,
  supervisor,
  userZero,
  kernelZero,
}: PageMapCounts): boolean {
  return selfReference && supervisor >= 6 && userZero > 0x40 && kernelZero > 0x40;
}
