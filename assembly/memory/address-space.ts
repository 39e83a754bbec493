// Regions of the kernel's half, each in 512 GiB of its own at a place that the seed chooses, as Windows does it.
import { randomBelow } from '../random';
import { PAGE_SIZE } from './arena';
import { FOR_KERNEL, takeFrame } from './ranges';
import { mapPage } from '../paging/map';
import { tableFor } from '../paging/tables';
import { attachedRoot } from './virtual';

/** _MI_ASSIGNED_REGION_TYPES of 22631: index of nt!MiState.Vs.SystemVaRegions. */
export const enum Region {
  PfnDatabase = 0,
  NonPagedPool = 1,
  PagedPool = 2,
  SystemCache = 3,
  SystemPtes = 4,
  UltraZero = 6,
  Cfg = 7,
  HyperSpace = 8,
  KernelStacks = 9,
  PageTables = 10,
  Session = 11,
  SecureNonPagedPool = 12,
  KernelShadowStacks = 13,
  SystemImages = 14,
}

const REGIONS: i32 = 15;
const SLOT_BITS: u64 = 39;
const SHARED_DATA_SLOT: u32 = 0x1ef; // 0xFFFFF780`00000000
const IMAGES_SLOT: u32 = 0x1f0; // 0xFFFFF800`00000000
const FIRST_SYSTEM_SLOT: u32 = 0x100;
const LAST_SELF_MAP_SLOT: u32 = 0x1fe; // highest that scanners for page tables try
const HAL_SLOT: u32 = 0x1ff;

const bases = new StaticArray<u64>(REGIONS);
const ends = new StaticArray<u64>(REGIONS);
const usedSlots = new StaticArray<u8>(512);

function pickSlot(): u32 {
  for (;;) {
    const slot = FIRST_SYSTEM_SLOT + u32(randomBelow(LAST_SELF_MAP_SLOT - FIRST_SYSTEM_SLOT + 1));
    if (unchecked(usedSlots[slot]) != 0) continue;
    unchecked((usedSlots[slot] = 1));
    return slot;
  }
}

function slotBase(slot: u32): u64 {
  return 0xffff000000000000 | (u64(slot) << SLOT_BITS);
}

/** Chooses a slot for each region. Returns the one for page tables. */
export function chooseRegions(): u32 {
  unchecked((usedSlots[SHARED_DATA_SLOT] = 1));
  unchecked((usedSlots[IMAGES_SLOT] = 1));
  unchecked((usedSlots[HAL_SLOT] = 1));
  for (let i = 0; i < REGIONS; i++) {
    const slot = i == <i32>Region.SystemImages ? IMAGES_SLOT : pickSlot();
    // Inside the slot Windows starts at a random 2 MiB step; the PFN database and the self-map start at the front.
    const shift = i == <i32>Region.PfnDatabase || i == <i32>Region.PageTables ? 0 : randomBelow(0x4000) << 21;
    unchecked((bases[i] = slotBase(slot) + shift));
    unchecked((ends[i] = unchecked(bases[i])));
  }
  return u32(unchecked(bases[<i32>Region.PageTables]) >> SLOT_BITS) & 511;
}

/** Makes the upper page table of every region but those that differ from process to process: all share it from their creation on. */
export function createSharedTables(): void {
  for (let i = 0; i < REGIONS; i++)
    if (i != <i32>Region.PageTables && i != <i32>Region.Session)
      tableFor(attachedRoot(), unchecked(bases[i]), 3);
  tableFor(attachedRoot(), slotBase(SHARED_DATA_SLOT), 3);
  tableFor(attachedRoot(), slotBase(HAL_SLOT), 3);
}

/** Lowest address of a region. */
export function regionBase(region: i32): u64 {
  return unchecked(bases[region]);
}

/** Lowest address of the slot that a region lies in. */
export function slotOf(region: i32): u64 {
  return slotBase(u32(unchecked(bases[region]) >> SLOT_BITS) & 511);
}

/** One more than the highest address that is reserved of a region. */
export function regionEnd(region: i32): u64 {
  return unchecked(ends[region]);
}

/** Whether an address lies in the slot of a region. */
export function isIn(region: i32, address: u64): bool {
  return address >> SLOT_BITS == unchecked(bases[region]) >> SLOT_BITS;
}

/** Sets addresses of a region aside, nothing mapped. `alignment` is a power of two. */
export function reserve(region: i32, bytes: u64, alignment: u64): u64 {
  const start = (unchecked(ends[region]) + alignment - 1) & ~(alignment - 1);
  unchecked((ends[region] = start + ((bytes + PAGE_SIZE - 1) & ~u64(PAGE_SIZE - 1))));
  return start;
}

/** Maps fresh zeroed frames to `pages` pages from `address` on. */
export function commit(address: u64, pages: u32, bits: u64): void {
  for (let i: u32 = 0; i < pages; i++)
    mapPage(attachedRoot(), address + u64(i) * PAGE_SIZE, takeFrame(FOR_KERNEL), bits);
}
