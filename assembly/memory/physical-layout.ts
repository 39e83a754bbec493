// How a machine's physical memory is cut up: what the firmware leaves, what the kernel and programs take, and what
// lies on the memory manager's lists.
//
//   64 MiB … 3 GiB   one bank of memory below the device hole
//   above            a second bank above 4 GiB; with two NUMA nodes it is cut where each has half of the memory
import { MMPFN } from '../generated/types';
import { offsetOf } from '../layout/fields';
import { PAGE_SIZE } from './arena';
import { createFrames } from './frames';
import { setAside } from '../hypervisor/region';
import {
  addRange,
  BAD,
  FOR_KERNEL,
  FOR_LARGE_PAGES,
  FOR_NOTHING,
  FOR_SYSTEM_ROOT,
  FOR_USER,
  FREE,
  MODIFIED,
  MODIFIED_NO_WRITE,
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
const FEW_LARGE_PAGES: u32 = 6; // the same where memory is scarce
const PRIORITIES: u32 = 8;
const DEFAULT_PRIORITY: u32 = 5;
const SCARCE: u32 = 0x20000; // 512 MiB
const FRAMES_PER_GIB: u32 = 0x40000;
const MOSTLY_IDLE_FROM: u32 = 128 * FRAMES_PER_GIB; // a server's memory waits for work on the zeroed list
const NO_WRITE_FRAMES: u32 = 24; // metadata of the file system, held back by its log
const BAD_FRAMES: u32 = 2;

let total: u32 = 0;
let nodes: u32 = 1;
let secondNode: u32 = 0;

/** Frames of memory that exist. */
export function physicalFrames(): u32 {
  return total;
}

/** NUMA nodes that the memory is spread over. */
export function nodeCount(): u32 {
  return nodes;
}

/** First frame of the second NUMA node; meaningless with one node. */
export function secondNodeBase(): u32 {
  return secondNode;
}

function add(base: u32, end: u32, location: u32, priority: u32, purpose: u32): u32 {
  if (end <= base) return base;
  addRange(base, end, location, priority, purpose);
  total += end - base;
  return end;
}

/**
 * Lays out `bytes` of memory, 64 MiB or more, spread over one or two NUMA nodes; above 3 GiB the rest lies above the
 * device hole. The last frames of the lower bank are not Windows': `secure` of the secure kernel, `hypervisor` of the
 * hypervisor.
 */
export function layOutMemory(bytes: u64, nodeTotal: u32, secure: u32, hypervisor: u32): void {
  const frames = u32(bytes / PAGE_SIZE);
  const low = min(frames, DEVICE_HOLE_START);
  const high = frames - low;
  const limit = high == 0 ? low : DEVICE_HOLE_END + high;
  createFrames(limit);
  total = 0;
  nodes = nodeTotal;
  secondNode = align(limit - frames / 2);

  const large = largePageFrames(limit);
  const largeIsHigh = high != 0 && large > low / 4;
  add(1, LOW_MEMORY_END, ZEROED, 0, FOR_NOTHING);
  add(EXTENDED_START, SYSTEM_ROOT, ZEROED, 0, FOR_KERNEL);
  add(SYSTEM_ROOT, SYSTEM_ROOT + 1, ZEROED, 0, FOR_SYSTEM_ROOT);
  const at = add(SYSTEM_ROOT + 1, align(SYSTEM_ROOT + kernelFrames(low)), ZEROED, 0, FOR_KERNEL);
  const top = low - secure - hypervisor;
  setAside(top, top + secure, low);
  addBank(at, top, largeIsHigh ? 0 : large, frames);
  if (high == 0) return;
  let base = DEVICE_HOLE_END;
  if (nodes == 2 && secondNode > DEVICE_HOLE_END) {
    base = addKernel(base, kernelFrames(secondNode - base));
    addBank(base, secondNode, largeIsHigh ? large : 0, frames);
    base = addKernel(secondNode, kernelFrames(limit - secondNode));
    addBank(base, limit, 0, frames);
    return;
  }
  if (high >= FRAMES_PER_GIB * 4) base = addKernel(base, kernelFrames(high));
  addBank(base, limit, largeIsHigh ? large : 0, frames);
}

function align(frame: u32): u32 {
  return (frame + LARGE_PAGE_FRAMES - 1) & ~(LARGE_PAGE_FRAMES - 1);
}

function largePageFrames(limit: u32): u32 {
  const databaseBytes = u64(limit) * offsetOf(MMPFN.SIZE);
  const databasePages = u32(databaseBytes / (LARGE_PAGE_FRAMES * PAGE_SIZE)) + 1;
  const others = limit < SCARCE ? FEW_LARGE_PAGES : LARGE_PAGES_BESIDE_DATABASE;
  return (databasePages + others) * LARGE_PAGE_FRAMES;
}

/** What a bank of memory sets aside for the kernel: less of it, the larger it is. */
function kernelFrames(bank: u32): u32 {
  if (bank < SCARCE) return bank / 3;
  if (bank < FRAMES_PER_GIB * 4) return bank / 6;
  return bank / 16;
}

function addKernel(base: u32, frames: u32): u32 {
  return add(base, align(base + frames), ZEROED, 0, FOR_KERNEL);
}

/** What the kernel leaves of a bank: large pages, programs, and the lists. */
function addBank(base: u32, end: u32, large: u32, machine: u32): void {
  let at = large == 0 ? base : add(base, base + large, ZEROED, 0, FOR_LARGE_PAGES);
  const rest = end - at;
  at = add(at, at + rest / 2, ZEROED, 0, FOR_USER);
  at = add(at, at + rest / 64, FREE, 0, FOR_NOTHING);
  at = add(at, at + rest / 64, MODIFIED, DEFAULT_PRIORITY, FOR_NOTHING);
  if (base < DEVICE_HOLE_START) {
    at = add(at, at + NO_WRITE_FRAMES, MODIFIED_NO_WRITE, DEFAULT_PRIORITY, FOR_NOTHING);
    at = add(at, at + BAD_FRAMES, BAD, 0, FOR_NOTHING);
  }
  const idle = machine >= MOSTLY_IDLE_FROM ? ((end - at) / 4) * 3 : (end - at) / 8;
  at = add(at, at + idle, ZEROED, 0, FOR_NOTHING);
  addStandby(at, end);
}

/** Standby lists of each priority, most of it at the default one. */
function addStandby(base: u32, end: u32): void {
  const share = (end - base) / 16;
  let at = base;
  for (let priority: u32 = 0; priority < PRIORITIES; priority++) {
    const frames = priority == DEFAULT_PRIORITY ? share * 9 : share;
    at = add(at, priority == PRIORITIES - 1 ? end : at + frames, STANDBY, priority, FOR_NOTHING);
  }
}
