import type { ByteSource } from '../files/byte-source.js';
import { FileError } from '../files/file-error.js';
import { record, type RecordOf } from '../files/record.js';
import { asciiText } from '../files/text.js';

/** DUMP_HEADER64 (Windows SDK, public structure of kernel dump files): 0x2000 bytes. */
const FIELDS = {
  Signature: [0x0, 'u32'],
  ValidDump: [0x4, 'u32'],
  MajorVersion: [0x8, 'u32'],
  MinorVersion: [0xc, 'u32'],
  DirectoryTableBase: [0x10, 'u64'],
  PfnDataBase: [0x18, 'u64'],
  PsLoadedModuleList: [0x20, 'u64'],
  PsActiveProcessHead: [0x28, 'u64'],
  MachineImageType: [0x30, 'u32'],
  NumberProcessors: [0x34, 'u32'],
  BugCheckCode: [0x38, 'u32'],
  BugCheckParameter1: [0x40, 'u64'],
  BugCheckParameter2: [0x48, 'u64'],
  BugCheckParameter3: [0x50, 'u64'],
  BugCheckParameter4: [0x58, 'u64'],
  KdDebuggerDataBlock: [0x80, 'u64'],
  NumberOfRuns: [0x88, 'u32'],
  NumberOfPages: [0x90, 'u64'],
  ExceptionCode: [0xf00, 'u32'],
  ExceptionFlags: [0xf04, 'u32'],
  ExceptionRecord: [0xf08, 'u64'],
  ExceptionAddress: [0xf10, 'u64'],
  ExceptionParameters: [0xf18, 'u32'],
  DumpType: [0xf98, 'u32'],
  RequiredDumpSpace: [0xfa0, 'u64'],
  SystemTime: [0xfa8, 'u64'],
  SystemUpTime: [0x1030, 'u64'],
  MiniDumpFields: [0x1038, 'u32'],
  SecondaryDataState: [0x103c, 'u32'],
  ProductType: [0x1040, 'u32'],
  SuiteMask: [0x1044, 'u32'],
  WriterStatus: [0x1048, 'u32'],
  KdSecondaryVersion: [0x104d, 'u8'],
  Attributes: [0x1050, 'u32'],
  BootId: [0x1054, 'u32'],
} as const;

const HEADER = record(0x2000, FIELDS);
const COMMENT_OFFSET = 0xfb0;
const COMMENT_BYTES = 128;
const CONTEXT_OFFSET = 0x348;
const CONTEXT_BYTES = 0x4d0;

const SIGNATURE_PAGE = 0x45474150; // 'PAGE'
const VALID_DU64 = 0x34365544; // 'DU64'
const VALID_DUMP = 0x504d5544; // 'DUMP': a 32-bit machine's
const MACHINE_AMD64 = 0x8664;
/** What a writer leaves where it has nothing to say. */
const FILL = 0x45474150;

export const DUMP_HEADER_BYTES = HEADER.size;

/** Kinds of kernel dumps: DUMP_TYPES of the SDK, and the range dumps that debuggers write. */
export const DumpType = {
  FULL: 1,
  SUMMARY: 2,
  TRIAGE: 4,
  BITMAP_FULL: 5,
  BITMAP_KERNEL: 6,
  KERNEL_RANGE: 8,
  KERNEL_AND_USER_RANGE: 9,
  COMPLETE_RANGE: 10,
} as const;

export interface KernelDumpHeader extends RecordOf<typeof FIELDS> {
  /** '' where none was written. */
  comment: string;
  /** CONTEXT of the processor that wrote the dump. */
  context: Uint8Array;
  /** The first 0x2000 bytes. */
  bytes: Uint8Array;
}

export function isKernelDump(file: ByteSource): boolean {
  const start = file.read(0, 8);
  return start.length === 8 && asciiText(start.subarray(0, 4)) === 'PAGE';
}

/** @throws FileError when this is no kernel dump of an x64 machine */
export function readKernelHeader(file: ByteSource): KernelDumpHeader {
  const bytes = file.read(0, HEADER.size).slice();
  if (bytes.length < HEADER.size)
    throw new FileError('The file ends before the header of a kernel dump does.');
  const header = HEADER.read(bytes);
  if (header.Signature !== SIGNATURE_PAGE)
    throw new FileError('This is no kernel dump: it does not begin with PAGE.');
  if (header.ValidDump === VALID_DUMP)
    throw new FileError('This is a dump of a 32-bit machine. Only dumps of x64 machines can be read.');
  if (header.ValidDump !== VALID_DU64) throw new FileError('The header of this kernel dump is damaged.');
  if (header.MachineImageType !== MACHINE_AMD64)
    throw new FileError(
      `This is a dump of a machine of type 0x${header.MachineImageType.toString(16)}. Only x64 (0x8664) can be read.`,
    );
  const comment = bytes.subarray(COMMENT_OFFSET, COMMENT_OFFSET + COMMENT_BYTES);
  return {
    ...header,
    comment: commentText(comment),
    context: bytes.subarray(CONTEXT_OFFSET, CONTEXT_OFFSET + CONTEXT_BYTES),
    bytes,
  };
}

function commentText(bytes: Uint8Array): string {
  const text = asciiText(bytes);
  return text.startsWith('PAGEPAGE') ? '' : text;
}

/** Whether a writer left a field unset. */
export function isFill(value: number): boolean {
  return value === FILL;
}
