// A registry hive in memory, read by the published format of hive files: offsets below are the format's own, and the
// kernel's types lead only to the bins.
import type { AddressSpace } from './address-space.js';
import { offsetOf, sizeOf } from './layouts.js';

const BLOCK = 0x1000;
const TABLE_ENTRIES = 512;
const BIN_FLAGS = 0xfn;
const NONE = 0xffffffff;
const SMALL = 0x80000000;
const COMPRESSED_KEY = 0x20;
const COMPRESSED_VALUE = 1;

const TYPES: Readonly<Record<number, string>> = {
  1: 'REG_SZ',
  2: 'REG_EXPAND_SZ',
  3: 'REG_BINARY',
  4: 'REG_DWORD',
  6: 'REG_LINK',
  7: 'REG_MULTI_SZ',
  11: 'REG_QWORD',
};

/** Offsets of the format in a cell's contents. */
const NK = {
  flags: 2, time: 4, parent: 16, stable: 20, volatile: 24, stableList: 28, volatileList: 32,
  values: 36, valueList: 40, security: 44, class: 48, longestName: 52, nameLength: 72, classLength: 74, name: 76,
} as const; // prettier-ignore
const VK = { nameLength: 2, dataLength: 4, data: 8, type: 12, flags: 16, name: 20 } as const;
const SK = { next: 4, before: 8, references: 12, length: 16, descriptor: 20 } as const;
const LIST = { count: 2, entries: 4 } as const;

export interface KeyNode {
  readonly cell: number;
  readonly signature: string;
  readonly name: string;
  readonly flags: number;
  readonly parent: number;
  readonly className?: string;
  readonly security: number;
}

export interface Value {
  readonly type: string;
  readonly data: string | number | string[];
}

const hashOf = (name: string): number =>
  [...name.toUpperCase()].reduce(
    (hash, character) => (Math.imul(hash, 37) + character.charCodeAt(0)) >>> 0,
    0,
  );

export class Hive {
  /** @param address CMHIVE. @param space the address space that its file is mapped in */
  constructor(
    readonly address: bigint,
    readonly space: AddressSpace,
  ) {}

  private get(path: string): bigint {
    return this.space.get(this.address, '_CMHIVE', `Hive.${path}`);
  }

  get signature(): bigint {
    return this.get('Signature');
  }

  get baseBlock(): DataView {
    return viewOf(this.space.bytes(this.get('BaseBlock'), BLOCK));
  }

  get rootCell(): number {
    return this.baseBlock.getUint32(36, true);
  }

  private dual(storage: number): bigint {
    const first = BigInt(offsetOf('_CMHIVE', 'Hive') + offsetOf('_HHIVE', 'Storage'));
    return this.address + first + BigInt(storage * sizeOf('_DUAL'));
  }

  /** Bytes of a storage's bins. */
  lengthOf(storage: number): number {
    return Number(this.space.get(this.dual(storage), '_DUAL', 'Length'));
  }

  /** Address of a cell, as Volatility's RegistryHive translates its index. */
  addressOf(index: number): bigint {
    const directory = this.space.get(this.dual(index >>> 31), '_DUAL', 'Map');
    const block = Math.floor((index & 0x7fffffff) / BLOCK);
    if ((index & 0x7fffffff) >= this.lengthOf(index >>> 31))
      throw new Error(`cell ${index} is beyond its storage`);
    const table = this.space.u64(directory + BigInt(Math.floor(block / TABLE_ENTRIES) * 8));
    const entry = table + BigInt((block % TABLE_ENTRIES) * sizeOf('_HMAP_ENTRY'));
    const bin = this.space.get(entry, '_HMAP_ENTRY', 'PermanentBinAddress') & ~BIN_FLAGS;
    return bin + this.space.get(entry, '_HMAP_ENTRY', 'BlockOffset') + BigInt(index & (BLOCK - 1));
  }

  /** Contents of a cell that is in use. @throws when it is free */
  cell(index: number): DataView {
    const address = this.addressOf(index);
    const size = this.space.u32(address) | 0;
    if (size >= 0) throw new Error(`cell 0x${index.toString(16)} is free`);
    return viewOf(this.space.bytes(address + 4n, -size - 4));
  }

  key(index: number): KeyNode {
    const cell = this.cell(index);
    const classCell = cell.getUint32(NK.class, true);
    const flags = cell.getUint16(NK.flags, true);
    return {
      cell: index,
      signature: textOf(cell, 0, 2, true),
      name: textOf(cell, NK.name, cell.getUint16(NK.nameLength, true), (flags & COMPRESSED_KEY) !== 0),
      flags,
      parent: cell.getUint32(NK.parent, true),
      security: cell.getUint32(NK.security, true),
      ...(classCell === NONE
        ? {}
        : { className: textOf(this.cell(classCell), 0, cell.getUint16(NK.classLength, true), false) }),
    };
  }

