// What the kernel's half maps, counted from its page tables region by region.
import { Region, regionBase } from '../../memory/address-space';
import { copyFrame, frameWord } from '../../memory/frames';
import { frameOf, LARGE, PRESENT } from '../../paging/pte';
import { indexAt, PML4_LEVEL } from '../../paging/tables';
import { systemPml4 } from '../processes/process';

const REGIONS: i32 = 15;
const ENTRIES: u32 = 512;
const LARGE_PAGE_FRAMES: u64 = 512;
const SHARED_DATA: u64 = 0xfffff78000000000;

const pages = new StaticArray<u64>(REGIONS + 1);
let tables: u64 = 0;
const entries: usize = memory.data(4096 * 4, 16); // a copy of the table of each level, for rendered ones

/** Counts anew. */
export function countKernelPages(): void {
  tables = 1; // the PML4
  for (let region = 0; region < REGIONS; region++)
    unchecked((pages[region] = region == <i32>Region.PageTables ? 0 : pagesBelow(regionBase(region))));
  unchecked((pages[REGIONS] = pagesBelow(SHARED_DATA)));
}

function pagesBelow(address: u64): u64 {
  const slot = frameWord(systemPml4(), indexAt(address, PML4_LEVEL));
  return slot & PRESENT ? pagesIn(frameOf(slot), PML4_LEVEL - 1) : 0;
}

function pagesIn(table: u32, level: i32): u64 {
  tables++;
  const copy = entries + usize(level - 1) * 4096;
  copyFrame(table, copy);
  let found: u64 = 0;
  for (let i: u32 = 0; i < ENTRIES; i++) {
    const entry = load<u64>(copy + i * 8);
    if ((entry & PRESENT) == 0) continue;
    if (level == 1) found++;
    else if (entry & LARGE) found += LARGE_PAGE_FRAMES;
    else found += pagesIn(frameOf(entry), level - 1);
  }
  return found;
}

/** Pages that a region had mapped when {@link countKernelPages} was last called. */
export function pagesInRegion(region: i32): u64 {
  return unchecked(pages[region]);
}

/** Page tables of the kernel's half then, the PML4 among them. */
export function kernelTables(): u64 {
  return tables;
}

/** Page tables of a process: its PML4 and what hangs below it in user mode's half. */
export function processTables(root: u32): u64 {
  return 1 + tablesBelow(root, PML4_LEVEL, ENTRIES / 2);
}

function tablesBelow(table: u32, level: i32, count: u32): u64 {
  if (level == 1) return 0;
  const copy = entries + usize(level - 1) * 4096;
  copyFrame(table, copy);
  let found: u64 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const entry = load<u64>(copy + i * 8);
    if ((entry & PRESENT) == 0 || (entry & LARGE) != 0) continue;
    found += 1 + tablesBelow(frameOf(entry), level - 1, ENTRIES);
  }
  return found;
}
