// Whose a frame is: followed from its PFN entry through page tables, sections and the kernel's lists, as a debugger
// would.
import { NT } from '../generated/symbols';
import {
  CLIENT_ID,
  CONTROL_AREA,
  EPROCESS,
  ETHREAD,
  EX_FAST_REF,
  FILE_OBJECT,
  KLDR_DATA_TABLE_ENTRY,
  KPROCESS,
  KTHREAD,
  LIST_ENTRY,
  MMPTE_SUBSECTION,
  MMSECTION_FLAGS,
  SUBSECTION,
  UNICODE_STRING,
} from '../generated/types';
import { get, offsetOf } from '../layout/fields';
import { isIn, Region } from '../memory/address-space';
import { PAGE_SIZE } from '../memory/arena';
import { beginPeeking, peek64, peekAt, peekField } from '../memory/peek';
import * as ranges from '../memory/ranges';
import {
  entryLocation,
  entryOriginalPte,
  entryPteAddress,
  entryPteFrame,
  isEntryShared,
} from '../paging/pfn-reader';
import { runAt, runAtOrAfter, runCount, RUN_LARGE } from '../paging/pfn-runs';
import {
  addressMappedBy,
  isEntryAddress,
  PML4_LEVEL,
  rootAddress,
  SYSTEM_RANGE_START,
} from '../paging/tables';
import { addressOf } from '../kernel/symbols';

const MOST_ENTRIES: u32 = 1 << 20; // a list with more is going in circles
const FAST_REFERENCES: u64 = 15;
const LONGEST_TEXT: u64 = 1024;
const scratch: usize = memory.data(8, 8);

let address: u64 = 0;
let process: u64 = 0;
let threadId: u64 = 0;
let area: u64 = 0;
let isImage: u64 = 0;
let name: u64 = 0; // UNICODE_STRING

/** To be called before the first question after anything was written. */
export function beginOwners(): void {
  beginPeeking();
}

/**
 * Writes whose a frame is to `target` as u64: the address it is mapped at, the process, id of the thread, control area,
 * whether that is an image's, bytes of a name; then the name. 0 stands for what it has none of.
 */
export function tellOwner(pfn: u32, target: usize): void {
  find(pfn);
  store<u64>(target, address);
  store<u64>(target, process, 8);
  store<u64>(target, threadId, 16);
  store<u64>(target, area, 24);
  store<u64>(target, isImage, 32);
  const bytes = name == 0 ? 0 : min(peekField(name, UNICODE_STRING.Length), LONGEST_TEXT);
  store<u64>(target, bytes, 40);
  if (bytes == 0) return;
  const text = peekField(name, UNICODE_STRING.Buffer);
  for (let i: u64 = 0; i < bytes; i += 2) store<u16>(target + 48 + usize(i), load<u16>(peekAt(text + i)));
}

function find(pfn: u32): void {
  address = 0;
  process = 0;
  threadId = 0;
  area = 0;
  isImage = 0;
  name = 0;
  const location = entryLocation(pfn);
  if (location == ranges.ZEROED || location == ranges.FREE || location == ranges.BAD) return;
  if (isEntryShared(pfn)) {
    findFile(entryOriginalPte(pfn));
    return;
  }
  const pte = entryPteAddress(pfn);
  if (!isEntryAddress(pte)) return;
  address = mappedAt(pfn, pte);
  if (isOfProcess()) process = processOf(rootOf(pfn));
  else if (isIn(<i32>Region.KernelStacks, address)) findThread();
  else if (isIn(<i32>Region.SystemImages, address) || isIn(<i32>Region.Session, address)) findModule();
}

/** Whether a page belongs to one process: its private memory, page tables of it, its PML4. */
function isOfProcess(): bool {
  let mapped = address;
  while (isEntryAddress(mapped) && mapped != rootAddress()) mapped = addressMappedBy(mapped);
  return mapped < SYSTEM_RANGE_START || address == rootAddress();
}

