// The file as a reader of dumps opens it. Offsets: DUMP_HEADER64 of the SDK's mindumpdef.h, and for the bitmap header
// what kdmp-parser, Volatility and LeechCore agree on.
import { readFileSync } from 'node:fs';

export const PAGE_BYTES = 0x1000;
export const PAGE_SHIFT = 12;

/** Offsets in DUMP_HEADER64. */
export const HEADER = {
  Signature: 0x0,
  ValidDump: 0x4,
  MajorVersion: 0x8,
  MinorVersion: 0xc,
  DirectoryTableBase: 0x10,
  PfnDataBase: 0x18,
  PsLoadedModuleList: 0x20,
  PsActiveProcessHead: 0x28,
  MachineImageType: 0x30,
  NumberProcessors: 0x34,
  BugCheckCode: 0x38,
  BugCheckParameter1: 0x40,
  KdDebuggerDataBlock: 0x80,
  ContextRecord: 0x348,
  Exception: 0xf00,
  DumpType: 0xf98,
  RequiredDumpSpace: 0xfa0,
  SystemTime: 0xfa8,
  Comment: 0xfb0,
  SystemUpTime: 0x1030,
  SIZE: 0x2000,
} as const;

/** Offsets in the bitmap header, which follows at HEADER.SIZE. */
export const BITMAP = {
  Signature: 0x0,
  ValidDump: 0x4,
  FirstPage: 0x20,
  TotalPresentPages: 0x28,
  Pages: 0x30,
  Bitmap: 0x38,
} as const;

const NOT_THERE = -1;

export class DumpFile {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  /** Frames in the file, ascending. */
  readonly frames: number[] = [];
  private readonly offsets: Float64Array;

  constructor(path: string) {
    const file = readFileSync(path);
    this.bytes = new Uint8Array(file.buffer, file.byteOffset, file.length);
    this.view = new DataView(file.buffer, file.byteOffset, file.length);
    const bits = Number(this.bitmap64('Pages'));
    this.offsets = new Float64Array(bits).fill(NOT_THERE);
    let at = Number(this.bitmap64('FirstPage'));
    for (let pfn = 0; pfn < bits; pfn++) {
      const byte = this.bytes[HEADER.SIZE + BITMAP.Bitmap + (pfn >> 3)]!;
      if (((byte >> (pfn & 7)) & 1) === 0) continue;
      this.offsets[pfn] = at;
      this.frames.push(pfn);
      at += PAGE_BYTES;
    }
  }

  u32(name: keyof typeof HEADER): number {
    return this.view.getUint32(HEADER[name], true);
  }

  u64(name: keyof typeof HEADER): bigint {
    return this.view.getBigUint64(HEADER[name], true);
  }

  text(name: keyof typeof HEADER, bytes: number): string {
    const text = Buffer.from(this.bytes.subarray(HEADER[name], HEADER[name] + bytes)).toString('latin1');
    return text.replace(/\0.*$/s, '');
  }

  bitmap32(name: keyof typeof BITMAP): number {
    return this.view.getUint32(HEADER.SIZE + BITMAP[name], true);
  }

  bitmap64(name: keyof typeof BITMAP): bigint {
    return this.view.getBigUint64(HEADER.SIZE + BITMAP[name], true);
  }

  has(pfn: number): boolean {
    return (this.offsets[pfn] ?? NOT_THERE) !== NOT_THERE;
  }

  /** Offset of a frame's bytes in the file; `undefined` when the file does not hold it. */
  offsetOfFrame(pfn: number): number | undefined {
    const at = this.offsets[pfn] ?? NOT_THERE;
    return at === NOT_THERE ? undefined : at;
  }

  /** A frame's bytes. */
  page(pfn: number): Uint8Array | undefined {
    const at = this.offsetOfFrame(pfn);
    return at === undefined ? undefined : this.bytes.subarray(at, at + PAGE_BYTES);
  }
}
