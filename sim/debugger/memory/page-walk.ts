import { PAGE_BYTES } from '../dump/page-map.js';
import { wordIn } from './memory.js';
import type { PhysicalMemory } from './physical-memory.js';

/** Bits of a page-table entry: hardware's (Intel SDM, volume 3), then those that Windows uses while it is invalid. */
const VALID = 1n << 0n;
const LARGE = 1n << 7n;
const PROTOTYPE = 1n << 10n;
const TRANSITION = 1n << 11n;
const FRAME = 0x000ffffffffff000n;
const ENTRIES = 512;
const ENTRY_BYTES = 8;

export const LEVELS = ['PXE', 'PPE', 'PDE', 'PTE'] as const;
export type Level = (typeof LEVELS)[number];

/** One step of a walk: the entry read at a level. */
export interface WalkStep {
  level: Level;
  /** Physical address of the entry. */
  at: number;
  /** `undefined` when the dump does not hold the table. */
  entry: bigint | undefined;
}

/** Where a walk ended. */
export type Outcome =
  | { kind: 'mapped'; physical: number; /** Bytes of the page */ pageBytes: number; transition: boolean }
  | { kind: 'prototype'; /** Virtual address of the prototype entry */ prototype: bigint; entry: bigint }
  | { kind: 'invalid'; level: Level; entry: bigint }
  | { kind: 'absent'; /** Frame that the dump does not hold */ pfn: number };

export interface Walk {
  steps: WalkStep[];
  outcome: Outcome;
}

/** Walks four levels of page tables for an address, and tells of each. */
export function walk(memory: PhysicalMemory, root: number, address: bigint): Walk {
  const steps: WalkStep[] = [];
  return { steps, outcome: outcomeOf(memory, root, address, (step) => steps.push(step)) };
}

/** Where a walk ends. */
export function outcomeOf(
  memory: PhysicalMemory,
  root: number,
  address: bigint,
  onStep?: (step: WalkStep) => void,
): Outcome {
  let table = root;
  for (let depth = 0; depth < LEVELS.length; depth++) {
    const level = LEVELS[depth]!;
    const shift = BigInt(39 - depth * 9);
    const at = table + Number((address >> shift) & BigInt(ENTRIES - 1)) * ENTRY_BYTES;
    const page = memory.page(Math.floor(at / PAGE_BYTES));
    const entry = page && wordIn(page, at % PAGE_BYTES);
    onStep?.({ level, at, entry });
    if (entry === undefined) return { kind: 'absent', pfn: Math.floor(at / PAGE_BYTES) };
    const last = level === 'PTE';
    if (!(entry & VALID))
      return !last || entry === 0n ? { kind: 'invalid', level, entry } : softwareOutcome(entry, address);
    const base = Number(entry & FRAME);
    if (last || (entry & LARGE && depth > 0)) {
      const pageBytes = 2 ** Number(shift);
      const physical = base - (base % pageBytes) + Number(address & (BigInt(pageBytes) - 1n));
      return { kind: 'mapped', physical, pageBytes, transition: false };
    }
    table = base;
  }
  throw new Error('A walk has four levels.');
}

/** Frame of the table of a level that a walk reads an entry of; `undefined` where it does not come so far. */
export function tableAt(
  memory: PhysicalMemory,
  root: number,
  address: bigint,
  level: number,
): number | undefined {
  let table = root;
  for (let depth = 0; depth < level; depth++) {
    const index = Number((address >> BigInt(39 - depth * 9)) & BigInt(ENTRIES - 1));
    const page = memory.page(table / PAGE_BYTES);
    const entry = page === undefined ? 0n : wordIn(page, index * ENTRY_BYTES);
    if (!(entry & VALID) || (entry & LARGE && depth > 0)) return undefined;
    table = Number(entry & FRAME);
  }
  return table / PAGE_BYTES;
}

/** What an invalid PTE says: a page in transition, one that a prototype tells of, or one that is not in memory. */
export function softwareOutcome(entry: bigint, address: bigint): Outcome {
  if (entry & PROTOTYPE) {
    const prototype = BigInt.asUintN(64, BigInt.asIntN(64, entry) >> 16n);
    return { kind: 'prototype', prototype, entry };
  }
  if (!(entry & TRANSITION)) return { kind: 'invalid', level: 'PTE', entry };
  const physical = Number(entry & FRAME) + Number(address & 0xfffn);
  return { kind: 'mapped', physical, pageBytes: PAGE_BYTES, transition: true };
}

/** The frame that a prototype entry names; `undefined` when its page is not in memory. */
export function prototypeFrame(entry: bigint): number | undefined {
  const inMemory = entry & VALID || (entry & TRANSITION && !(entry & PROTOTYPE));
  return inMemory ? Number((entry & FRAME) >> 12n) : undefined;
}
