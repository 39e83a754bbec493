// How a machine's physical memory is cut up: what the firmware leaves, what the kernel and programs take, and what
// lies on the memory manager's lists.
import { MMPFN } from '../generated/types';
import { offsetOf } from '../layout/fields';
import { PAGE_SIZE } from './arena';
import { createFrames } from './frames';
import {
  addRange,
  FOR_KERNEL,
  FOR_LARGE_PAGES,
  FOR_SYSTEM_ROOT,
  FOR_USER,
  FREE,
  MODIFIED,
  STANDBY,
  ZEROED,
} from './ranges';

const LARGE_PAGE_FRAMES: u32 = 512;
const LOW_MEMORY_END: u32 = 0x9f; // below the legacy video and BIOS area
const EXTENDED_START: u32 = 0x100; // 1 MiB
const SYSTEM_ROOT: u32 = 0x1ad; // where boot loaders put the System process's PML4: scanners look there
const DEVICE_HOLE_START: u32 = 0xc0000; // 3 GiB: device memory up to 4 GiB
const DEVICE_HOLE_END: u32 = 0x100000;
const LARGE_PAGES_BESIDE_DATABASE: u32 = 16; // kernel image
const SCARCE: u32 = 0x10000; // machines with less than 256 MiB keep fewer large pages
const FEW_LARGE_PAGES: u32 = 5;
const NO_PURPOSE: u32 = 0;
const PRIORITIES: u32 = 8;

let total: u32 = 0;

/** Frames of memory that exist. */
export function physicalFrames(): u32 {
  return total;
}

function add(base: u32, end: u32, location: u32, priority: u32, purpose: u32): u32 {
  if (end <= base) return base;
  addRange(base, end, location, priority, purpose);
  total += end - base;
  return end;
}

/** Lays out `bytes` of memory, 64 MiB or more; above 3 GiB the rest lies above the device hole. */
export function layOutMemory(bytes: u64): void {
  const frames = u32(bytes / PAGE_SIZE);
  const low = min(frames, DEVICE_HOLE_START);
  const high = frames - low;
  const limit = high == 0 ? low : DEVICE_HOLE_END + high;
  createFrames(limit);
  total = 0;

  add(1, LOW_MEMORY_END, ZEROED, 0, NO_PURPOSE);
  add(EXTENDED_START, SYSTEM_ROOT, ZEROED, 0, FOR_KERNEL);
  add(SYSTEM_ROOT, SYSTEM_ROOT + 1, ZEROED, 0, FOR_SYSTEM_ROOT);
  const kernelFrames = min(frames / 4, u32(0x18000));
  let at = add(SYSTEM_ROOT + 1, align(SYSTEM_ROOT + kernelFrames), ZEROED, 0, FOR_KERNEL);
  const databaseBytes = u64(limit) * offsetOf(MMPFN.SIZE);
  const databasePages = u32(databaseBytes / (LARGE_PAGE_FRAMES * PAGE_SIZE)) + 2;
  at = add(
    at,
    at +
      (databasePages + (frames < SCARCE ? FEW_LARGE_PAGES : LARGE_PAGES_BESIDE_DATABASE)) * LARGE_PAGE_FRAMES,
    ZEROED,
    0,
    FOR_LARGE_PAGES,
  );
  const rest = low - at;
  at = add(at, at + rest / 2, ZEROED, 0, FOR_USER);
  at = add(at, at + rest / 64, FREE, 0, NO_PURPOSE);
  at = add(at, at + rest / 64, MODIFIED, 0, NO_PURPOSE);
  addStandby(at, low);
  if (high == 0) return;
  add(DEVICE_HOLE_END, DEVICE_HOLE_END + high / 2, ZEROED, 0, NO_PURPOSE);
  addStandby(DEVICE_HOLE_END + high / 2, limit);
}

function align(frame: u32): u32 {
  return (frame + LARGE_PAGE_FRAMES - 1) & ~(LARGE_PAGE_FRAMES - 1);
}

/** Standby lists of each priority, most of it at the default one. */
function addStandby(base: u32, end: u32): void {
  const share = (end - base) / 16;
  let at = base;
  for (let priority: u32 = 0; priority < PRIORITIES; priority++) {
    const frames = priority == 5 ? share * 9 : share;
    at = add(at, priority == PRIORITIES - 1 ? end : at + frames, STANDBY, priority, NO_PURPOSE);
  }
}
