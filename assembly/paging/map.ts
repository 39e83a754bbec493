// Mapping pages: the entry, and the frame's PFN entry that points back at it.
import { writableFrame } from '../memory/frames';
import { activate, share } from './pfn-database';
import { entryFor, LARGE } from './pte';
import { entryAddress, indexAt, tableFor } from './tables';

const LARGE_PAGE_FRAMES: u32 = 512;
const DEFAULT_PRIORITY: u32 = 5;

/** MM_PAGE access in software PTE form, kept in OriginalPte: 4 is read and write, as MmProtectToValue numbers them. */
const DEMAND_ZERO_READ_WRITE: u64 = 4 << 5;

/** Maps a frame that no other PTE maps. */
export function mapPage(root: u32, address: u64, pfn: u32, bits: u64): void {
  const table = tableFor(root, address, 1);
  store<u64>(writableFrame(table) + indexAt(address, 1) * 8, entryFor(pfn, bits));
  activate(pfn, entryAddress(address, 1), table, DEFAULT_PRIORITY, DEMAND_ZERO_READ_WRITE, false);
}

/** Maps a frame that another PTE owns already. */
export function mapShared(root: u32, address: u64, pfn: u32, bits: u64): void {
  const table = tableFor(root, address, 1);
  store<u64>(writableFrame(table) + indexAt(address, 1) * 8, entryFor(pfn, bits));
  share(pfn);
}

/** Maps 512 frames from `pfn` on as one 2 MiB page; each frame's PFN entry points at the one entry. */
export function mapLargePage(root: u32, address: u64, pfn: u32, bits: u64): void {
  const table = tableFor(root, address, 2);
  store<u64>(writableFrame(table) + indexAt(address, 2) * 8, entryFor(pfn, bits | LARGE));
  for (let i: u32 = 0; i < LARGE_PAGE_FRAMES; i++)
    activate(pfn + i, entryAddress(address, 2), table, DEFAULT_PRIORITY, 0, false);
}
