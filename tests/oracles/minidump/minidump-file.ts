import { closeSync, openSync, readSync, statSync } from 'node:fs';

/** A reader of minidumps written from minidumpapiset.h alone: it knows no layout of the writer's. */

export const STREAM = {
  ThreadList: 3,
  ModuleList: 4,
  SystemInfo: 7,
  Memory64List: 9,
  CommentA: 10,
  HandleData: 12,
  UnloadedModuleList: 14,
  MiscInfo: 15,
  MemoryInfoList: 16,
  ThreadInfoList: 17,
  SystemMemoryInfo: 21,
  ProcessVmCounters: 22,
  ThreadNames: 24,
} as const;

export interface Location {
  rva: number;
  size: number;
}

export interface MinidumpThread {
  id: number;
  suspendCount: number;
  priorityClass: number;
  priority: number;
  teb: bigint;
  stack: Location & { start: bigint };
  context: Location;
}

export interface MinidumpModule {
  base: bigint;
  size: number;
  checkSum: number;
  timeDateStamp: number;
  name: string;
  fixedVersion: number[];
  codeView: Location;
}

export interface MemoryInfo {
  base: bigint;
  allocationBase: bigint;
  allocationProtect: number;
  size: bigint;
  state: number;
  protect: number;
  type: number;
}

export interface MinidumpHandle {
  handle: bigint;
  type: string;
  name: string;
  attributes: number;
  access: number;
  handleCount: number;
  pointerCount: number;
}

export class MinidumpFile {
  readonly size: number;
  readonly #file: number;
  /** Everything but the memory. */
  readonly #view: DataView;
  /** What was read of the file, to see that nothing lies over something else. */
  readonly parts: (Location & { what: string })[] = [];
  readonly streams = new Map<number, Location>();
  readonly order: number[] = [];

