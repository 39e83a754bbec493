// Exports, imports, relocations, debug directory and resources of a PE32+ file, by the published format alone.
import type { PeFile } from './pe-file.js';

const [EXPORTS, IMPORTS, RESOURCES, , , RELOCATIONS, DEBUG] = [0, 1, 2, 3, 4, 5, 6];
const IAT = 12;
/** IMAGE_REL_BASED_*. */
const [ABSOLUTE, DIR64] = [0, 10];

const text = (file: PeFile, rva: number): string => {
  let end = rva;
  while (file.u8(end) !== 0) end++;
  return Buffer.from(file.at(rva, end - rva)).toString('latin1');
};

const within = ({ rva, size }: { rva: number; size: number }, at: number) => at >= rva && at < rva + size;

export interface Exports {
  name: string;
  base: number;
  /** RVAs by ordinal, counted from 0. */
  functions: number[];
  /** In the order of the table. */
  names: { name: string; ordinal: number; rva: number; forwardsTo?: string }[];
}

export function exportsOf(file: PeFile): Exports | undefined {
  const directory = file.directories[EXPORTS]!;
  const { rva } = directory;
  if (rva === 0) return undefined;
  const [count, named, functions, names, ordinals] = [20, 24, 28, 32, 36].map((at) => file.u32(rva + at)) as [
    number, number, number, number, number,
  ]; // prettier-ignore
  const addresses = Array.from({ length: count }, (_, index) => file.u32(functions + 4 * index));
  return {
    name: text(file, file.u32(rva + 12)),
    base: file.u32(rva + 16),
    functions: addresses,
    names: Array.from({ length: named }, (_, index) => {
      const ordinal = file.u16(ordinals + 2 * index);
      const target = addresses[ordinal]!;
      return {
        name: text(file, file.u32(names + 4 * index)),
        ordinal,
        rva: target,
        // An address in the directory itself is no code, but the name of an export of another module.
        ...(within(directory, target) ? { forwardsTo: text(file, target) } : {}),
      };
    }),
  };
}

export interface ImportedModule {
  name: string;
  timeDateStamp: number;
  /** By name, each with its place in the import address table. */
  symbols: { name: string; slot: number }[];
}

export function importsOf(file: PeFile): ImportedModule[] {
  const { rva, size } = file.directories[IMPORTS]!;
  const modules: ImportedModule[] = [];
  for (let at = rva; size > 0 && file.u32(at + 12) !== 0; at += 20) {
    const [lookup, table] = [file.u32(at), file.u32(at + 16)];
    const symbols: ImportedModule['symbols'] = [];
    for (let index = 0; file.u64(lookup + 8 * index) !== 0n; index++) {
      const entry = file.u64(lookup + 8 * index);
      if (entry !== file.u64(table + 8 * index)) throw new Error('lookup and address tables differ');
      if (entry >> 63n !== 0n) throw new Error('an import by ordinal');
      symbols.push({ name: text(file, Number(entry) + 2), slot: table + 8 * index });
    }
    if (file.u64(table + 8 * symbols.length) !== 0n) throw new Error('an address table without an end');
    modules.push({ name: text(file, file.u32(at + 12)), timeDateStamp: file.u32(at + 4), symbols });
  }
  return modules;
}

/** RVA and size of the import address tables. */
export const importAddressTables = (file: PeFile) => file.directories[IAT]!;

/** RVAs of 8-byte addresses that a loader corrects, in the order of the table. */
export function relocationsOf(file: PeFile): number[] {
  const { rva, size } = file.directories[RELOCATIONS]!;
  const found: number[] = [];
  for (let block = rva; block < rva + size; block += file.u32(block + 4)) {
    const page = file.u32(block);
    if (page % 4096 !== 0 || block % 4 !== 0) throw new Error('a relocation block that is not aligned');
    for (let at = block + 8; at < block + file.u32(block + 4); at += 2) {
      const entry = file.u16(at);
      if (entry >> 12 === DIR64) found.push(page + (entry & 0xfff));
      else if (entry !== ABSOLUTE) throw new Error(`relocation ${entry.toString(16)}`);
    }
  }
  return found;
}

export interface DebugEntry {
  type: number;
  timeDateStamp: number;
  bytes: Uint8Array;
}

/** Entries of the debug directory; the file offset of each must say the same as its RVA. */
export function debugEntriesOf(file: PeFile): DebugEntry[] {
  const { rva, size } = file.directories[DEBUG]!;
  return Array.from({ length: size / 28 }, (_, index) => {
    const at = rva + 28 * index;
    const [stamp, type, length, data, offset] = [4, 12, 16, 20, 24].map((each) => file.u32(at + each)) as [
      number, number, number, number, number,
    ]; // prettier-ignore
    if (file.offsetOf(data) !== offset) throw new Error(`debug entry ${type} is at two places`);
    return { type, timeDateStamp: stamp, bytes: file.at(data, length) };
  });
}

/** Leaves of the resource tree, by type, name and language. */
export function resourcesOf(file: PeFile): { path: number[]; bytes: Uint8Array }[] {
  const { rva } = file.directories[RESOURCES]!;
  const below = (directory: number, path: number[]): { path: number[]; bytes: Uint8Array }[] => {
    const count = file.u16(rva + directory + 12) + file.u16(rva + directory + 14);
    return Array.from({ length: count }, (_, index) => rva + directory + 16 + 8 * index).flatMap((at) => {
      const [id, next] = [file.u32(at), file.u32(at + 4)];
      if (next >>> 31) return below(next & 0x7fffffff, [...path, id]);
      return [{ path: [...path, id], bytes: file.at(file.u32(rva + next), file.u32(rva + next + 4)) }];
    });
  };
  return rva === 0 ? [] : below(0, []);
}
