// The registry's hives in the kernel's memory. Cells have the published format of hive files; the kernel's structures
// lead to the bins that hold them, of which those of a file are mapped in the Registry process.
import { record, viewOf } from '../files/record.js';
import { wideText } from '../files/text.js';
import { MemoryError, readAll, readInteger, readPointer, type Memory } from '../memory/memory.js';
import type { Session } from '../session.js';
import { TypedView } from '../types/typed-view.js';
import { kernelGlobal, listEntries } from './lists.js';
import { activeProcesses } from './processes.js';

const BLOCK = 0x1000;
const TABLE_ENTRIES = 512;
const BIN_FLAGS = 15n;
const VOLATILE = 0x80000000;
const NONE = 0xffffffff;
/** Data of up to four bytes stand in the value's cell, which this bit of their length says. */
const SMALL = 0x80000000;
const COMPRESSED_KEY = 0x20;
const COMPRESSED_VALUE = 1;
/** Bytes of a cell's size, which stand in front of its contents. */
const CELL_SIZE = 4;
const LONGEST_CELL = 0x100000;
const MOST_KEYS = 0x10000;
const MOST_LISTS = 0x400;
const MOST_VALUES = 0x400;
const LONGEST_KEY_NAME = 0x200;
const MOST_HIVES = 0x400;
const REGISTRY_PROCESS = 'Registry';

/** Contents of a key's cell, of a value's and of a list of keys, without the size in front of them. */
const KEY = record(76, {
  Signature: [0, 'u16'],
  Flags: [2, 'u16'],
  Stable: [20, 'u32'],
  Volatile: [24, 'u32'],
  StableList: [28, 'u32'],
  VolatileList: [32, 'u32'],
  Values: [36, 'u32'],
  ValueList: [40, 'u32'],
  NameLength: [72, 'u16'],
});
const VALUE = record(20, {
  Signature: [0, 'u16'],
  NameLength: [2, 'u16'],
  DataLength: [4, 'u32'],
  Data: [8, 'u32'],
  Type: [12, 'u32'],
  Flags: [16, 'u16'],
});
const LIST = record(4, { Signature: [0, 'u16'], Count: [2, 'u16'] });
const SIGNATURES = { key: 0x6b6e, fast: 0x666c, hashed: 0x686c, root: 0x6972 };
const VALUE_DATA = 8;

export interface RegistryValue {
  readonly name: string;
  /** REG_*. */
  readonly type: number;
  readonly data: Uint8Array;
}

/** Values of a key by its path below a hive's root; `undefined` where there is no such key. @throws MemoryError */
export function registryValues(session: Session, root: string, path: string): RegistryValue[] | undefined {
  const hive = hiveAt(session, root);
  return hive && hive.values(path);
}

function hiveAt(session: Session, root: string): Hive | undefined {
  let left = MOST_HIVES;
  for (const view of listEntries(session, kernelGlobal(session, 'CmpHiveListHead'), '_CMHIVE', 'HiveList')) {
    if (view.unicode('HiveRootPath').toLowerCase() === root.toLowerCase())
      return new Hive(session, view.inner('Hive'), registryMemory(session));
    if (--left === 0) break;
  }
  return undefined;
}

/** Files of hives are mapped in a process of their own. */
function registryMemory(session: Session): Memory {
  for (const process of activeProcesses(session))
    if (process.text('ImageFileName') === REGISTRY_PROCESS)
      return session.target.processSpace(process.address);
  return session.memory;
}

class Hive {
  readonly #session: Session;
  readonly #view: TypedView;
  readonly #memory: Memory;

  constructor(session: Session, view: TypedView, memory: Memory) {
    this.#session = session;
    this.#view = view;
    this.#memory = memory;
  }