/** Where a private page is mapped. The PTE of a large page is that of its first frame. */
function mappedAt(pfn: u32, pte: u64): u64 {
  const next = runAtOrAfter(pfn);
  if (next == runCount() || runAt(next).base > pfn || runAt(next).kind != RUN_LARGE)
    return addressMappedBy(pte);
  const run = runAt(next);
  return addressMappedBy(addressMappedBy(pte)) + u64((pfn - run.base) % run.step) * PAGE_SIZE;
}

/** The PML4 above a page. */
function rootOf(pfn: u32): u32 {
  let table = pfn;
  for (let level = 0; level < PML4_LEVEL; level++) {
    const above = entryPteFrame(table);
    if (above == table) break;
    table = above;
  }
  return table;
}

/** The process whose PML4 is in frame `root`; hidden ones are on the scheduler's list at least. */
function processOf(root: u32): u64 {
  wantedRoot = root;
  return findProcess(
    (candidate) => peekField(candidate, KPROCESS.DirectoryTableBase) >> 12 == u64(wantedRoot),
  );
}

let wantedRoot: u32 = 0;

/** The first process of the kernel's two lists that `is` the one, 0 when none is. */
function findProcess(is: (process: u64) => bool): u64 {
  let found = findIn(addressOf(NT.PsActiveProcessHead), offsetOf(EPROCESS.ActiveProcessLinks), is);
  if (found == 0) found = findIn(addressOf(NT.KiProcessListHead), offsetOf(KPROCESS.ProcessListEntry), is);
  const idle = addressOf(NT.KiInitialProcess); // which is on no list, and has System's PML4
  return found == 0 && is(idle) ? idle : found;
}

function findIn(head: u64, link: u64, is: (process: u64) => bool): u64 {
  let entry = peek64(head);
  for (let i: u32 = 0; entry != head && entry != 0 && i < MOST_ENTRIES; i++) {
    if (is(entry - link)) return entry - link;
    entry = peekField(entry, LIST_ENTRY.Flink);
  }
  return 0;
}

/** The thread whose kernel stack the address is in. */
function findThread(): void {
  process = findProcess(hasThread);
}

function hasThread(owner: u64): bool {
  const head = owner + offsetOf(KPROCESS.ThreadListHead);
  let entry = peek64(head);
  for (let i: u32 = 0; entry != head && entry != 0 && i < MOST_ENTRIES; i++) {
    const at = entry - offsetOf(KTHREAD.ThreadListEntry);
    if (address >= peekField(at, KTHREAD.StackLimit) && address < peekField(at, KTHREAD.StackBase)) {
      threadId = peekField(at + offsetOf(ETHREAD.Cid), CLIENT_ID.UniqueThread);
      return true;
    }
    entry = peekField(entry, LIST_ENTRY.Flink);
  }
  return false;
}

function findModule(): void {
  const head = addressOf(NT.PsLoadedModuleList);
  let link = peek64(head);
  for (let i: u32 = 0; link != head && link != 0 && i < MOST_ENTRIES; i++) {
    const entry = link - offsetOf(KLDR_DATA_TABLE_ENTRY.InLoadOrderLinks);
    const base = peekField(entry, KLDR_DATA_TABLE_ENTRY.DllBase);
    if (address - base < peekField(entry, KLDR_DATA_TABLE_ENTRY.SizeOfImage)) {
      name = entry + offsetOf(KLDR_DATA_TABLE_ENTRY.BaseDllName);
      return;
    }
    link = peekField(link, LIST_ENTRY.Flink);
  }
}

/** The section that a prototype PTE belongs to, and its file. */
function findFile(original: u64): void {
  store<u64>(scratch, original);
  if (get(scratch, MMPTE_SUBSECTION.Prototype) == 0) return;
  // The field holds an address of the kernel's half without its upper bits.
  const subsection = u64(i64(get(scratch, MMPTE_SUBSECTION.SubsectionAddress) << 16) >> 16);
  area = peekField(subsection, SUBSECTION.ControlArea);
  isImage = peekField(area + offsetOf(CONTROL_AREA.u), MMSECTION_FLAGS.Image);
  const file = peekField(area + offsetOf(CONTROL_AREA.FilePointer), EX_FAST_REF.Value) & ~FAST_REFERENCES;
  if (file != 0) name = file + offsetOf(FILE_OBJECT.FileName);
}
