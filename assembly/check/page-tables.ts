// Page tables of every process: what they map is gathered for the PFN database, pages of user mode are held against
// their descriptors and working sets.
import { NT } from '../generated/symbols';
import { Rule, Visited } from '../generated/rules';
import { EPROCESS, KPROCESS, MMPFN, MMSUPPORT_FULL, MMSUPPORT_INSTANCE } from '../generated/types';
import { get, offsetOf } from '../layout/fields';
import { allocateTable, PAGE_SIZE } from '../memory/arena';
import { copyFrame, residentFrame } from '../memory/frames';
import { frameOf, LARGE, PRESENT } from '../paging/pte';
import { addressOf } from '../kernel/symbols';
import { AddressTable } from './address-table';
import { expect } from './expect';
import { frameLimit, noteMapping } from './frame-table';
import { checkLoader } from './loader';
import { peek64, readUserSpaceOf, slotOf, systemRoot, value } from './memory';
import { locationIn, pfnAddress, pfnEntry } from './pfn-entries';
import { nextProcess } from './processes';
import { broken, disagree, disagreeAt, NO_FIELD, visit } from './report';
import { beginSections, checkViewCounts } from './sections';
import { checkSessionPage, checkSessionSpaces, sessionEntryOf, sessionSlot } from './session-space';
import { checkUserHeaps } from './user-heaps';
import { checkVads, isDescribed } from './vads';
import { checkWow64 } from './wow64';

const ENTRIES: u32 = 512;
const KERNEL_HALF: u32 = 256;
const PML4_LEVEL: i32 = 4;
const LARGE_PAGE_FRAMES: u32 = 512;
/** Where every process sees KUSER_SHARED_DATA. */
const USER_SHARED_DATA: u64 = 0x7ffe0000;
const PROTOTYPE: u64 = 1 << 10; // bits of an entry that is not present
const TRANSITION: u64 = 1 << 11;
const STANDBY: u32 = 2; // _MMLISTS
const MODIFIED_NO_WRITE: u32 = 4;
const FRAME_BITS: u64 = 0x000ffffffffff000;

let copies: usize = 0; // a page for the table of each level, where it is rendered
let selfMap: u64 = 0; // nt!MmPteBase
let selfMapSlot: u32 = 0;
let slotOfSession: u32 = 0;
let tables: u64 = 0;
let privatePages: u64 = 0;
let userPages: u64 = 0;
const roots = new AddressTable();

/** Walks the kernel's half once and every process's own. */
export function checkPageTables(): void {
  if (copies == 0) copies = allocateTable(usize(PML4_LEVEL + 1) * PAGE_SIZE);
  selfMap = peek64(addressOf(NT.MmPteBase));
  selfMapSlot = slotOf(selfMap);
  slotOfSession = sessionSlot();
  roots.clear();
  beginSections();
  if (!mapsItself(systemRoot())) {
    disagreeAt(Rule.SelfMapIsThere, NO_FIELD, addressOf(NT.MmPteBase), systemRoot(), selfMap);
    return;
  }
  if (!seesItsSession(systemRoot(), 0)) return;
  below(systemRoot(), PML4_LEVEL, 0, KERNEL_HALF, ENTRIES);
  checkSessionSpaces((table, base) => {
    tables = 0;
    below(table, PML4_LEVEL - 1, base, 0, ENTRIES);
    return tables;
  });
  for (let process = nextProcess(0); process != 0; process = nextProcess(process)) {
    const base = value(process, KPROCESS.DirectoryTableBase);
    const root = frameOf(base);
    if (broken()) return;
    if (!mapsItself(root)) {
      disagree(Rule.ProcessHasOwnRoot, process, KPROCESS.DirectoryTableBase, 0, base);
      return;
    }
    readUserSpaceOf(root);
    checkVads(process);
    checkLoader(process);
    checkUserHeaps(process);
    checkWow64(process);
    if (roots.has(u64(root) << 12)) continue; // minimal processes may run on System's
    roots.set(u64(root) << 12, 1);
    if (!seesItsSession(root, sessionEntryOf(process))) return;
    if (root != systemRoot() && !sharesKernelHalf(root)) return;
    userPages = 0;
    privatePages = 0;
    below(root, PML4_LEVEL, 0, 0, KERNEL_HALF);
    checkWorkingSet(process);
    visit(Visited.AddressSpaces);
  }
  readUserSpaceOf(systemRoot());
  checkViewCounts();
}

/** Host address of a table, good until the next one of its level is asked for. */
function tableAt(pfn: u32, level: i32): usize {
  const resident = residentFrame(pfn);
  if (resident != 0) return resident;
  const copy = copies + usize(level) * PAGE_SIZE;
  copyFrame(pfn, copy);
  return copy;
}

function entryIn(table: usize, index: u32): u64 {
  return load<u64>(table + usize(index) * 8);
}

/** Whether a frame can be a PML4: it names itself in the slot of the self-map. */
function mapsItself(root: u32): bool {
  if (root >= frameLimit()) return false;
  const entry = entryIn(tableAt(root, 0), selfMapSlot);
  return (entry & PRESENT) != 0 && frameOf(entry) == root;
}

/** Whether an address is that of a page-table entry. To be asked after {@link checkPageTables}. */
export function isInSelfMap(address: u64): bool {
  return address >> 39 == selfMap >> 39;
}

