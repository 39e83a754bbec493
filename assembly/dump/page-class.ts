// What a frame in use is, decided from its PFN entry and the page table or prototype PTE that the entry leads to.
// LiveKd's page types are the model; names and meanings are in sim/livedump/page-classes.json, in the same order.
import { CONTROL_AREA, MMPTE_SUBSECTION, MMSECTION_FLAGS, SUBSECTION } from '../generated/types';
import { get } from '../layout/fields';
import { isIn, Region } from '../memory/address-space';
import { at, getField } from '../memory/virtual';
import * as ranges from '../memory/ranges';
import { entryLocation, entryOriginalPte, entryPteAddress, isEntryShared } from '../paging/pfn-reader';
import { Run, RUN_FILE, RUN_LARGE } from '../paging/pfn-runs';
import { addressMappedBy, isEntryAddress, rootAddress, SYSTEM_RANGE_START } from '../paging/tables';

/** In the order in which a page budget is spent. What is not in use has no class. */
export const enum PageClass {
  Required = 0,
  Important = 1,
  PageTable = 2,
  KernelStack = 3,
  NonPagedPool = 4,
  Driver = 5,
  SystemPte = 6,
  Session = 7,
  PagedPool = 8,
  PfnDatabase = 9,
  OtherKernel = 10,
  Hypervisor = 11,
  UserPageTable = 12,
  ProcessPrivate = 13,
  SharedSection = 14,
  MappedFile = 15,
  HypervisorNonessential = 16,
  FileCache = 17,
  Lent = 18,
}

/** Classes that a mask may have. */
export const CLASSES: i32 = 19;
/** What is not in use: on a list of the memory manager, or never given out. */
export const NO_CLASS: i32 = -1;

/** Class of a frame that no run describes. */
export function classOfFrame(pfn: u32): i32 {
  if (entryLocation(pfn) != ranges.ACTIVE) return isSwappedStack(pfn) ? <i32>PageClass.KernelStack : NO_CLASS;
  if (isEntryShared(pfn)) return classOfShared(entryOriginalPte(pfn));
  return classOfPte(entryPteAddress(pfn));
}

/** Whether a frame on its way out is a kernel stack's: debuggers read it through its PTE in transition. */
function isSwappedStack(pfn: u32): bool {
  const location = entryLocation(pfn);
  if ((location != ranges.MODIFIED && location != ranges.STANDBY) || isEntryShared(pfn)) return false;
  const pte = entryPteAddress(pfn);
  return isEntryAddress(pte) && isIn(<i32>Region.KernelStacks, addressMappedBy(pte));
}

/** Class of all frames of a run. */
export function classOfRun(run: Run): i32 {
  if (run.kind == RUN_FILE) return classOfShared(run.originalPte);
  if (run.kind == RUN_LARGE) return classOfAddress(addressMappedBy(addressMappedBy(run.pteAddress)));
  return classOfPte(run.pteAddress);
}

/** Class of a page that a prototype PTE names; `original` says what backs it. */
function classOfShared(original: u64): i32 {
  store<u64>(scratch, original);
  if (get(scratch, MMPTE_SUBSECTION.Prototype) == 0) return <i32>PageClass.SharedSection;
  // The field holds an address of the kernel's half without its upper bits.
  const subsection = u64(i64(get(scratch, MMPTE_SUBSECTION.SubsectionAddress) << 16) >> 16);
  if (subsection == lastSubsection) return lastClass;
  lastSubsection = subsection;
  lastClass = isCacheOnly(getField(subsection, SUBSECTION.ControlArea))
    ? <i32>PageClass.FileCache
    : <i32>PageClass.MappedFile;
  return lastClass;
}

const scratch: usize = memory.data(8, 8);
let lastSubsection: u64 = 0; // consecutive frames are mostly of the same file
let lastClass: i32 = 0;

/** Forgets what {@link classOfFrame} remembers from frame to frame: views may have come and gone. */
export function beginClasses(): void {
  lastSubsection = 0;
}

/** Whether only the cache manager maps a file. */
function isCacheOnly(area: u64): bool {
  if (getField(at(area, CONTROL_AREA.u), MMSECTION_FLAGS.Image) != 0) return false;
  const cached = getField(area, CONTROL_AREA.u2_e2_NumberOfSystemCacheViews);
  return cached != 0 && getField(area, CONTROL_AREA.NumberOfMappedViews) <= cached;
}

/** Class of a page that the PTE at an address maps. */
function classOfPte(pte: u64): i32 {
  // What owns a session's top page table is an entry in its MM_SESSION_SPACE.
  if (!isEntryAddress(pte))
    return <i32>(isIn(<i32>Region.SystemPtes, pte) ? PageClass.PageTable : PageClass.OtherKernel);
  const address = addressMappedBy(pte);
  if (isEntryAddress(address)) return classOfTable(address);
  return classOfAddress(address);
}

function classOfAddress(address: u64): i32 {
  if (address < SYSTEM_RANGE_START) return <i32>PageClass.ProcessPrivate;
  if (isIn(<i32>Region.NonPagedPool, address)) return <i32>PageClass.NonPagedPool;
  if (isIn(<i32>Region.PagedPool, address)) return <i32>PageClass.PagedPool;
  if (isIn(<i32>Region.KernelStacks, address)) return <i32>PageClass.KernelStack;
  if (isIn(<i32>Region.SystemImages, address)) return <i32>PageClass.Driver;
  if (isIn(<i32>Region.SystemPtes, address)) return <i32>PageClass.SystemPte;
  if (isIn(<i32>Region.PfnDatabase, address)) return <i32>PageClass.PfnDatabase;
  if (isIn(<i32>Region.Session, address)) return <i32>PageClass.Session;
  if (isIn(<i32>Region.SystemCache, address)) return <i32>PageClass.FileCache;
  return <i32>PageClass.OtherKernel;
}

/** Class of the page table at an address of the self-map: tables of the kernel's half and the roots come first. */
function classOfTable(table: u64): i32 {
  let address = table;
  while (isEntryAddress(address) && address != rootAddress()) address = addressMappedBy(address);
  return address < SYSTEM_RANGE_START ? <i32>PageClass.UserPageTable : <i32>PageClass.PageTable;
}
