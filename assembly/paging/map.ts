// Mapping pages: the entry, and the frame's PFN entry that points back at it.
import { PAGE_SIZE } from '../memory/arena';
import { writableFrame } from '../memory/frames';
import { fillWithEntries } from '../memory/entry-pages';
import { FOR_KERNEL, takeRun } from '../memory/ranges';
import { forget } from '../memory/virtual';
import { freeFrame } from './frame-states';
import { activate, describeRun, share } from './pfn-database';
import { RUN_LARGE, RUN_PRIVATE } from './pfn-runs';
import { entryFor, frameOf, LARGE } from './pte';
import { entryAddress, indexAt, linkTable, tableFor } from './tables';

const LARGE_PAGE_FRAMES: u32 = 512;
const TABLE_ENTRIES: u32 = 512;
const DEFAULT_PRIORITY: u32 = 5;

/** MM_PAGE access in software PTE form, kept in OriginalPte: 4 is read and write, as MmProtectToValue numbers them. */
const DEMAND_ZERO_READ_WRITE: u64 = 4 << 5;

/** Maps a frame that no other PTE maps. */
export function mapPage(root: u32, address: u64, pfn: u32, bits: u64): void {
  const table = tableFor(root, address, 1);
  store<u64>(writableFrame(table) + indexAt(address, 1) * 8, entryFor(pfn, bits));
  activate(pfn, entryAddress(address, 1), table, DEFAULT_PRIORITY, DEMAND_ZERO_READ_WRITE, false);
}

/** Takes away the mapping of a page that no other PTE maps, and gives its frame back. */
export function unmapPage(root: u32, address: u64): void {
  const entry = writableFrame(tableFor(root, address, 1)) + indexAt(address, 1) * 8;
  const pfn = frameOf(load<u64>(entry));
  store<u64>(entry, 0);
  forget(address);
  freeFrame(pfn);
}

/** Maps a frame that another PTE owns already. */
export function mapShared(root: u32, address: u64, pfn: u32, bits: u64): void {
  const table = tableFor(root, address, 1);
  store<u64>(writableFrame(table) + indexAt(address, 1) * 8, entryFor(pfn, bits));
  share(pfn);
}

/** Writes an entry that maps nothing but says what the page is: demand zero, in the page file, a prototype's. */
export function storeInvalid(root: u32, address: u64, entry: u64): void {
  store<u64>(writableFrame(tableFor(root, address, 1)) + indexAt(address, 1) * 8, entry);
}

/** Maps `pages` consecutive frames that each have a prototype PTE, which counts this one mapping already. */
export function mapPages(root: u32, address: u64, pfn: u32, pages: u32, bits: u64): void {
  for (let i: u32 = 0; i < pages; i++) {
    const at = address + u64(i) * PAGE_SIZE;
    store<u64>(writableFrame(tableFor(root, at, 1)) + indexAt(at, 1) * 8, entryFor(pfn + i, bits));
  }
}

/** Maps 512 frames from `pfn` on as one 2 MiB page; each frame's PFN entry points at the one entry. */
export function mapLargePage(root: u32, address: u64, pfn: u32, bits: u64): void {
  const table = tableFor(root, address, 2);
  store<u64>(writableFrame(table) + indexAt(address, 2) * 8, entryFor(pfn, bits | LARGE));
  describeRun(pfn, LARGE_PAGE_FRAMES, RUN_LARGE, DEFAULT_PRIORITY, entryAddress(address, 2), table, 0);
}

/**
 * Maps `pages` consecutive frames from `pfn` on, which no other PTE maps. Page tables that this fills are rendered,
 * and so are the frames' PFN entries. No page of the stretch may have been mapped before.
 */
export function mapRun(root: u32, address: u64, pfn: u32, pages: u32, bits: u64): void {
  let done: u32 = 0;
  while (done < pages) {
    const at = address + u64(done) * PAGE_SIZE;
    const index = indexAt(at, 1);
    const whole = index == 0 ? ((pages - done) / TABLE_ENTRIES) * TABLE_ENTRIES : 0;
    const tables = whole == 0 ? 0 : takeRun(FOR_KERNEL, whole / TABLE_ENTRIES);
    if (tables == 0) {
      const part = min(TABLE_ENTRIES - index, pages - done);
      for (let i: u32 = 0; i < part; i++) mapPage(root, at + u64(i) * PAGE_SIZE, pfn + done + i, bits);
      done += part;
      continue;
    }
    for (let i: u32 = 0; i < whole / TABLE_ENTRIES; i++) {
      fillWithEntries(tables + i, pfn + done + i * TABLE_ENTRIES, 0, TABLE_ENTRIES, bits);
      linkTable(root, at + u64(i) * TABLE_ENTRIES * PAGE_SIZE, tables + i);
    }
    const pte = entryAddress(at, 1);
    describeRun(pfn + done, whole, RUN_PRIVATE, DEFAULT_PRIORITY, pte, tables, DEMAND_ZERO_READ_WRITE);
    done += whole;
  }
}