function sharesKernelHalf(root: u32): bool {
  for (let index = KERNEL_HALF; index < ENTRIES; index++) {
    if (index == selfMapSlot || index == slotOfSession) continue;
    const shared = entryIn(tableAt(systemRoot(), 0), index);
    const own = entryIn(tableAt(root, 1), index);
    if (own != shared)
      return disagreeAt(Rule.KernelHalfIsShared, NO_FIELD, (u64(root) << 12) + index * 8, shared, own);
  }
  noteMapping(root, entryAddress(selfMap, PML4_LEVEL), root);
  return true;
}

/** Whether the entry for session space is the one of the process's session. */
function seesItsSession(root: u32, expected: u64): bool {
  const own = entryIn(tableAt(root, 1), slotOfSession);
  if (own == expected) return true;
  return disagreeAt(
    Rule.ProcessSeesItsSession,
    NO_FIELD,
    (u64(root) << 12) + slotOfSession * 8,
    expected,
    own,
  );
}

/** Address in the self-map of the entry at `level` that maps `address`. */
function entryAddress(address: u64, level: i32): u64 {
  let at = address;
  for (let i = 0; i < level; i++) at = selfMap + ((at & 0x0000ffffffffffff) >> 12) * 8;
  return at;
}

function canonical(address: u64): u64 {
  return u64(i64(address << 16) >> 16);
}

/** Notes every present entry under a table, entries `from` to `to` - 1; `base` is the first address of the table. */
function below(pfn: u32, level: i32, base: u64, from: u32, to: u32): void {
  const shift = u64(12 + 9 * (level - 1));
  const firstEntry = entryAddress(canonical(base), level);
  const table = tableAt(pfn, level);
  visit(Visited.PageTables);
  tables++;
  for (let index = from; index < to; index++) {
    const entry = entryIn(table, index);
    if ((entry & PRESENT) == 0) {
      if (isTransition(entry)) checkTransition(entry, firstEntry + u64(index) * 8, pfn);
      continue;
    }
    if (broken()) return;
    const address = canonical(base | (u64(index) << shift));
    const frame = u32(min((entry & FRAME_BITS) >> 12, u64(u32.MAX_VALUE)));
    const isLarge = level > 1 && (entry & LARGE) != 0;
    const frames = isLarge ? LARGE_PAGE_FRAMES : 1;
    if (u64(frame) + frames > frameLimit() || (isLarge && level > 2)) {
      disagreeAt(Rule.FrameExists, NO_FIELD, firstEntry + u64(index) * 8, frameLimit(), frame);
      return;
    }
    for (let i: u32 = 0; i < frames; i++) noteMapping(frame + i, firstEntry + u64(index) * 8, pfn);
    if (level == 1 || isLarge) leaf(address, frame, frames, entry);
    else if (level != PML4_LEVEL || index != selfMapSlot)
      below(frame, level - 1, address & 0x0000ffffffffffff, 0, ENTRIES);
  }
}

/** Whether an entry that is not present names a frame on its way out: MMPTE_TRANSITION. */
export function isTransition(entry: u64): bool {
  return (entry & (PRESENT | PROTOTYPE | TRANSITION)) == TRANSITION;
}

/** The frame of a page in transition is on a list, and names the PTE. */
function checkTransition(entry: u64, pte: u64, table: u32): void {
  const rule = Rule.TransitionLeadsToFrame;
  const pfn = frameOf(entry);
  const found = pfn < frameLimit() ? pfnEntry(pfn) : 0;
  if (found == 0 || locationIn(found) - STANDBY > MODIFIED_NO_WRITE - STANDBY)
    disagreeAt(rule, NO_FIELD, pte, STANDBY, found == 0 ? pfn : locationIn(found));
  else if (get(found, MMPFN.PteAddress) != pte)
    disagree(rule, pfnAddress(pfn), MMPFN.PteAddress, pte, get(found, MMPFN.PteAddress));
  else if (get(found, MMPFN.u4_PteFrame) != table)
    disagree(rule, pfnAddress(pfn), MMPFN.u4_PteFrame, table, get(found, MMPFN.u4_PteFrame));
  visit(Visited.PagesInTransition);
}

function leaf(address: u64, frame: u32, frames: u32, mapping: u64): void {
  visit(Visited.MappedPages, frames);
  if (address >> 63 != 0) {
    if (slotOf(address) == slotOfSession) checkSessionPage(address, mapping);
    return;
  }
  if (!isDescribed(address >> 12)) {
    disagreeAt(Rule.UserPageIsDescribed, NO_FIELD, address, 1, 0);
    return;
  }
  if (address == USER_SHARED_DATA) return; // in nobody's working set: it never leaves memory
  userPages += frames;
  const entry = pfnEntry(frame);
  if (entry != 0 && get(entry, MMPFN.u4_PrototypePte) == 0) privatePages += frames;
}

/** The pages counted are those that the process's tables map. */
function checkWorkingSet(process: u64): void {
  const instance = process + offsetOf(EPROCESS.Vm) + offsetOf(MMSUPPORT_FULL.Instance);
  expect(Rule.WorkingSetIsCounted, instance, MMSUPPORT_INSTANCE.WorkingSetSize, userPages);
  expect(Rule.WorkingSetIsCounted, instance, MMSUPPORT_INSTANCE.WorkingSetPrivateSize, privatePages);
}
