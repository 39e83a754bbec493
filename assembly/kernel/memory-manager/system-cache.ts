// The system cache: views of files in the kernel's half, whose pages belong to prototype PTEs as those of every
// mapped file do. A live dump leaves them out.
import { Region, reserve } from '../../memory/address-space';
import { PAGE_SIZE } from '../../memory/arena';
import { renderFrame, SEEDED } from '../../memory/frames';
import { FOR_USER, takeFrame } from '../../memory/ranges';
import { attachedRoot, write64 } from '../../memory/virtual';
import { mapShared } from '../../paging/map';
import { activate } from '../../paging/pfn-database';
import { entryFor, KERNEL_DATA } from '../../paging/pte';
import { translate } from '../../paging/walk';
import { allocatePool, PAGED, tag } from '../pool/pool';

/** Size of a view: VACB_MAPPING_GRANULARITY. */
const VIEW_BYTES: u64 = 0x40000;
const DEFAULT_PRIORITY: u32 = 5;
const PTE_BYTES: u32 = 8;

/** Maps `views` views of files, all of their pages in memory with contents that follow from the seed. */
export function createCacheViews(views: u32): void {
  const pages = u32(VIEW_BYTES / PAGE_SIZE);
  for (let i: u32 = 0; i < views; i++) {
    const view = reserve(<i32>Region.SystemCache, VIEW_BYTES, VIEW_BYTES);
    const prototypes = allocatePool(pages * PTE_BYTES, tag(0x4d, 0x6d, 0x53, 0x74), PAGED, 0); // 'MmSt'
    for (let page: u32 = 0; page < pages; page++)
      mapCachePage(view + u64(page) * PAGE_SIZE, prototypes + page * PTE_BYTES);
  }
}

function mapCachePage(address: u64, prototype: u64): void {
  const pfn = takeFrame(FOR_USER);
  renderFrame(pfn, SEEDED, 0);
  write64(prototype, entryFor(pfn, KERNEL_DATA));
  activate(pfn, prototype, u32(translate(attachedRoot(), prototype) >> 12), DEFAULT_PRIORITY, 0, true);
  mapShared(attachedRoot(), address, pfn, KERNEL_DATA);
}
