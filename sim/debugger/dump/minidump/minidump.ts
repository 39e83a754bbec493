import type { ByteSource } from '../../files/byte-source.js';
import { FileError } from '../../files/file-error.js';
import { viewOf, type Fields, type RecordLayout, type RecordOf } from '../../files/record.js';
import { asciiText, wideText } from '../../files/text.js';
import { pdbReference, type PdbReference } from '../../pe/pdb-reference.js';
import type { MemoryRange } from '../../memory/range-memory.js';
import {
  ARCHITECTURE_AMD64,
  BUILD_STRING,
  DIRECTORY,
  EXCEPTION,
  EXCEPTION_PARAMETERS,
  HANDLE,
  HEADER,
  MEMORY64_DESCRIPTOR,
  MEMORY_DESCRIPTOR,
  MEMORY_INFO,
  MISC_FLAGS,
  MISC_INFO,
  MODULE,
  Stream,
  SYSTEM_INFO,
  THREAD,
  THREAD_INFO,
  THREAD_NAME,
  UNLOADED_MODULE,
} from './streams.js';

const SIGNATURE = 'MDMP';
const MOST_STREAMS = 0x1000;
const MOST_ROWS = 0x40000;
const LONGEST_STRING = 0x10000;
/** Every row of a damaged list may lead to a long text. */
const MOST_TEXT = 0x2000000;
const LONGEST_CODE_VIEW = 0x400;

export interface MinidumpStream {
  type: number;
  rva: number;
  size: number;
}

export interface MinidumpThread extends RecordOf<ThreadFields> {
  name: string;
  info: RecordOf<ThreadInfoFields> | undefined;
}
type ThreadFields = typeof THREAD extends RecordLayout<infer F> ? F : never;
type ThreadInfoFields = typeof THREAD_INFO extends RecordLayout<infer F> ? F : never;

export interface MinidumpModule {
  base: bigint;
  size: number;
  checkSum: number;
  timeDateStamp: number;
  path: string;
  pdb: PdbReference | undefined;
}

export interface MinidumpHandle {
  handle: bigint;
  /** '' for one without. */
  type: string;
  name: string;
  attributes: number;
  grantedAccess: number;
  handleCount: number;
  pointerCount: number;
}

export interface MinidumpException {
  threadId: number;
  code: number;
  flags: number;
  address: bigint;
  parameters: bigint[];
  context: Uint8Array;
}

export function isMinidump(file: ByteSource): boolean {
  return asciiText(file.read(0, SIGNATURE.length)) === SIGNATURE;
}

/** A minidump of a process: its streams, each read when somebody asks. */
export class Minidump {
  readonly file: ByteSource;
  readonly header;
  readonly streams: readonly MinidumpStream[];
  /** Of the rows that were read last. */
  #textBytes = 0;