  /** Subkeys of a key, the volatile ones last. @throws when a list is not as the format has it */
  subkeys(index: number): KeyNode[] {
    const node = this.cell(index);
    return [0, 1].flatMap((storage) => {
      const count = node.getUint32(NK.stable + storage * 4, true);
      const list = node.getUint32(NK.stableList + storage * 4, true);
      if (count === 0) {
        if (list !== NONE) throw new Error('a list of no subkeys');
        return [];
      }
      const found = this.listed(list);
      if (found.length !== count) throw new Error(`${found.length} subkeys of ${count}`);
      const names = found.map(({ name }) => name.toUpperCase());
      if (names.some((name, i) => i > 0 && names[i - 1]! >= name)) throw new Error('subkeys out of order');
      const longest = node.getUint16(NK.longestName, true);
      if (names.some((name) => name.length * 2 > longest)) throw new Error('a name beyond the longest');
      return found;
    });
  }

  private listed(index: number): KeyNode[] {
    const list = this.cell(index);
    const signature = textOf(list, 0, 2, true);
    const count = list.getUint16(LIST.count, true);
    const words = (step: number) =>
      Array.from({ length: count }, (_, i) => list.getUint32(LIST.entries + i * step, true));
    if (signature === 'ri') return words(4).flatMap((cell) => this.listed(cell));
    if (signature === 'li') return words(4).map((cell) => this.key(cell));
    if (signature !== 'lf' && signature !== 'lh') throw new Error(`a list that is called ${signature}`);
    return words(8).map((cell, i) => {
      const key = this.key(cell);
      const hint = list.getUint32(LIST.entries + i * 8 + 4, true);
      if (signature === 'lh' && hint !== hashOf(key.name)) throw new Error(`hash of ${key.name}`);
      return key;
    });
  }

  values(index: number): Map<string, Value> {
    const node = this.cell(index);
    const count = node.getUint32(NK.values, true);
    if (count === 0) return new Map();
    const list = this.cell(node.getUint32(NK.valueList, true));
    return new Map(Array.from({ length: count }, (_, i) => this.value(list.getUint32(i * 4, true))));
  }

  private value(index: number): [string, Value] {
    const cell = this.cell(index);
    if (textOf(cell, 0, 2, true) !== 'vk') throw new Error('no value');
    const compressed = (cell.getUint16(VK.flags, true) & COMPRESSED_VALUE) !== 0;
    const name = textOf(cell, VK.name, cell.getUint16(VK.nameLength, true), compressed);
    const length = cell.getUint32(VK.dataLength, true);
    const data =
      length >= SMALL
        ? new DataView(cell.buffer, cell.byteOffset + VK.data, length - SMALL)
        : slice(this.cell(cell.getUint32(VK.data, true)), length);
    const type = TYPES[cell.getUint32(VK.type, true)] ?? 'unknown';
    return [name, { type, data: decode(type, data) }];
  }

  /** Counted references of the security cell and of those it is linked with. @throws when the ring is broken */
  securityRing(index: number): Map<number, number> {
    const found = new Map<number, number>();
    let before = index;
    let at = index;
    do {
      const cell = this.cell(at);
      if (textOf(cell, 0, 2, true) !== 'sk') throw new Error('no security cell');
      if (cell.byteLength < SK.descriptor + cell.getUint32(SK.length, true))
        throw new Error('a descriptor cut off');
      if (found.size > 0 && cell.getUint32(SK.before, true) !== before)
        throw new Error('Blink of a security cell');
      found.set(at, cell.getUint32(SK.references, true));
      before = at;
      at = cell.getUint32(SK.next, true);
    } while (at !== index && found.size < 1000);
    return found;
  }

  /** Sizes of all cells of a storage by its bins. @throws when a bin is not full of cells */
  bins(storage: number): { offset: number; size: number; cells: number[] }[] {
    const found = [];
    for (let offset = 0; offset < this.lengthOf(storage);) {
      const address = this.addressOf((offset | (storage << 31)) >>> 0);
      const header = viewOf(this.space.bytes(address, 32));
      if (textOf(header, 0, 4, true) !== 'hbin' || header.getUint32(4, true) !== offset)
        throw new Error('no bin');
      const size = header.getUint32(8, true);
      const cells: number[] = [];
      let at = 32;
      while (at < size) {
        const bytes = this.space.u32(address + BigInt(at)) | 0;
        if (bytes === 0 || bytes % 8 !== 0) throw new Error(`a cell of ${bytes} bytes`);
        cells.push(bytes);
        at += Math.abs(bytes);
      }
      if (at !== size) throw new Error('a cell beyond its bin');
      found.push({ offset, size, cells });
      offset += size;
    }
    return found;
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function slice(view: DataView, length: number): DataView {
  return new DataView(view.buffer, view.byteOffset, length);
}

function textOf(view: DataView, at: number, bytes: number, narrow: boolean): string {
  const raw = Buffer.from(view.buffer, view.byteOffset + at, bytes);
  return raw.toString(narrow ? 'latin1' : 'utf16le');
}

function decode(type: string, data: DataView): string | number | string[] {
  if (type === 'REG_DWORD') return data.getUint32(0, true);
  if (type === 'REG_QWORD') return `0x${data.getBigUint64(0, true).toString(16).padStart(16, '0')}`;
  if (type === 'REG_BINARY')
    return Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('hex');
  const text = textOf(data, 0, data.byteLength, false);
  if (type === 'REG_LINK') return text;
  if (type === 'REG_MULTI_SZ') return text.slice(0, -1).split('\0').slice(0, -1);
  if (!text.endsWith('\0')) throw new Error('text without an end');
  return text.slice(0, -1);
}
