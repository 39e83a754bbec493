// What a virtual trust level of the root partition sees of physical memory: EPT tables that map every address to
// itself in the largest pages that fit, and leave out what the level must not see.
import { LAB_HV_GPA_SPACE } from '../generated/types';
import { writableFrame } from '../memory/frames';
import { setField } from '../memory/virtual';
import { takeHypervisorFrame } from './region';

const LEVELS: i32 = 4;
const ENTRY_READ: u64 = 1;
const ENTRY_WRITE: u64 = 2;
const ENTRY_EXECUTE: u64 = 4;
const ENTRY_WRITE_BACK: u64 = 6 << 3;
const ENTRY_LARGE: u64 = 1 << 7;
const ACCESS: u64 = ENTRY_READ | ENTRY_WRITE | ENTRY_EXECUTE;
const FRAME_MASK: u64 = 0x000ffffffffff000;
const LARGEST_LEVEL: i32 = 3; // pages of 1 GiB

let root: u32 = 0;
let mapped: u64 = 0;
let tables: u64 = 0;

/** Begins a GPA space. */
export function beginGpaSpace(): void {
  root = takeHypervisorFrame();
  mapped = 0;
  tables = 1;
}

/** Maps frames `from` to `to` - 1 to themselves. */
export function mapToItself(from: u32, to: u32): void {
  let pfn = from;
  while (pfn < to) {
    let level = LARGEST_LEVEL;
    while (level > 1 && ((pfn & (pagesAt(level) - 1)) != 0 || to - pfn < pagesAt(level))) level--;
    store<u64>(
      slotFor(pfn, level),
      (u64(pfn) << 12) | ACCESS | ENTRY_WRITE_BACK | (level > 1 ? ENTRY_LARGE : 0),
    );
    mapped += pagesAt(level);
    pfn += pagesAt(level);
  }
}

/** Frames that one entry at a level maps. */
function pagesAt(level: i32): u32 {
  return u32(1) << u32(9 * (level - 1));
}

/** Host address of the entry at `level` for a frame; makes the tables above it. */
function slotFor(pfn: u32, level: i32): usize {
  let slot = slotIn(root, pfn, LEVELS);
  for (let at = LEVELS; at > level; at--) {
    let entry = load<u64>(slot);
    if (entry == 0) {
      entry = (u64(takeHypervisorFrame()) << 12) | ACCESS;
      store<u64>(slot, entry);
      tables++;
    }
    slot = slotIn(u32((entry & FRAME_MASK) >> 12), pfn, at - 1);
  }
  return slot;
}

function slotIn(table: u32, pfn: u32, level: i32): usize {
  return writableFrame(table) + usize((u64(pfn) >> u64(9 * (level - 1))) & 511) * 8;
}

/** Ends the GPA space: describes it in the LAB_HV_GPA_SPACE at `space`. */
export function endGpaSpace(space: u64, partition: u64, vtl: u32): void {
  setField(space, LAB_HV_GPA_SPACE.Partition, partition);
  setField(space, LAB_HV_GPA_SPACE.Vtl, vtl);
  setField(space, LAB_HV_GPA_SPACE.Levels, LEVELS);
  setField(space, LAB_HV_GPA_SPACE.RootTable, u64(root) << 12);
  setField(space, LAB_HV_GPA_SPACE.MappedPages, mapped);
  setField(space, LAB_HV_GPA_SPACE.TablePages, tables);
}