  /** @throws FileError when this is no minidump of a process of an x64 machine */
  constructor(file: ByteSource) {
    this.file = file;
    const head = file.read(0, HEADER.size);
    if (head.length < HEADER.size) throw new FileError('The file ends before the header of a minidump does.');
    this.header = HEADER.read(head);
    const count = Math.min(this.header.NumberOfStreams, MOST_STREAMS);
    this.streams = this.#rows(DIRECTORY, this.header.StreamDirectoryRva, count).map(
      ({ StreamType, DataSize, Rva }) => ({ type: StreamType, rva: Rva, size: DataSize }),
    );
    const architecture = this.systemInfo?.ProcessorArchitecture;
    if (architecture === undefined) throw new FileError('This minidump does not say what machine it is of.');
    if (architecture !== ARCHITECTURE_AMD64)
      throw new FileError(
        `This is a minidump of a processor of architecture ${architecture}. Only x64 (9) can be read.`,
      );
  }

  #stream(type: number): MinidumpStream | undefined {
    return this.streams.find((stream) => stream.type === type && stream.size > 0);
  }

  /** Bytes of a place in the file. */
  bytes(rva: number, length: number): Uint8Array {
    return this.file.read(rva, length);
  }

  #rows<F extends Fields>(
    layout: RecordLayout<F>,
    rva: number,
    count: number,
    step = layout.size,
  ): RecordOf<F>[] {
    this.#textBytes = 0;
    const most = Math.min(count, MOST_ROWS);
    if (step < layout.size) return [];
    const bytes = this.file.read(rva, most * step);
    return [...layout.readAll(bytes, most, step)];
  }

  /** Rows behind a 32-bit count. */
  #list<F extends Fields>(type: number, layout: RecordLayout<F>): RecordOf<F>[] {
    const stream = this.#stream(type);
    if (!stream) return [];
    const count = this.#u32(stream.rva);
    // Some writers put the rows on a boundary of eight bytes.
    const padding = stream.size === 8 + count * layout.size ? 4 : 0;
    const whole = Math.floor(Math.max(stream.size - 4 - padding, 0) / layout.size);
    return this.#rows(layout, stream.rva + 4 + padding, Math.min(count, whole));
  }

  /** Rows behind a header that says how large it and they are. */
  #sizedList<F extends Fields>(type: number, layout: RecordLayout<F>): RecordOf<F>[] {
    const stream = this.#stream(type);
    if (!stream) return [];
    const [header, step] = [this.#u32(stream.rva), this.#u32(stream.rva + 4)];
    const whole = Math.floor(Math.max(stream.size - header, 0) / Math.max(step, 1));
    return this.#rows(layout, stream.rva + header, Math.min(this.#u32(stream.rva + 8), whole), step);
  }

  #u32(rva: number): number {
    const bytes = this.file.read(rva, 4);
    return bytes.length === 4 ? viewOf(bytes).getUint32(0, true) : 0;
  }

  /** A MINIDUMP_STRING; '' for none, and when all of them together are longer than any process's. */
  #string(rva: number): string {
    if (rva === 0 || this.#textBytes > MOST_TEXT) return '';
    const bytes = this.file.read(rva + 4, Math.min(this.#u32(rva), LONGEST_STRING));
    this.#textBytes += bytes.length;
    return wideText(bytes);
  }

  get systemInfo() {
    const stream = this.#stream(Stream.SYSTEM_INFO);
    return stream && this.#rows(SYSTEM_INFO, stream.rva, 1)[0];
  }

  /** `Service Pack 1`; '' for systems without. */
  get servicePack(): string {
    return this.#string(this.systemInfo?.CSDVersionRva ?? 0);
  }

  /** Process id and times; fields that the writer did not fill are `undefined`. */
  get miscInfo() {
    const stream = this.#stream(Stream.MISC_INFO);
    const info = stream && this.#rows(MISC_INFO, stream.rva, 1)[0];
    if (!stream || !info) return undefined;
    const has = (flag: number) => (info.Flags1 & flag) !== 0;
    const withText = has(BUILD_STRING.flag) && info.SizeOfInfo >= BUILD_STRING.at + BUILD_STRING.bytes;
    const text = withText ? wideText(this.bytes(stream.rva + BUILD_STRING.at, BUILD_STRING.bytes)) : '';
    return {
      processId: has(MISC_FLAGS.processId) ? info.ProcessId : undefined,
      /** Seconds: since 1970, then of processor time. */
      times: has(MISC_FLAGS.processTimes)
        ? { created: info.ProcessCreateTime, user: info.ProcessUserTime, kernel: info.ProcessKernelTime }
        : undefined,
      buildString: text.split('\0')[0]!,
    };
  }

  get comment(): string {
    const [narrow, wide] = [this.#stream(Stream.COMMENT_A), this.#stream(Stream.COMMENT_W)];
    if (narrow) return asciiText(this.bytes(narrow.rva, Math.min(narrow.size, LONGEST_STRING)));
    return wide ? wideText(this.bytes(wide.rva, Math.min(wide.size, LONGEST_STRING))).split('\0')[0]! : '';
  }

  threads(): MinidumpThread[] {
    const infos = new Map(
      this.#sizedList(Stream.THREAD_INFO_LIST, THREAD_INFO).map((row) => [row.ThreadId, row]),
    );
    const names = new Map(this.#list(Stream.THREAD_NAMES, THREAD_NAME).map((row) => [row.ThreadId, row]));
    return this.#list(Stream.THREAD_LIST, THREAD).map((thread) => ({
      ...thread,
      name: this.#string(names.get(thread.ThreadId)?.RvaOfThreadName ?? 0),
      info: infos.get(thread.ThreadId),
    }));
  }

  modules(): MinidumpModule[] {
    return this.#list(Stream.MODULE_LIST, MODULE).map((row) => ({
      base: row.BaseOfImage,
      size: row.SizeOfImage,
      checkSum: row.CheckSum,
      timeDateStamp: row.TimeDateStamp,
      path: this.#string(row.ModuleNameRva),
      pdb: pdbReference(this.bytes(row.CvRecordRva, Math.min(row.CvRecordBytes, LONGEST_CODE_VIEW))),
    }));
  }

  unloadedModules(): {
    name: string;
    start: bigint;
    end: bigint;
    time: bigint;
    timeDateStamp: number;
    checkSum: number;
  }[] {
    return this.#sizedList(Stream.UNLOADED_MODULE_LIST, UNLOADED_MODULE).map((row) => ({
      name: this.#string(row.ModuleNameRva).split('\\').pop()!,
      start: row.BaseOfImage,
      end: row.BaseOfImage + BigInt(row.SizeOfImage),
      time: 0n,
      timeDateStamp: row.TimeDateStamp,
      checkSum: row.CheckSum,
    }));
  }

  handles(): MinidumpHandle[] {
    return this.#sizedList(Stream.HANDLE_DATA, HANDLE).map((row) => ({
      handle: row.Handle,
      type: this.#string(row.TypeNameRva),
      name: this.#string(row.ObjectNameRva),
      attributes: row.Attributes,
      grantedAccess: row.GrantedAccess,
      handleCount: row.HandleCount,
      pointerCount: row.PointerCount,
    }));
  }

  regions() {
    return this.#sizedList(Stream.MEMORY_INFO_LIST, MEMORY_INFO);
  }

  get exception(): MinidumpException | undefined {
    const stream = this.#stream(Stream.EXCEPTION);
    const row = stream && this.#rows(EXCEPTION, stream.rva, 1)[0];
    if (!row) return undefined;
    const count = Math.min(row.NumberParameters, EXCEPTION_PARAMETERS.most);
    const view = viewOf(this.bytes(stream.rva + EXCEPTION_PARAMETERS.at, count * 8));
    return {
      threadId: row.ThreadId,
      code: row.ExceptionCode,
      flags: row.ExceptionFlags,
      address: row.ExceptionAddress,
      parameters: Array.from({ length: Math.floor(view.byteLength / 8) }, (_, i) =>
        view.getBigUint64(i * 8, true),
      ),
      context: this.bytes(row.ContextRva, row.ContextBytes),
    };
  }

  /** Memory of the process that the dump holds: the stacks of threads too, which need not be on a list. */
  ranges(): MemoryRange[] {
    const ranges: MemoryRange[] = this.#list(Stream.MEMORY_LIST, MEMORY_DESCRIPTOR).map(
      ({ Start, Bytes, Rva }) => ({
        start: Start,
        bytes: Bytes,
        offset: Rva,
      }),
    );
    const stream = this.#stream(Stream.MEMORY64_LIST);
    if (stream) {
      const head = this.bytes(stream.rva, 16);
      if (head.length < 16) return ranges;
      let offset = Number(viewOf(head).getBigUint64(8, true));
      const count = Number(viewOf(head).getBigUint64(0, true));
      const rows = Math.min(count, Math.floor((stream.size - 16) / MEMORY64_DESCRIPTOR.size));
      for (const { Start, Bytes } of this.#rows(MEMORY64_DESCRIPTOR, stream.rva + 16, rows)) {
        if (offset >= this.file.size) break; // all that follow lie behind the file's end, too
        ranges.push({ start: Start, bytes: Bytes, offset });
        offset += Bytes;
      }
    }
    for (const { StackStart, StackBytes, StackRva } of this.#list(Stream.THREAD_LIST, THREAD))
      if (StackRva !== 0) ranges.push({ start: StackStart, bytes: StackBytes, offset: StackRva });
    return ranges;
  }
}
