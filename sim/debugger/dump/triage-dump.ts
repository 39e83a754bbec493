import type { ByteSource } from '../files/byte-source.js';
import { FileError } from '../files/file-error.js';
import { record, viewOf, type RecordOf } from '../files/record.js';
import { wideText } from '../files/text.js';
import type { MemoryRange } from '../memory/range-memory.js';
import { DUMP_HEADER_BYTES, type KernelDumpHeader } from './kernel-header.js';

/** TRIAGE_DUMP64, behind DUMP_HEADER64. All offsets are in the file. Source: Windows SDK, mindumpdef.h. */
const FIELDS = {
  ServicePackBuild: [0x0, 'u32'],
  SizeOfDump: [0x4, 'u32'],
  ValidOffset: [0x8, 'u32'],
  ContextOffset: [0xc, 'u32'],
  ExceptionOffset: [0x10, 'u32'],
  MmOffset: [0x14, 'u32'],
  UnloadedDriversOffset: [0x18, 'u32'],
  PrcbOffset: [0x1c, 'u32'],
  ProcessOffset: [0x20, 'u32'],
  ThreadOffset: [0x24, 'u32'],
  CallStackOffset: [0x28, 'u32'],
  SizeOfCallStack: [0x2c, 'u32'],
  DriverListOffset: [0x30, 'u32'],
  DriverCount: [0x34, 'u32'],
  StringPoolOffset: [0x38, 'u32'],
  StringPoolSize: [0x3c, 'u32'],
  BrokenDriverOffset: [0x40, 'u32'],
  TriageOptions: [0x44, 'u32'],
  TopOfStack: [0x48, 'u64'],
  BStoreOffset: [0x50, 'u32'],
  SizeOfBStore: [0x54, 'u32'],
  LimitOfBStore: [0x58, 'u64'],
  DataPageAddress: [0x60, 'u64'],
  DataPageOffset: [0x68, 'u32'],
  DataPageSize: [0x6c, 'u32'],
  DebuggerDataOffset: [0x70, 'u32'],
  DebuggerDataSize: [0x74, 'u32'],
  DataBlocksOffset: [0x78, 'u32'],
  DataBlocksCount: [0x7c, 'u32'],
} as const;
const HEADER = record(0x80, FIELDS);
/** DUMP_DRIVER_ENTRY64: where the name is, and the KLDR_DATA_TABLE_ENTRY. Source: rizin, dmp_specs.h. */
const DRIVER = record(0x90, {
  DriverNameOffset: [0x0, 'u32'],
  DllBase: [0x38, 'u64'],
  SizeOfImage: [0x48, 'u32'],
  CheckSum: [0x80, 'u32'],
  TimeDateStamp: [0x88, 'u32'],
});
/** DUMP_UNLOADED_DRIVERS64; their number stands before them. Source: Windows SDK, mindumpdef.h. */
const UNLOADED = record(0x38, {
  Length: [0x0, 'u16'],
  StartAddress: [0x28, 'u64'],
  EndAddress: [0x30, 'u64'],
});
const UNLOADED_NAME = { at: 0x10, bytes: 0x18 };
const UNLOADED_AT = 8;
const BLOCK = record(0x10, { Address: [0x0, 'u64'], Offset: [0x8, 'u32'], Size: [0xc, 'u32'] });
/** More than any writer puts into such a small file. */
const MOST = { drivers: 0x1000, unloaded: 50, blocks: 0x4000, name: 0x400 };

export type TriageHeader = RecordOf<typeof FIELDS>;

export interface TriageDriver {
  path: string;
  base: bigint;
  size: number;
  timeDateStamp: number;
  checkSum: number;
}

/** A small kernel dump (type 4): the stack of the thread that stopped the system, and pieces of memory about it. */
export class TriageDump {
  readonly header: TriageHeader;
  readonly file: ByteSource;

  /** @throws FileError when the file ends before its header does */
  constructor(file: ByteSource) {
    const bytes = file.read(DUMP_HEADER_BYTES, HEADER.size);
    if (bytes.length < HEADER.size)
      throw new FileError('The file ends before the header of a small dump does.');
    this.header = HEADER.read(bytes);
    this.file = file;
  }

  /** Memory that the file holds; where pieces overlap, what the list of blocks says comes first. */
  ranges({ KdDebuggerDataBlock }: KernelDumpHeader): MemoryRange[] {
    const header = this.header;
    return [
      ...this.blocks().map(({ Address, Size, Offset }) => ({ start: Address, bytes: Size, offset: Offset })),
      { start: header.TopOfStack, bytes: header.SizeOfCallStack, offset: header.CallStackOffset },
      { start: KdDebuggerDataBlock, bytes: header.DebuggerDataSize, offset: header.DebuggerDataOffset },
      { start: header.DataPageAddress, bytes: header.DataPageSize, offset: header.DataPageOffset },
    ].filter(({ offset }) => offset !== 0);
  }

  blocks() {
    const { DataBlocksOffset, DataBlocksCount } = this.header;
    return this.#rows(BLOCK, DataBlocksOffset, DataBlocksCount, MOST.blocks);
  }

  /** Modules of the kernel in their order, itself first. */
  drivers(): TriageDriver[] {
    const { DriverListOffset, DriverCount } = this.header;
    return this.#rows(DRIVER, DriverListOffset, DriverCount, MOST.drivers).map((driver) => ({
      path: this.#string(driver.DriverNameOffset),
      base: driver.DllBase,
      size: driver.SizeOfImage,
      timeDateStamp: driver.TimeDateStamp,
      checkSum: driver.CheckSum,
    }));
  }

  /** Drivers that were unloaded, the last one first; names are cut to twelve characters. */
  unloaded(): { name: string; start: bigint; end: bigint; time: bigint }[] {
    const at = this.header.UnloadedDriversOffset;
    if (at === 0) return [];
    const count = this.bytes(at, 4);
    if (count.length < 4) return [];
    const rows = this.#rows(UNLOADED, at + UNLOADED_AT, viewOf(count).getUint32(0, true), MOST.unloaded);
    return rows.map(({ Length, StartAddress, EndAddress }, i) => {
      const name = at + UNLOADED_AT + i * UNLOADED.size + UNLOADED_NAME.at;
      const text = wideText(this.bytes(name, Math.min(Length, UNLOADED_NAME.bytes)));
      return { name: text, start: StartAddress, end: EndAddress, time: 0n };
    });
  }

  /** Of the file. */
  bytes(at: number, length: number): Uint8Array {
    return this.file.read(at, length);
  }

  /** A DUMP_STRING: its characters without the last zero, counted before them. */
  #string(at: number): string {
    const count = this.bytes(at, 4);
    if (at === 0 || count.length < 4) return '';
    return wideText(this.bytes(at + 4, 2 * Math.min(viewOf(count).getUint32(0, true), MOST.name)));
  }

  #rows<Row>(
    layout: { size: number; read(bytes: Uint8Array, at?: number): Row },
    at: number,
    count: number,
    most: number,
  ): Row[] {
    if (at === 0) return [];
    const bytes = this.bytes(at, layout.size * Math.min(count, most));
    const rows = Math.floor(bytes.length / layout.size);
    return Array.from({ length: rows }, (_, i) => layout.read(bytes, i * layout.size));
  }
}
