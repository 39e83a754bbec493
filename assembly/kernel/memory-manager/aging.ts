// A machine that has run for hours: parts of what programs once used have left their working sets.
import { KPROCESS } from '../../generated/types';
import { PAGE_SIZE } from '../../memory/arena';
import { copyFrame, isSeeded } from '../../memory/frames';
import { getField } from '../../memory/virtual';
import { frameOf, LARGE, PRESENT } from '../../paging/pte';
import { hash } from '../../random';
import { repurposePage, trimPage, writePage } from './working-set';

const LOOKED_AT: u32 = 1024; // pages of a process
const ENTRIES: u64 = 512;
const PAGE_BITS: u64 = 12;
const LEVEL_BITS: u64 = 9;

// Of 32 private pages, so many were trimmed; of these, so many were written out, and so many of those given away.
const SHARES: u64 = 32;
const TRIMMED: u64 = 5;
const WRITTEN: u64 = 3;
const GIVEN_AWAY: u64 = 1;

const tables: usize = memory.data(16384, 16); // one of each level as it was when its turn came

let left: u32 = 0;

/** Lets pages of a process's program data grow old, never those that the kernel itself has written to. */
export function ageWorkingSet(process: u64): void {
  left = LOOKED_AT;
  age(process, u32(getField(process, KPROCESS.DirectoryTableBase) >> 12), 4, 0, ENTRIES / 2);
}

function age(process: u64, table: u32, level: u64, base: u64, count: u64): void {
  const span = u64(1) << (PAGE_BITS + LEVEL_BITS * (level - 1));
  const entries = tables + usize(level - 1) * PAGE_SIZE;
  copyFrame(table, entries); // what grows old changes its own entry alone
  for (let i: u64 = 0; i < count && left > 0; i++) {
    const entry = load<u64>(entries + usize(i) * 8);
    if ((entry & PRESENT) == 0 || (entry & LARGE) != 0) continue;
    const address = base + i * span;
    if (level > 1) age(process, frameOf(entry), level - 1, address, ENTRIES);
    else if (isSeeded(frameOf(entry))) {
      left--;
      agePage(process, address, hash(process, address) % SHARES);
    }
  }
}

function agePage(process: u64, address: u64, share: u64): void {
  if (share >= TRIMMED || !trimPage(process, address)) return;
  if (share >= WRITTEN || !writePage(process, address)) return;
  if (share < GIVEN_AWAY) repurposePage(process, address);
}
