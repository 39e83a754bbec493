// User mode's side of a process: PEB, loader data, parameters, TEBs and the memory its program uses.
import {
  CLIENT_ID,
  EPROCESS,
  ETHREAD,
  KTHREAD,
  LDR_DATA_TABLE_ENTRY,
  NT_TIB,
  PEB,
  PEB_LDR_DATA,
  RTL_USER_PROCESS_PARAMETERS,
  TEB,
  UNICODE_STRING,
} from '../../generated/types';
import { offsetOf } from '../../layout/fields';
import { PAGE_SIZE } from '../../memory/arena';
import { at, flush, getField, initialiseList, insertTail, setField, writeBytes } from '../../memory/virtual';
import { joinSession } from '../memory-manager/session';
import { mapSharedData, USER_SHARED_DATA } from '../processors/shared-data';
import { writeCharges } from '../sections/charges';
import { mapImage } from '../sections/image-view';
import { PROTECT_READ_ONLY, PROTECT_READ_WRITE } from '../sections/protection';
import { sharedImage } from '../sections/shared-image';
import { setUnicodeString } from '../strings';
import {
  Arena,
  chooseArenas,
  commitGuardPage,
  reopenArenas,
  takeAddresses,
  touchZeroed,
} from './user-memory';
import { addPrivateVad, beginVads, linkVads, reopenVads } from '../sections/vad';

const SYSTEM_BLOCK_PAGES: u32 = 512; // PEB and TEBs share a reservation of 2 MiB
const TEB_PAGES: u32 = 2;
const STACK_RESERVE_PAGES: u32 = 256;
const STACK_COMMIT_PAGES: u32 = 3;
const NO_SESSION: u32 = u32.MAX_VALUE; // of the session manager
const LDR_FLAGS: u32 = 0xa2c4; // ImageDll, in lists and indexes, entry processed

let block: u64 = 0; // PEB and TEBs
let nextTeb: u64 = 0;
let loaderData: u64 = 0;
let nextString: u64 = 0;

/** Starts on the user's half of the attached process, which is empty. To be called before anything is put there. */
export function beginUserSpace(process: u64): void {
  beginVads(process);
  block = 0;
  chooseArenas();
}

/** Goes on building the user half of the attached process, which was ended before. */
export function reopenUserSpace(process: u64): void {
  reopenVads(process);
  block = 0;
  reopenArenas();
}

/** Builds the PEB of the attached process; its images and threads follow. Returns its address. */
export function createUserSpace(process: u64, session: u32, processors: u32, build: u32): u64 {
  flush();
  block = takeAddresses(<i32>Arena.Stacks, SYSTEM_BLOCK_PAGES);

  const peb = block;
  touchZeroed(peb, 1);
  nextTeb = peb + PAGE_SIZE;
  setField(process, EPROCESS.Peb, peb);
  setField(peb, PEB.NumberOfProcessors, processors);
  setField(peb, PEB.OSMajorVersion, 10);
  setField(peb, PEB.OSMinorVersion, 0);
  setField(peb, PEB.OSBuildNumber, build);
  setField(peb, PEB.OSPlatformId, 2);
  if (session != NO_SESSION) {
    setField(peb, PEB.SessionId, session);
    joinSession(process, session);
  }
  mapSharedData();
  addPrivateVad(USER_SHARED_DATA, 1, 1, true, PROTECT_READ_ONLY);
  createHeap(peb);
  return peb;
}

/** The first heap's pages, where loader data and parameters lie. */
function createHeap(peb: u64): void {
  const pages: u32 = 16;
  const heapBase = takeAddresses(<i32>Arena.Heaps, pages);
  addPrivateVad(heapBase, pages, pages, true, PROTECT_READ_WRITE);
  touchZeroed(heapBase, pages);
  setField(peb, PEB.ProcessHeap, heapBase);
  setField(peb, PEB.NumberOfHeaps, 1);
  loaderData = heapBase + PAGE_SIZE;
  nextString = heapBase + 2 * PAGE_SIZE;
  setField(peb, PEB.Ldr, loaderData);
  setField(loaderData, PEB_LDR_DATA.Length, offsetOf(PEB_LDR_DATA.SIZE));
  setField(loaderData, PEB_LDR_DATA.Initialized, 1);
  initialiseList(at(loaderData, PEB_LDR_DATA.InLoadOrderModuleList));
  initialiseList(at(loaderData, PEB_LDR_DATA.InMemoryOrderModuleList));
  initialiseList(at(loaderData, PEB_LDR_DATA.InInitializationOrderModuleList));
}

function place(bytes: u32): u64 {
  const address = nextString;
  nextString = (nextString + bytes + 15) & ~u64(15);
  return address;
}

function placeString(target: u64, text: usize, bytes: u32): void {
  const buffer = place(bytes + 2);
  writeBytes(buffer, text, bytes);
  setUnicodeString(target, buffer, bytes);
}

