// User mode's half of a process, from its beginning to its end: the process environment block first, what it points
// to, and at last the tree of what was reserved.
import { EPROCESS, PEB, PS_PROTECTION } from '../../generated/types';
import { listed } from '../../host-buffer';
import { PAGE_SIZE } from '../../memory/arena';
import { at, flush, getField, initialiseList, setField, write64 } from '../../memory/virtual';
import { joinSession } from '../memory-manager/session';
import { mapSharedData, USER_SHARED_DATA } from '../processors/shared-data';
import { writeCharges } from '../sections/charges';
import { PROTECT_READ_ONLY, PROTECT_READ_WRITE } from '../sections/protection';
import { keepProgram } from '../sections/section-object';
import { sharedImage } from '../sections/shared-image';
import { addPrivateVad, beginVads, linkVads, reopenVads } from '../sections/vad';
import { createHeap } from './user-heap';
import {
  Arena,
  chooseArenas,
  chooseLowArenas,
  reopenArenas,
  takeAddresses,
  touchZeroed,
} from './user-memory';

const SYSTEM_BLOCK_PAGES: u32 = 512; // PEB and TEBs share a reservation of 2 MiB
const NO_SESSION: u32 = u32.MAX_VALUE; // of the session manager
const MAXIMUM_HEAPS: u32 = 16;
const MINUS_ONE: u64 = u64.MAX_VALUE;
const TIMEOUT: u64 = 0xffffe86d079b8000; // of critical sections: 30 days, in 100 ns, relative
const WINDOWS_1252: u32 = 1252;
const OEM_437: u32 = 437;
const DYNAMICALLY_RELOCATED: u32 = 1;
const SUBSYSTEM_NATIVE: u32 = 1;
const PROTECTED_LIGHT: u64 = 1; // PS_PROTECTION.Type

let block: u64 = 0; // PEB and TEBs
let nextTeb: u64 = 0;

/** Starts on the user's half of the attached process, which is empty; `isWow64` keeps it within 4 GiB. To be called before anything is put there. */
export function beginUserSpace(process: u64, isWow64: bool): void {
  beginVads(process);
  block = 0;
  if (isWow64) chooseLowArenas();
  else chooseArenas();
}

/** Goes on building the user half of the attached process, which was ended before. Returns its PEB, 0 when it has none. */
export function reopenUserSpace(process: u64): u64 {
  reopenVads(process);
  block = 0;
  reopenArenas();
  return getField(process, EPROCESS.Peb);
}

/** Builds the PEB of the attached process and its heap of `heapPages` pages. Returns the PEB's address. */
export function createUserSpace(
  process: u64,
  session: u32,
  processors: u32,
  build: u32,
  heapPages: u32,
): u64 {
  flush();
  block = takeAddresses(<i32>Arena.Stacks, SYSTEM_BLOCK_PAGES);
  const peb = block;
  touchZeroed(peb, 1);
  nextTeb = peb + PAGE_SIZE;
  setField(process, EPROCESS.Peb, peb);
  setField(peb, PEB.Mutant, MINUS_ONE);
  setField(peb, PEB.IsImageDynamicallyRelocated, DYNAMICALLY_RELOCATED);
  const protection = getField(at(process, EPROCESS.Protection), PS_PROTECTION.Type);
  setField(peb, PEB.IsProtectedProcessLight, protection == PROTECTED_LIGHT ? 1 : 0);
  setField(peb, PEB.NumberOfProcessors, processors);
  setField(peb, PEB.ActiveProcessAffinityMask, processors >= 64 ? MINUS_ONE : (u64(1) << processors) - 1);
  setField(peb, PEB.OSMajorVersion, 10);
  setField(peb, PEB.OSMinorVersion, 0);
  setField(peb, PEB.OSBuildNumber, build);
  setField(peb, PEB.OSPlatformId, 2);
  setField(peb, PEB.ImageSubsystemMajorVersion, 10);
  write64(at(peb, PEB.CriticalSectionTimeout), TIMEOUT);
  setField(peb, PEB.HeapSegmentReserve, 0x100000);
  setField(peb, PEB.HeapSegmentCommit, 0x2000);
  setField(peb, PEB.HeapDeCommitTotalFreeThreshold, 0x10000);
  setField(peb, PEB.HeapDeCommitFreeBlockThreshold, 0x1000);
  setField(peb, PEB.ActiveCodePage, WINDOWS_1252);
  setField(peb, PEB.OemCodePage, OEM_437);
  setField(peb, PEB.UseCaseMapping, 1);
  initialiseList(at(peb, PEB.TppWorkerpList));
  if (session != NO_SESSION) {
    setField(peb, PEB.SessionId, session);
    joinSession(process, session);
  }
  mapSharedData();
  addPrivateVad(USER_SHARED_DATA, 1, 1, true, PROTECT_READ_ONLY);
  setField(peb, PEB.ProcessHeap, createHeap(heapPages));
  setField(peb, PEB.NumberOfHeaps, 1);
  setField(peb, PEB.MaximumNumberOfHeaps, MAXIMUM_HEAPS);
  return peb;
}

/** Says which image is the process's program. */
export function setProgram(process: u64, peb: u64, image: i32, isNative: bool, hasWindows: bool): void {
  const program = sharedImage(image);
  setField(peb, PEB.ImageBaseAddress, program.base);
  setField(process, EPROCESS.SectionBaseAddress, program.base);
  keepProgram(process, program.area, program.size);
  setField(peb, PEB.ImageSubsystem, isNative ? SUBSYSTEM_NATIVE : hasWindows ? 2 : 3);
}

/**
 * Points the PEB to what is mapped. The exchange buffer lists addresses, 0 where there is none: API sets, ANSI and OEM
 * code pages, case table, the subsystem's shared memory, activation contexts of the process and of the system, table
 * of GDI handles.
 */
export function setViews(peb: u64): void {
  setField(peb, PEB.ApiSetMap, listed(0));
  setField(peb, PEB.AnsiCodePageData, listed(1));
  setField(peb, PEB.OemCodePageData, listed(2));
  setField(peb, PEB.UnicodeCaseTableData, listed(3));
  setField(peb, PEB.ReadOnlySharedMemoryBase, listed(4));
  setField(peb, PEB.CsrServerReadOnlySharedMemoryBase, listed(4));
  setField(peb, PEB.ActivationContextData, listed(5));
  setField(peb, PEB.SystemDefaultActivationContextData, listed(6));
  setField(peb, PEB.GdiSharedHandleTable, listed(7));
}

/** Takes addresses for a TEB of `pages` pages; a new block of them when there is none or it is full. */
export function takeTeb(pages: u32): u64 {
  const end = block + u64(SYSTEM_BLOCK_PAGES) * PAGE_SIZE;
  if (block == 0 || nextTeb + u64(pages) * PAGE_SIZE > end) {
    if (block != 0) closeBlock();
    block = takeAddresses(<i32>Arena.Stacks, SYSTEM_BLOCK_PAGES);
    nextTeb = block;
  }
  const teb = nextTeb;
  nextTeb += u64(pages) * PAGE_SIZE;
  return teb;
}

/** Describes the block of PEB and TEBs, now that it is known how much of it is used. */
function closeBlock(): void {
  addPrivateVad(block, SYSTEM_BLOCK_PAGES, u32((nextTeb - block) / PAGE_SIZE), false, PROTECT_READ_WRITE);
}

/** Ends the building of a process's user half: what it has reserved becomes its tree, what it uses is charged to it. */
export function endUserSpace(process: u64): void {
  if (block != 0) closeBlock();
  linkVads(process);
  writeCharges(process);
}
