import type { Kernel } from '../machine/machine.js';
import type { StagedModule, StagedProcess, UnloadedModule } from '../world/stage.js';
import { hex, type Address } from './address.js';

/** A range of a process's addresses, as one VAD describes it. */
export interface TruthRange {
  start: Address;
  /** First address after it. */
  end: Address;
  kind: 'private' | 'mapped' | 'image';
  /** As debuggers print it: `READWRITE`. */
  protection: string;
  /** Pages that count against the commit limit. */
  committed: number;
  /** Path of the mapped file on its volume: `\Windows\System32\ntdll.dll`. */
  file?: string;
}

/** A module that a process's loader lists. */
export interface TruthLoadedModule {
  /** BaseDllName. */
  name: string;
  path: string;
  base: Address;
  size: number;
}

/** A DLL that a process had loaded. */
export interface TruthUnloadedModule {
  /** File name. */
  name: string;
  base: Address;
  size: number;
}

/** Rows of the core's range ledger, see kernel/sections/range-ledger.ts. */
const ROW_BYTES = 32;
const IMAGE_MAP = 2;
/** By the first three bits of a protection as the memory manager numbers them. */
const ACCESSES = [
  'NO_ACCESS',
  'READONLY',
  'EXECUTE',
  'EXECUTE_READ',
  'READWRITE',
  'WRITECOPY',
  'EXECUTE_READWRITE',
  'EXECUTE_WRITECOPY',
];

/** What a process was given of its address space, in order of address. `files` are those behind control areas. */
export function truthOfRanges(
  { core }: Kernel,
  files: ReadonlyMap<bigint, string>,
  { address }: StagedProcess,
): TruthRange[] {
  const ranges: { at: bigint; range: TruthRange }[] = [];
  for (let rows = 1; rows > 0;) {
    rows = core.exports.memoryListRanges(address, ranges.length);
    const { exchange } = core;
    for (let row = 0; row < rows; row++) {
      const number = (offset: number) => exchange.getUint32(row * ROW_BYTES + offset, true);
      const at = exchange.getBigUint64(row * ROW_BYTES, true);
      const area = exchange.getBigUint64(row * ROW_BYTES + 8, true);
      const file = files.get(area);
      ranges.push({
        at,
        range: {
          start: hex(at),
          end: hex(at + BigInt(number(16)) * 4096n),
          kind: area === 0n ? 'private' : number(20) === IMAGE_MAP ? 'image' : 'mapped',
          protection: ACCESSES[number(24) & 7]!,
          committed: number(28),
          ...(file === undefined ? {} : { file }),
        },
      });
    }
  }
  return ranges.sort((a, b) => (a.at < b.at ? -1 : 1)).map(({ range }) => range);
}

export function truthOfUnloaded({ name, base, size }: UnloadedModule): TruthUnloadedModule {
  return { name, base: hex(base), size };
}

export function truthOfLoaded({ name, path, base, size }: StagedModule): TruthLoadedModule {
  return { name, path, base: hex(base), size };
}
