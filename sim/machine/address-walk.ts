import type { Core } from './core.js';

const LEVELS = ['PML4', 'PDPT', 'PD', 'PT'] as const;
const FRAME = 0x000ffffffffff000n;
const STEP_BYTES = 16; // physical address of the entry, entry: paging/walk.ts of the core
const ENTRIES = 512n;
const ENTRY_BYTES = 8n;

/** Bits of a page-table entry, as the processor's manual numbers them. */
const BITS = {
  present: 0n,
  writable: 1n,
  user: 2n,
  accessed: 5n,
  dirty: 6n,
  large: 7n,
  global: 8n,
  noExecute: 63n,
} as const;

/** Bits and shifts of entries that are not present: MMPTE_SOFTWARE and MMPTE_PROTOTYPE of the kernel's symbols. */
const SOFTWARE = {
  prototype: 1n << 10n,
  transition: 1n << 11n,
  pageFile: 12n,
  page: 32n,
  prototypeAddress: 16n,
} as const;
/** What MMPTE_PROTOTYPE.ProtoAddress has when the VAD knows the prototype PTE: MI_VAD_PROTOTYPE, sign-extended. */
const THROUGH_VAD = BigInt.asIntN(48, 0xffffffff0000n);

/** One level of a walk: which entry of which table was read, and what it says. */
export interface WalkStep {
  readonly level: (typeof LEVELS)[number];
  /** Index of the entry in its table. */
  readonly index: number;
  /** Physical address of the entry. */
  readonly entryAddress: bigint;
  readonly entry: bigint;
  /** Frame that the entry names: the next table, or the page. */
  readonly frame: number;
  readonly bits: Readonly<Record<keyof typeof BITS, boolean>>;
}

/** What Windows keeps in an entry that is not present. */
export type AbsentPage =
  | { readonly is: 'nothing' | 'demandZero' }
  /** Still in memory: on its way out or back. */
  | { readonly is: 'transition'; readonly frame: number }
  | { readonly is: 'pageFile'; readonly file: number; readonly page: number }
  /** Told by a prototype PTE; `undefined` where the VAD leads to it. */
  | { readonly is: 'prototype'; readonly prototype: bigint | undefined };

/** How a processor translates a virtual address, level by level. */
export interface AddressWalk {
  readonly address: bigint;
  readonly steps: readonly WalkStep[];
  /** Where it leads, `undefined` when the last entry is not present. */
  readonly physical: bigint | undefined;
  /** Where the page is instead. */
  readonly absent: AbsentPage | undefined;
  /** Size of the page that holds it. */
  readonly pageBytes: number | undefined;
}

/** Walks the page tables whose PML4 lies in frame `root`; 0 for the attached process's. */
export function walkAddress(core: Core, address: bigint, root = 0): AddressWalk {
  const count = core.exports.memoryWalk(root, address);
  const { exchange } = core;
  const steps = LEVELS.slice(0, count).map((level, position) =>
    describe(
      level,
      exchange.getBigUint64(position * STEP_BYTES, true),
      exchange.getBigUint64(position * STEP_BYTES + 8, true),
      position,
    ),
  );
  const last = steps.at(-1)!;
  if (!last.bits.present)
    return { address, steps, physical: undefined, absent: absentPage(last), pageBytes: undefined };
  const pageBytes = 4096n * ENTRIES ** BigInt(LEVELS.length - count);
  const base = last.entry & FRAME & ~(pageBytes - 1n);
  const physical = base | (address & (pageBytes - 1n));
  return { address, steps, physical, absent: undefined, pageBytes: Number(pageBytes) };
}

function absentPage({ level, entry, frame }: WalkStep): AbsentPage {
  const { prototype, transition, pageFile, page, prototypeAddress } = SOFTWARE;
  if (entry === 0n || level !== 'PT') return { is: 'nothing' };
  if (entry & prototype) {
    const at = BigInt.asIntN(64, entry) >> prototypeAddress;
    return { is: 'prototype', prototype: at === THROUGH_VAD ? undefined : BigInt.asUintN(64, at) };
  }
  if (entry & transition) return { is: 'transition', frame };
  const number = Number(entry >> page);
  if (number === 0) return { is: 'demandZero' };
  return { is: 'pageFile', file: Number((entry >> pageFile) & 15n), page: number };
}

function describe(level: WalkStep['level'], entryAddress: bigint, entry: bigint, position: number): WalkStep {
  const isLeaf = position === LEVELS.length - 1; // where the large-page bit means something else
  const bits = Object.fromEntries(
    Object.entries(BITS).map(([name, bit]) => [
      name,
      ((entry >> bit) & 1n) === 1n && !(name === 'large' && isLeaf),
    ]),
  ) as WalkStep['bits'];
  return {
    level,
    index: Number((entryAddress / ENTRY_BYTES) % ENTRIES),
    entryAddress,
    entry,
    frame: Number((entry & FRAME) >> 12n),
    bits,
  };
}