  values(path: string): RegistryValue[] | undefined {
    const base = this.#view.value('BaseBlock');
    let key = Number(readInteger(this.#memory, new TypedView(this.#session, '_HBASE_BLOCK', base).at('RootCell'), 4)); // prettier-ignore
    for (const name of path.split('\\').filter((part) => part !== '')) {
      const next = this.#subkey(key, name.toLowerCase());
      if (next === undefined) return undefined;
      key = next;
    }
    const node = KEY.read(this.#cell(key, KEY.size, KEY.size));
    if (node.Values === 0 || node.ValueList === NONE) return [];
    const list = viewOf(this.#cell(node.ValueList));
    const count = Math.min(node.Values, list.byteLength >> 2, MOST_VALUES);
    return Array.from({ length: count }, (_, i) => this.#value(list.getUint32(i * 4, true)));
  }

  #subkey(key: number, name: string): number | undefined {
    const node = KEY.read(this.#cell(key, KEY.size, KEY.size));
    for (const list of [node.StableList, node.VolatileList]) {
      if (list === NONE) continue;
      for (const cell of this.#listed(list, 0)) {
        const bytes = this.#cell(cell, KEY.size, KEY.size + LONGEST_KEY_NAME);
        const { Signature, Flags, NameLength } = KEY.read(bytes);
        const raw = bytes.subarray(KEY.size, KEY.size + NameLength);
        const found = Flags & COMPRESSED_KEY ? String.fromCharCode(...raw) : wideText(raw);
        if (Signature === SIGNATURES.key && found.toLowerCase() === name) return cell;
      }
    }
    return undefined;
  }

  /** Cells that a list of keys names; a list of lists has no deeper ones. */
  #listed(index: number, depth: number): number[] {
    const bytes = this.#cell(index, LIST.size);
    const { Signature, Count } = LIST.read(bytes);
    const isPair = Signature === SIGNATURES.fast || Signature === SIGNATURES.hashed;
    const step = isPair ? 8 : 4;
    const count = Math.min(Count, Math.floor((bytes.length - LIST.size) / step));
    const view = viewOf(bytes);
    const cells = Array.from({ length: count }, (_, i) => view.getUint32(LIST.size + i * step, true));
    if (Signature !== SIGNATURES.root) return cells;
    if (depth > 0) return [];
    const found: number[] = [];
    // A damaged list may name more, and the same ones again and again.
    for (const cell of cells.slice(0, MOST_LISTS)) {
      found.push(...this.#listed(cell, depth + 1).slice(0, MOST_KEYS - found.length));
      if (found.length >= MOST_KEYS) break;
    }
    return found;
  }

  #value(index: number): RegistryValue {
    const bytes = this.#cell(index, VALUE.size);
    const { Type, Flags, NameLength, DataLength, Data } = VALUE.read(bytes);
    const raw = bytes.subarray(VALUE.size, VALUE.size + NameLength);
    const data =
      DataLength >= SMALL
        ? bytes.subarray(VALUE_DATA, VALUE_DATA + (DataLength - SMALL))
        : DataLength === 0
          ? new Uint8Array(0)
          : this.#cell(Data).subarray(0, DataLength);
    return { name: Flags & COMPRESSED_VALUE ? String.fromCharCode(...raw) : wideText(raw), type: Type, data };
  }

  /**
   * Contents of a cell, as much of them as may be wanted. @throws MemoryError for one that is not in the dump, or that is
   * smaller than it can be
   */
  #cell(index: number, least = 0, most = LONGEST_CELL): Uint8Array {
    const at = this.#addressOf(index);
    const bytes = -Number(BigInt.asIntN(32, readInteger(this.#memory, at, 4))) - CELL_SIZE;
    if (bytes < least || bytes > LONGEST_CELL) throw new MemoryError(at);
    return readAll(this.#memory, at + BigInt(CELL_SIZE), Math.min(bytes, most));
  }

  /** By the storage's map: a directory of tables of blocks, each of which knows its bin. */
  #addressOf(index: number): bigint {
    const storage = this.#view.inner(`Storage[${index >= VOLATILE ? 1 : 0}]`);
    const offset = index >= VOLATILE ? index - VOLATILE : index;
    const block = Math.floor(offset / BLOCK);
    const directory = storage.value('Map') + BigInt(Math.floor(block / TABLE_ENTRIES) * 8);
    const size = this.#session.struct('_HMAP_ENTRY').size;
    const table = readPointer(this.#memory, directory);
    const entry = new TypedView(this.#session, '_HMAP_ENTRY', table + BigInt((block % TABLE_ENTRIES) * size));
    const bin = entry.value('PermanentBinAddress') & ~BIN_FLAGS;
    return BigInt.asUintN(64, bin + entry.value('BlockOffset') + BigInt(offset % BLOCK));
  }
}
