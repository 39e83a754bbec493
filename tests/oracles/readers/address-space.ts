// Virtual memory of one address space, walked from its PML4 through the dump's pages alone.
import type { DumpFile } from './dump-file.js';
import { PAGE_BYTES, PAGE_SHIFT } from './dump-file.js';
import { field, valueOf } from './layouts.js';

const PRESENT = 1n;
const LARGE = 1n << 7n;
const PROTOTYPE = 1n << 10n;
const TRANSITION = 1n << 11n;
const FRAME_MASK = 0x000ffffffffff000n;
const ENTRIES = 512;
const LEVELS = 4;
const INDEX_BITS = 9n;
const SIGN_BIT = 1n << 47n;
const SIGN_EXTENSION = 0xffff000000000000n;

/** One present entry of a page table. */
export interface Entry {
  /** 4 for the PML4's, 1 for those of 4 KiB pages. */
  level: number;
  /** First address that it maps. */
  address: bigint;
  value: bigint;
  /** Frame it names. */
  frame: number;
  /** Frame of the table that it lies in, and its index there. */
  table: number;
  index: number;
  /** Whether it maps memory rather than a table. */
  isLeaf: boolean;
}

export const canonical = (address: bigint): bigint =>
  (address & SIGN_BIT) !== 0n ? address | SIGN_EXTENSION : address & ~SIGN_EXTENSION;

export const frameOf = (entry: bigint): number => Number((entry & FRAME_MASK) >> BigInt(PAGE_SHIFT));

export class AddressSpace {
  private readonly translations = new Map<bigint, number | undefined>();
  readonly root: number;

  /** `directoryTableBase` is a physical address; its low bits may hold a PCID. */
  constructor(
    readonly dump: DumpFile,
    directoryTableBase: bigint,
  ) {
    this.root = frameOf(directoryTableBase);
  }

  /** The entry of a table in frame `table`; 0 when the dump lacks the table. */
  entry(table: number, index: number): bigint {
    const at = this.dump.offsetOfFrame(table);
    return at === undefined ? 0n : this.dump.view.getBigUint64(at + index * 8, true);
  }

  /** Frame that an address lies in; `undefined` when nothing is mapped. */
  frameAt(address: bigint): number | undefined {
    const page = address >> BigInt(PAGE_SHIFT);
    if (this.translations.has(page)) return this.translations.get(page);
    const frame = this.walk(address);
    this.translations.set(page, frame);
    return frame;
  }

  private walk(address: bigint): number | undefined {
    if (canonical(address) !== address) return undefined;
    let table = this.root;
    for (let level = LEVELS; level >= 1; level--) {
      const shift = BigInt(PAGE_SHIFT) + INDEX_BITS * BigInt(level - 1);
      const value = this.entry(table, Number((address >> shift) & 511n));
      if ((value & PRESENT) === 0n) return undefined;
      const frame = frameOf(value);
      if (level === 1) return frame;
      if (level < LEVELS && (value & LARGE) !== 0n)
        return frame + Number((address & ((1n << shift) - 1n)) >> BigInt(PAGE_SHIFT));
      table = frame;
    }
    return undefined;
  }

  /** Frame of a page in transition: a debugger reads it as if it were mapped. */
  transitionAt(address: bigint): number | undefined {
    let table = this.root;
    for (let level = LEVELS; level >= 1; level--) {
      const shift = BigInt(PAGE_SHIFT) + INDEX_BITS * BigInt(level - 1);
      const value = this.entry(table, Number((address >> shift) & 511n));
      if (level === 1)
        return (value & (PRESENT | PROTOTYPE | TRANSITION)) === TRANSITION ? frameOf(value) : undefined;
      if ((value & PRESENT) === 0n || (value & LARGE) !== 0n) return undefined;
      table = frameOf(value);
    }
    return undefined;
  }