  constructor(path: string) {
    this.#file = openSync(path, 'r');
    this.size = statSync(path).size;
    const head = this.#bytes(0, 32);
    const count = head.readUInt32LE(8);
    const directory = this.#bytes(head.readUInt32LE(12), count * 12);
    for (let at = 0; at < directory.length; at += 12) {
      const [type, size, rva] = [0, 4, 8].map((field) => directory.readUInt32LE(at + field)) as [
        number,
        number,
        number,
      ];
      this.order.push(type);
      if (type !== 0) this.streams.set(type, { rva, size });
    }
    const { rva } = this.streams.get(STREAM.Memory64List)!;
    const base = Number(this.#bytes(rva, 16).readBigUInt64LE(8));
    const bytes = this.#bytes(0, base);
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#note('header', 0, 32);
    this.#note('directory', head.readUInt32LE(12), count * 12);
    for (const [type, location] of this.streams) this.#note(`stream ${type}`, location.rva, location.size);
  }

  close(): void {
    closeSync(this.#file);
  }

  #bytes(position: number, length: number): Buffer {
    const bytes = Buffer.alloc(length);
    if (readSync(this.#file, bytes, 0, length, position) !== length) throw new Error('beyond the file');
    return bytes;
  }

  #note(what: string, rva: number, size: number): void {
    if (!this.parts.some((part) => part.rva === rva && part.size === size && part.what === what))
      this.parts.push({ what, rva, size });
  }

  u16 = (at: number): number => this.#view.getUint16(at, true);
  u32 = (at: number): number => this.#view.getUint32(at, true);
  u64 = (at: number): bigint => this.#view.getBigUint64(at, true);

  /** MINIDUMP_STRING: bytes of UTF-16, then a zero. @throws when it is none */
  string(rva: number): string {
    const length = this.u32(rva);
    if (length % 2 !== 0) throw new Error(`half a character in the string at ${rva}`);
    const bytes = Buffer.from(this.#view.buffer, this.#view.byteOffset + rva + 4, length);
    if (this.u16(rva + 4 + length) !== 0) throw new Error(`no zero after the string at ${rva}`);
    this.#note('string', rva, length + 6);
    return new TextDecoder('utf-16le', { fatal: true }).decode(bytes);
  }

  #stream(type: number): Location {
    const location = this.streams.get(type);
    if (!location) throw new Error(`no stream ${type}`);
    return location;
  }

  has(type: number): boolean {
    return this.streams.has(type);
  }

  /** Where a stream starts. */
  rva(type: number): number {
    return this.#stream(type).rva;
  }

  /** Entries of a list of 32-bit count and rows, which must fill the stream. */
  #rows(type: number, bytes: number): number[] {
    const { rva, size } = this.#stream(type);
    const count = this.u32(rva);
    if (size !== 4 + count * bytes) throw new Error(`${size} bytes are not ${count} rows of ${bytes}`);
    return Array.from({ length: count }, (_, index) => rva + 4 + index * bytes);
  }

  threads(): MinidumpThread[] {
    return this.#rows(STREAM.ThreadList, 48).map((at) => {
      const context = { size: this.u32(at + 40), rva: this.u32(at + 44) };
      this.#note('context', context.rva, context.size);
      return {
        id: this.u32(at),
        suspendCount: this.u32(at + 4),
        priorityClass: this.u32(at + 8),
        priority: this.u32(at + 12) | 0,
        teb: this.u64(at + 16),
        stack: { start: this.u64(at + 24), size: this.u32(at + 32), rva: this.u32(at + 36) },
        context,
      };
    });
  }

  threadInfos(): { id: number; start: bigint; createTime: bigint; affinity: bigint; exitStatus: number }[] {
    const { rva, size } = this.#stream(STREAM.ThreadInfoList);
    const [header, entry, count] = [this.u32(rva), this.u32(rva + 4), this.u32(rva + 8)];
    if (header !== 12 || entry !== 64 || size !== header + entry * count) throw new Error('thread infos');
    return Array.from({ length: count }, (_, index) => rva + header + index * entry).map((at) => ({
      id: this.u32(at),
      exitStatus: this.u32(at + 12),
      createTime: this.u64(at + 16),
      start: this.u64(at + 48),
      affinity: this.u64(at + 56),
    }));
  }

  threadNames(): Map<number, string> {
    if (!this.has(STREAM.ThreadNames)) return new Map();
    const rows = this.#rows(STREAM.ThreadNames, 12);
    return new Map(rows.map((at) => [this.u32(at), this.string(Number(this.u64(at + 4)))]));
  }

  modules(): MinidumpModule[] {
    return this.#rows(STREAM.ModuleList, 108).map((at) => {
      const codeView = { size: this.u32(at + 76), rva: this.u32(at + 80) };
      this.#note('CodeView', codeView.rva, codeView.size);
      return {
        base: this.u64(at),
        size: this.u32(at + 8),
        checkSum: this.u32(at + 12),
        timeDateStamp: this.u32(at + 16),
        name: this.string(this.u32(at + 20)),
        fixedVersion: Array.from({ length: 13 }, (_, index) => this.u32(at + 24 + index * 4)),
        codeView,
      };
    });
  }

  /** `RSDS` record of a module as GUID, age and PDB name. */
  codeView({ rva, size }: Location): { guid: string; age: number; pdb: string } {
    if (this.u32(rva) !== 0x53445352) throw new Error('no RSDS record');
    const hex = (value: number, digits: number) => value.toString(16).toUpperCase().padStart(digits, '0');
    const rest = Array.from({ length: 8 }, (_, i) => hex(this.#view.getUint8(rva + 12 + i), 2)).join('');
    const text = Buffer.from(this.#view.buffer, this.#view.byteOffset + rva + 24, size - 24).toString('utf8');
    if (!text.endsWith('\0')) throw new Error('no zero after the name of a PDB');
    return {
      guid: hex(this.u32(rva + 4), 8) + hex(this.u16(rva + 8), 4) + hex(this.u16(rva + 10), 4) + rest,
      age: this.u32(rva + 20),
      pdb: text.slice(0, -1),
    };
  }

  regions(): MemoryInfo[] {
    const { rva, size } = this.#stream(STREAM.MemoryInfoList);
    const [header, entry, count] = [this.u32(rva), this.u32(rva + 4), Number(this.u64(rva + 8))];
    if (header !== 16 || entry !== 48 || size !== header + entry * count) throw new Error('memory infos');
    return Array.from({ length: count }, (_, index) => rva + header + index * entry).map((at) => ({
      base: this.u64(at),
      allocationBase: this.u64(at + 8),
      allocationProtect: this.u32(at + 16),
      size: this.u64(at + 24),
      state: this.u32(at + 32),
      protect: this.u32(at + 36),
      type: this.u32(at + 40),
    }));
  }

  /** Ranges of memory and where each lies in the file. */
  ranges(): { start: bigint; size: bigint; place: bigint }[] {
    const { rva, size } = this.#stream(STREAM.Memory64List);
    const count = Number(this.u64(rva));
    if (size !== 16 + count * 16) throw new Error('memory ranges');
    let place = this.u64(rva + 8);
    return Array.from({ length: count }, (_, index) => {
      const range = { start: this.u64(rva + 16 + index * 16), size: this.u64(rva + 24 + index * 16), place };
      place += range.size;
      return range;
    });
  }

  /** Bytes of the process's memory; nothing where the dump has none. */
  memory(address: bigint, length: number): Buffer | undefined {
    const range = this.ranges().find(({ start, size }) => address >= start && address < start + size);
    return range && this.#bytes(Number(range.place + address - range.start), length);
  }

  unloadedModules(): { base: bigint; size: number; checkSum: number; timeDateStamp: number; name: string }[] {
    if (!this.has(STREAM.UnloadedModuleList)) return [];
    const { rva, size } = this.#stream(STREAM.UnloadedModuleList);
    const [header, entry, count] = [this.u32(rva), this.u32(rva + 4), this.u32(rva + 8)];
    if (header !== 12 || entry !== 24 || size !== header + entry * count) throw new Error('unloaded modules');
    return Array.from({ length: count }, (_, index) => rva + header + index * entry).map((at) => ({
      base: this.u64(at),
      size: this.u32(at + 8),
      checkSum: this.u32(at + 12),
      timeDateStamp: this.u32(at + 16),
      name: this.string(this.u32(at + 20)),
    }));
  }

  handles(): MinidumpHandle[] {
    const { rva, size } = this.#stream(STREAM.HandleData);
    const [header, entry, count] = [this.u32(rva), this.u32(rva + 4), this.u32(rva + 8)];
    if (header !== 16 || entry !== 40 || size !== header + entry * count) throw new Error('handles');
    const name = (at: number) => (at === 0 ? '' : this.string(at));
    return Array.from({ length: count }, (_, index) => rva + header + index * entry).map((at) => ({
      handle: this.u64(at),
      type: name(this.u32(at + 8)),
      name: name(this.u32(at + 12)),
      attributes: this.u32(at + 16),
      access: this.u32(at + 20),
      handleCount: this.u32(at + 24),
      pointerCount: this.u32(at + 28),
    }));
  }

  comment(): string {
    const { rva, size } = this.#stream(STREAM.CommentA);
    return Buffer.from(this.#view.buffer, this.#view.byteOffset + rva, size).toString('latin1');
  }
}
