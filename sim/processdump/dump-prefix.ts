import { ByteWriter } from '../images/byte-writer.js';
import settings from './minidump.json';
import { sizeOf, structure } from './structure.js';

/** 'MDMP', and the number of the format that minidumpapiset.h gives. */
const SIGNATURE = 0x504d444d;
const VERSION = 0xa793;

export type StreamName = keyof typeof settings.streams;

interface Stream {
  readonly rva: number;
  readonly size: number;
}

/** Everything of a minidump that comes before the memory: header, directory, streams and what they point to. */
export class DumpPrefix {
  readonly #out = new ByteWriter(1 << 16);
  readonly #streams = new Map<StreamName, Stream>();
  readonly #strings = new Map<string, number>();
  /** Streams that this dump has, in the directory's order. */
  readonly #names: readonly StreamName[];

  constructor(has: (name: StreamName) => boolean) {
    this.#names = (Object.keys(settings.streams) as StreamName[]).filter(has);
    this.#out.fill(sizeOf('MINIDUMP_HEADER') + this.#entries * sizeOf('MINIDUMP_DIRECTORY'));
  }

  get #entries(): number {
    return this.#names.length + settings.unusedStreams;
  }

  /** Bytes so far: the RVA of what comes next. */
  get length(): number {
    return this.#out.length;
  }

  /** Appends bytes; returns their RVA. */
  append(bytes: Uint8Array): number {
    const rva = this.#out.length;
    this.#out.append(bytes);
    return rva;
  }

  /** Overwrites bytes that were appended before. */
  set(rva: number, bytes: Uint8Array): void {
    this.#out.bytes.set(bytes, rva);
  }

  /** Appends a MINIDUMP_STRING, or finds the one with the same text when `shared`; returns its RVA. */
  string(text: string, shared = false): number {
    const known = shared ? this.#strings.get(text) : undefined;
    if (known !== undefined) return known;
    const rva = this.#out.length;
    this.#out
      .u32(text.length * 2)
      .utf16(text)
      .u16(0);
    if (shared) this.#strings.set(text, rva);
    return rva;
  }

  /** Appends a stream; returns its RVA. */
  stream(name: StreamName, ...parts: readonly Uint8Array[]): number {
    const rva = this.#out.length;
    for (const part of parts) this.#out.append(part);
    this.#streams.set(name, { rva, size: this.#out.length - rva });
    return rva;
  }

  /** Writes header and directory; `seconds` since 1970 are the dump's time. Returns the whole prefix. */
  finish(seconds: number): Uint8Array {
    const headerBytes = sizeOf('MINIDUMP_HEADER');
    const flags = settings.flags.reduce((sum, flag) => sum | Number(flag.split(' ')[0]), 0);
    this.set(
      0,
      structure('MINIDUMP_HEADER', {
        Signature: SIGNATURE,
        Version: ((Number(settings.implementationVersion) << 16) | VERSION) >>> 0,
        NumberOfStreams: this.#entries,
        StreamDirectoryRva: headerBytes,
        TimeDateStamp: seconds,
        Flags: flags,
      }),
    );
    this.#names.forEach((name, index) => {
      const { rva, size } = this.#streams.get(name)!;
      const entry = { StreamType: settings.streams[name], DataSize: size, Rva: rva };
      this.set(headerBytes + index * sizeOf('MINIDUMP_DIRECTORY'), structure('MINIDUMP_DIRECTORY', entry));
    });
    return this.#out.bytes.slice();
  }
}
