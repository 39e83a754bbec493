// Paged and nonpaged pool: blocks with POOL_HEADERs inside pages, page-aligned allocations above that.
import { POOL_HEADER } from '../../generated/types';
import { offsetOf } from '../../layout/fields';
import { commit, Region, reserve } from '../../memory/address-space';
import { PAGE_SIZE } from '../../memory/arena';
import { setField } from '../../memory/virtual';
import { KERNEL_DATA } from '../../paging/pte';

/** POOL_HEADER.PoolType of an allocated block: POOL_TYPE with the in-use bit as Windows has it. */
export const NON_PAGED: u32 = 2;
export const PAGED: u32 = 3;

const GRANULE: u32 = 16; // POOL_HEADER counts in 16 bytes
const FREE_TAG: u32 = 0x65657246; // 'Free'

class PoolPage {
  address: u64 = 0;
  used: u32 = 4096; // nothing left
  last: u32 = 0; // size of the block before, granules
}

const nonPaged = new PoolPage();
const paged = new PoolPage();

/** A pool tag from its four characters, first one lowest. */
export function tag(a: i32, b: i32, c: i32, d: i32): u32 {
  return u32(a | (b << 8) | (c << 16) | (d << 24));
}

function header(page: PoolPage, granules: u32, type: u32, poolTag: u32): u64 {
  const block = page.address + page.used;
  setField(block, POOL_HEADER.PreviousSize, page.last);
  setField(block, POOL_HEADER.BlockSize, granules);
  setField(block, POOL_HEADER.PoolType, type);
  setField(block, POOL_HEADER.PoolTag, poolTag);
  page.used += granules * GRANULE;
  page.last = granules;
  return block;
}

/**
 * Allocates zeroed pool; returns the address after the header. `aligned` is an offset into the block that must
 * come to lie on a multiple of 64 (where an object's body will be), or 0 when any place will do.
 */
export function allocatePool(bytes: u32, poolTag: u32, type: u32, aligned: u32): u64 {
  const region = type == NON_PAGED ? <i32>Region.NonPagedPool : <i32>Region.PagedPool;
  const headerBytes = offsetOf(POOL_HEADER.SIZE);
  const granules = (bytes + headerBytes + GRANULE - 1) / GRANULE;
  if (granules * GRANULE > u32(PAGE_SIZE)) {
    const pages = u32((bytes + PAGE_SIZE - 1) / PAGE_SIZE);
    const address = reserve(region, u64(pages) * PAGE_SIZE, PAGE_SIZE);
    commit(address, pages, KERNEL_DATA);
    return address;
  }
  const page = type == NON_PAGED ? nonPaged : paged;
  let gap = gapBefore(page.used, aligned);
  if (page.used + gap + granules * GRANULE > u32(PAGE_SIZE)) {
    if (page.used < u32(PAGE_SIZE)) header(page, (u32(PAGE_SIZE) - page.used) / GRANULE, 0, FREE_TAG);
    page.address = reserve(region, PAGE_SIZE, PAGE_SIZE);
    commit(page.address, 1, KERNEL_DATA);
    page.used = 0;
    page.last = 0;
    gap = gapBefore(0, aligned);
  }
  if (gap != 0) header(page, gap / GRANULE, 0, FREE_TAG);
  return header(page, granules, type, poolTag) + headerBytes;
}

function gapBefore(used: u32, aligned: u32): u32 {
  if (aligned == 0) return 0;
  return (64 - ((used + offsetOf(POOL_HEADER.SIZE) + aligned) & 63)) & 63;
}

/** Closes the pages that blocks are still cut from, so that each page is a whole chain of headers. */
export function sealPool(): void {
  if (nonPaged.used < u32(PAGE_SIZE))
    header(nonPaged, (u32(PAGE_SIZE) - nonPaged.used) / GRANULE, 0, FREE_TAG);
  if (paged.used < u32(PAGE_SIZE)) header(paged, (u32(PAGE_SIZE) - paged.used) / GRANULE, 0, FREE_TAG);
}