/** Writes the process parameters; `text` holds the image path's UTF-16 characters and after them the command line's. */
export function setParameters(peb: u64, text: usize, pathBytes: u32, commandBytes: u32): void {
  const parameters = place(offsetOf(RTL_USER_PROCESS_PARAMETERS.SIZE));
  setField(parameters, RTL_USER_PROCESS_PARAMETERS.MaximumLength, offsetOf(RTL_USER_PROCESS_PARAMETERS.SIZE));
  setField(parameters, RTL_USER_PROCESS_PARAMETERS.Length, offsetOf(RTL_USER_PROCESS_PARAMETERS.SIZE));
  setField(parameters, RTL_USER_PROCESS_PARAMETERS.Flags, 1); // normalised: pointers, not offsets
  placeString(at(parameters, RTL_USER_PROCESS_PARAMETERS.ImagePathName), text, pathBytes);
  placeString(at(parameters, RTL_USER_PROCESS_PARAMETERS.CommandLine), text + pathBytes, commandBytes);
  setField(peb, PEB.ProcessParameters, parameters);
}

/**
 * Maps a shared image and enters it in the loader's lists; the first one is the program. `text` holds the full
 * path's UTF-16 characters; the base name is its last `baseBytes` bytes.
 */
export function loadUserImage(
  process: u64,
  peb: u64,
  image: i32,
  text: usize,
  pathBytes: u32,
  baseBytes: u32,
): u64 {
  mapImage(image, 1);
  const base = sharedImage(image).base;
  const size = sharedImage(image).size;
  const isProgram = getField(peb, PEB.ImageBaseAddress) == 0;
  if (isProgram) {
    setField(peb, PEB.ImageBaseAddress, base);
    setField(process, EPROCESS.SectionBaseAddress, base);
  }
  const entry = place(offsetOf(LDR_DATA_TABLE_ENTRY.SIZE));
  setField(entry, LDR_DATA_TABLE_ENTRY.DllBase, base);
  setField(entry, LDR_DATA_TABLE_ENTRY.EntryPoint, sharedImage(image).entryPoint);
  setField(entry, LDR_DATA_TABLE_ENTRY.SizeOfImage, size);
  setField(entry, LDR_DATA_TABLE_ENTRY.Flags, LDR_FLAGS);
  setField(entry, LDR_DATA_TABLE_ENTRY.OriginalBase, base);
  setField(entry, LDR_DATA_TABLE_ENTRY.ReferenceCount, 1);
  placeString(at(entry, LDR_DATA_TABLE_ENTRY.FullDllName), text, pathBytes);
  const full = getField(at(entry, LDR_DATA_TABLE_ENTRY.FullDllName), UNICODE_STRING.Buffer);
  setUnicodeString(at(entry, LDR_DATA_TABLE_ENTRY.BaseDllName), full + (pathBytes - baseBytes), baseBytes);
  insertTail(
    at(loaderData, PEB_LDR_DATA.InLoadOrderModuleList),
    at(entry, LDR_DATA_TABLE_ENTRY.InLoadOrderLinks),
  );
  insertTail(
    at(loaderData, PEB_LDR_DATA.InMemoryOrderModuleList),
    at(entry, LDR_DATA_TABLE_ENTRY.InMemoryOrderLinks),
  );
  const initialised = at(entry, LDR_DATA_TABLE_ENTRY.InInitializationOrderLinks);
  // The program itself is started, not initialised.
  if (isProgram) initialiseList(initialised);
  else insertTail(at(loaderData, PEB_LDR_DATA.InInitializationOrderModuleList), initialised);
  return base;
}

/** Gives a thread of the attached process its TEB and user stack; returns the TEB. */
export function createUserThread(process: u64, thread: u64, peb: u64): u64 {
  if (nextTeb + u64(TEB_PAGES) * PAGE_SIZE > block + u64(SYSTEM_BLOCK_PAGES) * PAGE_SIZE) {
    closeBlock();
    block = takeAddresses(<i32>Arena.Stacks, SYSTEM_BLOCK_PAGES);
    nextTeb = block;
  }
  const teb = nextTeb;
  nextTeb += u64(TEB_PAGES) * PAGE_SIZE;
  touchZeroed(teb, TEB_PAGES);
  const reserved = takeAddresses(<i32>Arena.Stacks, STACK_RESERVE_PAGES);
  addPrivateVad(reserved, STACK_RESERVE_PAGES, STACK_COMMIT_PAGES + 1, false, PROTECT_READ_WRITE);
  const stackBase = reserved + u64(STACK_RESERVE_PAGES) * PAGE_SIZE;
  const stackLimit = stackBase - u64(STACK_COMMIT_PAGES) * PAGE_SIZE;
  touchZeroed(stackLimit, STACK_COMMIT_PAGES);
  commitGuardPage(stackLimit - PAGE_SIZE);
  const tib = at(teb, TEB.NtTib);
  setField(tib, NT_TIB.StackBase, stackBase);
  setField(tib, NT_TIB.StackLimit, stackLimit);
  setField(tib, NT_TIB.Self, teb);
  setField(teb, TEB.ProcessEnvironmentBlock, peb);
  setField(teb, TEB.DeallocationStack, reserved);
  const id = at(teb, TEB.ClientId);
  setField(id, CLIENT_ID.UniqueProcess, getField(process, EPROCESS.UniqueProcessId));
  setField(id, CLIENT_ID.UniqueThread, getField(at(thread, ETHREAD.Cid), CLIENT_ID.UniqueThread));
  setField(thread, KTHREAD.Teb, teb);
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
