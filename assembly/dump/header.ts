// DUMP_HEADER64 and the bitmap header, as the kernel's writer leaves them: filled with 'PAGE', then the known fields.
import { NT } from '../generated/symbols';
import {
  BITMAP_DUMP,
  CONTEXT,
  DUMP_HEADER64,
  EXCEPTION_RECORD64,
  KPRCB,
  KUSER_SHARED_DATA,
  PHYSICAL_MEMORY_DESCRIPTOR,
  PHYSICAL_MEMORY_RUN,
} from '../generated/types';
import { offsetOf, put } from '../layout/fields';
import { at, getField, read32, readBytes } from '../memory/virtual';
import { frameCount } from '../memory/frames';
import { interruptTime, SHARED_DATA, systemTime } from '../kernel/scheduler/clock';
import { processorBlock } from '../kernel/processors/processor';
import { addressOf } from '../kernel/symbols';
import { selected, selectedFrames } from './selection';
import { bitmapBits, Container, containerBytes, firstPageOffset } from './container';

const PAGE: u32 = 0x45474150; // 'PAGE': fill of everything that is not set
const DU64: u32 = 0x34365544; // 'DU64'
const SDMP: u32 = 0x504d4453; // 'SDMP'
const FDMP: u32 = 0x504d4446; // 'FDMP'
const DUMP: u32 = 0x504d5544; // 'DUMP'
const FREE_BUILD: u32 = 0xf;
const AMD64: u32 = 0x8664;
const LIVE_SYSTEM_DUMP: u32 = 0x161;
const TASKMGR: u64 = 0x005461736b6d6772; // 'Taskmgr' as text in a ULONG64, first character highest
const FULL: u32 = 1; // DumpType of all physical memory
const BITMAP_FULL: u32 = 5;
const BITMAP_KERNEL: u32 = 6; // of live kernel dumps
// DUMP_FILE_ATTRIBUTES. The last one is in no public header: WinDbg's engine calls such a dump a partial one.
const LIVE_DUMP_GENERATED: u32 = 0x10;
const FILTERED: u32 = 0x40;
const PARTIAL_KERNEL: u32 = 0x400;
const MOST_RUNS: u32 = 43; // of physical memory, that the header has room for
const STATUS_BREAKPOINT: u32 = 0x80000003;
const MINI_DUMP_FIELDS: u32 = 0xcff; // as kernel-written headers have it
const COMMENT_BYTES: u32 = 128;
const PRODUCT_WORKSTATION: u32 = 1;

/**
 * Writes the header to `target`; `comment` is `commentBytes` bytes of 8-bit text without its final zero. `isPartial`
 * says that pages of the kernel's half are missing which a dump of its kind has.
 */
export function writeHeader(
  target: usize,
  container: Container,
  isPartial: bool,
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
  put(target, DUMP_HEADER64.DumpType, dumpType(container));
  if (container == Container.Full) writeMemoryBlock(target + offsetOf(DUMP_HEADER64.PhysicalMemoryBlock));
  put(target, DUMP_HEADER64.RequiredDumpSpace, containerBytes(container));
  put(target, DUMP_HEADER64.SystemTime, systemTime());
  memory.copy(target + offsetOf(DUMP_HEADER64.Comment), comment, min(commentBytes, COMMENT_BYTES - 1));
  store<u8>(target + offsetOf(DUMP_HEADER64.Comment) + min(commentBytes, COMMENT_BYTES - 1), 0);
  put(target, DUMP_HEADER64.SystemUpTime, interruptTime());
  put(target, DUMP_HEADER64.MiniDumpFields, MINI_DUMP_FIELDS);
  put(target, DUMP_HEADER64.ProductType, PRODUCT_WORKSTATION);
  put(target, DUMP_HEADER64.SuiteMask, read32(at(SHARED_DATA, KUSER_SHARED_DATA.SuiteMask)));
  put(target, DUMP_HEADER64.WriterStatus, 0);
  put(target, DUMP_HEADER64.KdSecondaryVersion, 0);
  put(target, DUMP_HEADER64.Attributes, attributes(container, isPartial));
  put(target, DUMP_HEADER64.BootId, read32(at(SHARED_DATA, KUSER_SHARED_DATA.BootId)));
}

function dumpType(container: Container): u32 {
  if (container == Container.Full) return FULL;
  return container == Container.BitmapFull ? BITMAP_FULL : BITMAP_KERNEL;
}

function attributes(container: Container, isPartial: bool): u32 {
  const filtered = container == Container.BitmapFull ? FILTERED : 0;
  return LIVE_DUMP_GENERATED | filtered | (isPartial ? PARTIAL_KERNEL : 0);
}

/** PHYSICAL_MEMORY_DESCRIPTOR of the pages that the dump holds. */
function writeMemoryBlock(target: usize): void {
  let runs: u32 = 0;
  for (let from = selected.next(0); from < frameCount(); runs++) {
    const to = selected.end(from);
    assert(runs < MOST_RUNS, 'more runs of physical memory than the header has room for');
    const run =
      target + offsetOf(PHYSICAL_MEMORY_DESCRIPTOR.Run) + usize(runs * offsetOf(PHYSICAL_MEMORY_RUN.SIZE));
    put(run, PHYSICAL_MEMORY_RUN.BasePage, from);
    put(run, PHYSICAL_MEMORY_RUN.PageCount, to - from);
    from = selected.next(to);
  }
  put(target, PHYSICAL_MEMORY_DESCRIPTOR.NumberOfRuns, runs);
  put(target, PHYSICAL_MEMORY_DESCRIPTOR.NumberOfPages, selectedFrames());
}

/** The first processor's registers; what follows the CONTEXT in its space is zero. Returns its RIP. */
function writeContext(target: usize): u64 {
  memory.fill(target, 0, offsetOf(DUMP_HEADER64.Exception) - offsetOf(DUMP_HEADER64.ContextRecord));
  const context = getField(processorBlock(0), KPRCB.Context);
  readBytes(context, target, offsetOf(CONTEXT.SIZE));
  return getField(context, CONTEXT.Rip);
}

/** Writes the bitmap header to `target`. */
export function writeBitmapHeader(target: usize, container: Container): void {
  memory.fill(target, 0, offsetOf(BITMAP_DUMP.SIZE));
  put(target, BITMAP_DUMP.Signature, container == Container.BitmapFull ? FDMP : SDMP);
  put(target, BITMAP_DUMP.ValidDump, DUMP);
  put(target, BITMAP_DUMP.DumpOptions, 0);
  put(target, BITMAP_DUMP.FirstPage, firstPageOffset(container));
  put(target, BITMAP_DUMP.TotalPresentPages, selectedFrames());
  put(target, BITMAP_DUMP.Pages, bitmapBits());
}
