// DUMP_HEADER64 and the bitmap header, as the kernel's writer leaves them: filled with 'PAGE', then the known fields.
import { NT } from '../generated/symbols';
import {
  BITMAP_DUMP,
  CONTEXT,
  DUMP_HEADER64,
  EXCEPTION_RECORD64,
  KPRCB,
  KUSER_SHARED_DATA,
} from '../generated/types';
import { offsetOf, put } from '../layout/fields';
import { PAGE_SIZE } from '../memory/arena';
import { at, getField, read32, readBytes } from '../memory/virtual';
import { interruptTime, SHARED_DATA, systemTime } from '../kernel/scheduler/clock';
import { processorBlock } from '../kernel/processors/processor';
import { addressOf } from '../kernel/symbols';
import { bitmapBits, selectedFrames } from './selection';

const PAGE: u32 = 0x45474150; // 'PAGE': fill of everything that is not set
const DU64: u32 = 0x34365544; // 'DU64'
const SDMP: u32 = 0x504d4453; // 'SDMP'
const DUMP: u32 = 0x504d5544; // 'DUMP'
const FREE_BUILD: u32 = 0xf;
const AMD64: u32 = 0x8664;
const LIVE_SYSTEM_DUMP: u32 = 0x161;
const TASKMGR: u64 = 0x005461736b6d6772; // 'Taskmgr' as text in a ULONG64, first character highest
const BITMAP_KERNEL: u32 = 6; // DumpType of live kernel dumps
const LIVE_DUMP_GENERATED: u32 = 0x10; // DUMP_FILE_ATTRIBUTES
const STATUS_BREAKPOINT: u32 = 0x80000003;
const MINI_DUMP_FIELDS: u32 = 0xcff; // as kernel-written headers have it
const COMMENT_BYTES: u32 = 128;
const PRODUCT_WORKSTATION: u32 = 1;

/** Bytes of the header proper. */
export function headerBytes(): u32 {
  return offsetOf(DUMP_HEADER64.SIZE);
}

/** File offset of the first page: after header and bitmap, at a page boundary as the kernel writes it. */
export function firstPageOffset(): u64 {
  const end = u64(offsetOf(DUMP_HEADER64.SIZE)) + offsetOf(BITMAP_DUMP.Bitmap) + bitmapBits() / 8;
  return (end + PAGE_SIZE - 1) & ~u64(PAGE_SIZE - 1);
}

/** Size of the whole file. */
export function dumpBytes(): u64 {
  return firstPageOffset() + u64(selectedFrames()) * PAGE_SIZE;
}

/** Writes the header to `target`; `comment` is `commentBytes` bytes of 8-bit text without its final zero. */
export function writeHeader(
  target: usize,
  build: u32,
  processors: u32,
  root: u32,
  comment: usize,
  commentBytes: u32,
): void {
  for (let i: usize = 0; i < offsetOf(DUMP_HEADER64.SIZE); i += 4) store<u32>(target + i, PAGE);
  put(target, DUMP_HEADER64.Signature, PAGE);
  put(target, DUMP_HEADER64.ValidDump, DU64);
  put(target, DUMP_HEADER64.MajorVersion, FREE_BUILD);
  put(target, DUMP_HEADER64.MinorVersion, build);
  put(target, DUMP_HEADER64.DirectoryTableBase, u64(root) << 12);
  put(target, DUMP_HEADER64.PfnDataBase, addressOf(NT.MmPfnDatabase));
  put(target, DUMP_HEADER64.PsLoadedModuleList, addressOf(NT.PsLoadedModuleList));
  put(target, DUMP_HEADER64.PsActiveProcessHead, addressOf(NT.PsActiveProcessHead));
  put(target, DUMP_HEADER64.MachineImageType, AMD64);
  put(target, DUMP_HEADER64.NumberProcessors, processors);
  put(target, DUMP_HEADER64.BugCheckCode, LIVE_SYSTEM_DUMP);
  put(target, DUMP_HEADER64.BugCheckParameter1, TASKMGR);
  put(target, DUMP_HEADER64.BugCheckParameter2, 0);
  put(target, DUMP_HEADER64.BugCheckParameter3, 0);
  put(target, DUMP_HEADER64.BugCheckParameter4, 0);
  put(target, DUMP_HEADER64.KdDebuggerDataBlock, addressOf(NT.KdDebuggerDataBlock));
  const rip = writeContext(target + offsetOf(DUMP_HEADER64.ContextRecord));
  const exception = target + offsetOf(DUMP_HEADER64.Exception);
  put(exception, EXCEPTION_RECORD64.ExceptionCode, STATUS_BREAKPOINT);
  put(exception, EXCEPTION_RECORD64.ExceptionFlags, 0);
  put(exception, EXCEPTION_RECORD64.ExceptionRecord, 0);
  put(exception, EXCEPTION_RECORD64.ExceptionAddress, rip);
  put(exception, EXCEPTION_RECORD64.NumberParameters, 0);
  put(target, DUMP_HEADER64.DumpType, BITMAP_KERNEL);
  put(target, DUMP_HEADER64.RequiredDumpSpace, dumpBytes());
  put(target, DUMP_HEADER64.SystemTime, systemTime());
  memory.copy(target + offsetOf(DUMP_HEADER64.Comment), comment, min(commentBytes, COMMENT_BYTES - 1));
  store<u8>(target + offsetOf(DUMP_HEADER64.Comment) + min(commentBytes, COMMENT_BYTES - 1), 0);
  put(target, DUMP_HEADER64.SystemUpTime, interruptTime());
  put(target, DUMP_HEADER64.MiniDumpFields, MINI_DUMP_FIELDS);
  put(target, DUMP_HEADER64.ProductType, PRODUCT_WORKSTATION);
  put(target, DUMP_HEADER64.SuiteMask, read32(at(SHARED_DATA, KUSER_SHARED_DATA.SuiteMask)));
  put(target, DUMP_HEADER64.WriterStatus, 0);
  put(target, DUMP_HEADER64.KdSecondaryVersion, 0);
  put(target, DUMP_HEADER64.Attributes, LIVE_DUMP_GENERATED);
  put(target, DUMP_HEADER64.BootId, read32(at(SHARED_DATA, KUSER_SHARED_DATA.BootId)));
}

/** The first processor's registers; what follows the CONTEXT in its space is zero. Returns its RIP. */
function writeContext(target: usize): u64 {
  memory.fill(target, 0, offsetOf(DUMP_HEADER64.Exception) - offsetOf(DUMP_HEADER64.ContextRecord));
  const context = getField(processorBlock(0), KPRCB.Context);
  readBytes(context, target, offsetOf(CONTEXT.SIZE));
  return getField(context, CONTEXT.Rip);
}

/** Writes the bitmap header to `target`. */
export function writeBitmapHeader(target: usize): void {
  memory.fill(target, 0, offsetOf(BITMAP_DUMP.SIZE));
  put(target, BITMAP_DUMP.Signature, SDMP);
  put(target, BITMAP_DUMP.ValidDump, DUMP);
  put(target, BITMAP_DUMP.DumpOptions, 0);
  put(target, BITMAP_DUMP.FirstPage, firstPageOffset());
  put(target, BITMAP_DUMP.TotalPresentPages, selectedFrames());
  put(target, BITMAP_DUMP.Pages, bitmapBits());
}

export function bitmapHeaderBytes(): u32 {
  return offsetOf(BITMAP_DUMP.Bitmap);
}
