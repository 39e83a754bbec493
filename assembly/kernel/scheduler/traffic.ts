// What programs keep doing besides running: pages leave working sets and come back, handles come and go.
import { EPROCESS, KPROCESS, KPRCB } from '../../generated/types';
import { allocateTable } from '../../memory/arena';
import { frameWord, isSeeded } from '../../memory/frames';
import { addToField, getField } from '../../memory/virtual';
import { frameOf, LARGE, PRESENT } from '../../paging/pte';
import { faultPage, trimPage } from '../memory-manager/working-set';
import { closeHandle, openHandle } from '../objects/handles';
import { Cpu, Party, Task } from './tasks';

/** Pages of a process that it does without from time to time. */
const PAGES: u32 = 24;
const SPACING: u32 = 5; // of the pages that are looked at, one in so many is taken
const ENTRIES: u64 = 512;
const PAGE_BITS: u64 = 12;
const LEVEL_BITS: u64 = 9;
// Of 64 bursts, so many move a page, and open or close a handle.
const CHANCES: u64 = 64;
const PAGE_MOVES: u64 = 2;
const HANDLE_MOVES: u64 = 6;
const QUERY_ACCESS: u32 = 0x1000; // PROCESS_QUERY_LIMITED_INFORMATION

let found: u32 = 0;
let looked: u32 = 0;

/** Chooses pages of a process's own data, whose contents follow from the seed. To be called before time passes. */
export function choosePages(party: Party): void {
  found = 0;
  looked = 0;
  const root = u32(getField(party.process, KPROCESS.DirectoryTableBase) >> PAGE_BITS);
  party.pages = allocateTable(usize(PAGES) << 3);
  search(party, root, 4, 0, ENTRIES / 2);
  party.pageCount = found;
}

function search(party: Party, table: u32, level: u64, base: u64, count: u64): void {
  const span = u64(1) << (PAGE_BITS + LEVEL_BITS * (level - 1));
  for (let i: u64 = 0; i < count && found < PAGES; i++) {
    const entry = frameWord(table, u32(i));
    if ((entry & PRESENT) == 0 || (entry & LARGE) != 0) continue;
    const address = base + i * span;
    if (level > 1) search(party, frameOf(entry), level - 1, address, ENTRIES);
    else if (isSeeded(frameOf(entry)) && looked++ % SPACING == 0)
      store<u64>(party.pages + (usize(found++) << 3), address);
  }
}

/** At the end of a burst, as its random bits say. */
export function stir(cpu: Cpu, party: Party, task: Task): void {
  const dice = (task.random >> 24) % CHANCES;
  if (dice < PAGE_MOVES) movePage(cpu, party, u32(task.random >> 34));
  else if (dice < HANDLE_MOVES) moveHandle(task);
}

/** Trims a page that is there, or faults in one that is not. */
function movePage(cpu: Cpu, party: Party, choice: u32): void {
  if (party.pageCount == 0) return;
  const address = load<u64>(party.pages + (usize(choice % party.pageCount) << 3));
  if (trimPage(party.process, address) || !faultPage(party.process, address)) return;
  addToField(cpu.prcb, KPRCB.MmPageFaultCount, 1);
  addToField(cpu.prcb, KPRCB.MmTransitionCount, 1);
}

/** Opens a handle to the task's own process, or closes the one it has opened. */
function moveHandle(task: Task): void {
  const table = getField(task.eprocess, EPROCESS.ObjectTable);
  if (table == 0) return;
  if (task.handle == 0) task.handle = openHandle(table, task.eprocess, QUERY_ACCESS, 0);
  else {
    closeHandle(table, task.handle);
    task.handle = 0;
  }
}
