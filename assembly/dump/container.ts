// The files that memory is put in: what precedes the pages, where they begin, how long it all is.
import { BITMAP_DUMP, DUMP_HEADER64 } from '../generated/types';
import { offsetOf } from '../layout/fields';
import { PAGE_SIZE } from '../memory/arena';
import { frameCount } from '../memory/frames';
import { bitmapBits, selectedFrames } from './selection';

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
}

/** Whether the container begins with a DUMP_HEADER64 and a bitmap. */
export function hasBitmap(container: Container): bool {
  return container == Container.Bitmap || container == Container.BitmapFull;
}

/** File offset of the bitmap. */
export function bitmapOffset(): u32 {
  return offsetOf(DUMP_HEADER64.SIZE) + offsetOf(BITMAP_DUMP.Bitmap);
}

/** File offset of the first page: after header and bitmap, at a page boundary as the kernel writes it. */
export function firstPageOffset(container: Container): u64 {
  if (container == Container.Raw) return 0;
  if (container == Container.Full) return offsetOf(DUMP_HEADER64.SIZE);
  const end = u64(bitmapOffset()) + bitmapBits() / 8;
  return (end + PAGE_SIZE - 1) & ~u64(PAGE_SIZE - 1);
}

/** Pages that follow, those of holes among them. */
export function containerPages(container: Container): u32 {
  return container == Container.Raw ? frameCount() : selectedFrames();
}

/** Size of the whole file. */
export function containerBytes(container: Container): u64 {
  return firstPageOffset(container) + u64(containerPages(container)) * PAGE_SIZE;
}
