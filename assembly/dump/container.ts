// The files that memory is put in: what precedes the pages, where they begin, how long it all is.
import { BITMAP_DUMP, DUMP_HEADER64 } from '../generated/types';
import { offsetOf } from '../layout/fields';
import { PAGE_SIZE } from '../memory/arena';
import { frameCount } from '../memory/frames';
import { elfFirstPage } from './elf';
import { bitmapFrames, selected, selectedFrames } from './selection';

/** As sim/livedump/options.json numbers them. */
export const enum Container {
  /** DumpType 6: a live kernel dump. */
  Bitmap = 0,
  /** DumpType 5. */
  BitmapFull = 1,
  /** DumpType 1: all physical memory by runs. */
  Full = 2,
  /** Physical memory from address 0 on, nothing else. */
  Raw = 3,
  /** An ELF core file, as hypervisors write them. */
  Elf = 4,
}

/** Whether the container begins with a DUMP_HEADER64 and a bitmap. */
export function hasBitmap(container: Container): bool {
  return container == Container.Bitmap || container == Container.BitmapFull;
}

/** LeechCore's limit of where the first page may lie. */
const FARTHEST_FIRST_PAGE: u64 = 0x1000000;

/**
 * Bits of the bitmap: one for each frame, rounded up so that readers that take 64 at a time see all. Where that would
 * put the first page farther than some readers take, it ends after the last page of the dump.
 */
export function bitmapBits(): u32 {
  const all = bitmapFrames();
  return firstPageAfter(all) <= FARTHEST_FIRST_PAGE ? all : (selected.last() + 64) & ~u32(63);
}

/** File offset of the first page after a bitmap: at a page boundary, as the kernel writes it. */
function firstPageAfter(bits: u32): u64 {
  return (u64(bitmapOffset()) + bits / 8 + PAGE_SIZE - 1) & ~u64(PAGE_SIZE - 1);
}

/** File offset of the bitmap. */
export function bitmapOffset(): u32 {
  return offsetOf(DUMP_HEADER64.SIZE) + offsetOf(BITMAP_DUMP.Bitmap);
}

/** File offset of the first page. */
export function firstPageOffset(container: Container): u64 {
  if (container == Container.Raw) return 0;
  if (container == Container.Full) return offsetOf(DUMP_HEADER64.SIZE);
  if (container == Container.Elf) return elfFirstPage();
  return firstPageAfter(bitmapBits());
}

/** Pages that follow, those of holes among them. */
export function containerPages(container: Container): u32 {
  return container == Container.Raw ? frameCount() : selectedFrames();
}

/** Size of the whole file. */
export function containerBytes(container: Container): u64 {
  return firstPageOffset(container) + u64(containerPages(container)) * PAGE_SIZE;
}