  /** Whether the address is mapped and its page is in the dump. */
  isReadable(address: bigint): boolean {
    const frame = this.frameAt(address);
    return frame !== undefined && this.dump.has(frame);
  }

  private fileOffset(address: bigint): number {
    const frame = this.frameAt(address) ?? this.transitionAt(address);
    const at = frame === undefined ? undefined : this.dump.offsetOfFrame(frame);
    if (at === undefined) throw new Error(`cannot read 0x${address.toString(16)}`);
    return at + Number(address & BigInt(PAGE_BYTES - 1));
  }

  /** Copies memory. @throws when some of it is not mapped or not in the dump */
  bytes(address: bigint, length: number): Uint8Array {
    const result = new Uint8Array(length);
    for (let done = 0; done < length;) {
      const from = address + BigInt(done);
      const part = Math.min(length - done, PAGE_BYTES - Number(from & BigInt(PAGE_BYTES - 1)));
      const at = this.fileOffset(from);
      result.set(this.dump.bytes.subarray(at, at + part), done);
      done += part;
    }
    return result;
  }

  u8(address: bigint): number {
    return this.dump.view.getUint8(this.fileOffset(address));
  }

  u32(address: bigint): number {
    return this.dump.view.getUint32(this.fileOffset(address), true);
  }

  u64(address: bigint): bigint {
    return this.dump.view.getBigUint64(this.fileOffset(address), true);
  }

  /** Value of a field of the structure at `address`. */
  get(address: bigint, type: string, path: string): bigint {
    const { offset, ...rest } = field(type, path);
    return valueOf(this.dump.view, this.fileOffset(address + BigInt(offset)), { offset: 0, ...rest });
  }

  /** Text of 8-bit characters up to a zero or `bytes`. */
  text(address: bigint, bytes: number): string {
    return Buffer.from(this.bytes(address, bytes)).toString('latin1').replace(/\0.*$/s, '');
  }

  /** Text of the UNICODE_STRING at `address`. */
  unicode(address: bigint): string {
    const length = Number(this.get(address, '_UNICODE_STRING', 'Length'));
    const buffer = this.get(address, '_UNICODE_STRING', 'Buffer');
    return length === 0 ? '' : Buffer.from(this.bytes(buffer, length)).toString('utf16le');
  }

  /**
   * Every present entry of the tables under the PML4's entries `from` to `to` - 1. Does not descend into the
   * self-map's slot `skip`, whose tables are those of the others.
   */
  *entries(from: number, to: number, skip: number): Generator<Entry> {
    yield* this.below(this.root, LEVELS, 0n, from, to, skip);
  }

  /** Every entry of lowest tables that is not zero and not present, under the PML4's entries `from` to `to` - 1. */
  *absentEntries(from: number, to: number): Generator<{ address: bigint; entry: bigint }> {
    for (const { level, address, frame, isLeaf } of this.entries(from, to, -1)) {
      if (level !== 2 || isLeaf) continue;
      for (let index = 0; index < ENTRIES; index++) {
        const entry = this.entry(frame, index);
        if (entry !== 0n && (entry & PRESENT) === 0n)
          yield { address: address + BigInt(index * PAGE_BYTES), entry };
      }
    }
  }

  private *below(
    table: number,
    level: number,
    base: bigint,
    from: number,
    to: number,
    skip: number,
  ): Generator<Entry> {
    const shift = BigInt(PAGE_SHIFT) + INDEX_BITS * BigInt(level - 1);
    for (let index = from; index < to; index++) {
      const value = this.entry(table, index);
      if ((value & PRESENT) === 0n) continue;
      const address = canonical(base | (BigInt(index) << shift));
      const isLeaf = level === 1 || (level < LEVELS && (value & LARGE) !== 0n);
      const frame = frameOf(value);
      yield { level, address, value, frame, table, index, isLeaf };
      if (!isLeaf && !(level === LEVELS && index === skip))
        yield* this.below(frame, level - 1, address, 0, ENTRIES, -1);
    }
  }
}
