// The loader's view of a process: its modules in three lists, in buckets by name, in two trees, and their nodes in the
// graph of dependencies. Lists, buckets and trees start in ntdll's data.
import {
  LDR_DATA_TABLE_ENTRY,
  LDR_DDAG_NODE,
  LIST_ENTRY,
  PEB,
  PEB_LDR_DATA,
  RTL_BALANCED_NODE,
  RTL_BITMAP,
  RTL_CRITICAL_SECTION,
  RTL_RB_TREE,
  UNICODE_STRING,
} from '../../generated/types';
import { offsetOf } from '../../layout/fields';
import { listed } from '../../host-buffer';
import { at, getField, initialiseList, insertTail, setField, write64 } from '../../memory/virtual';
import { systemTime } from '../scheduler/clock';
import { sharedImage } from '../sections/shared-image';
import { setUnicodeString } from '../strings';
import { allocate, allocateString } from './user-heap';

// Flags: ImageDll, LoadNotificationsSent, ProcessStaticImport, InLegacyLists, InIndexes, InExceptionTable,
// LoadConfigProcessed, EntryProcessed, ProcessAttachCalled, CompatDatabaseProcessed; the program is no DLL.
export const DLL_FLAGS: u32 = 0x800a22cc | 0x4000;
export const PROGRAM_FLAGS: u32 = 0x800022c8 | 0x4000;
export const PINNED_16: u32 = 0xffff; // ObsoleteLoadCount of such
const PINNED: u32 = 0xffffffff; // LoadCount of what stays as long as the process does
const READY_TO_RUN: u32 = 9; // _LDR_DDAG_STATE.LdrModulesReadyToRun
export const STATIC_DEPENDENCY: u32 = 0; // _LDR_DLL_LOAD_REASON
export const DYNAMIC_LOAD: u32 = 4;
export const BUCKETS: u32 = 32;
const HASH_FACTOR: u32 = 65599; // x65599, which RtlHashUnicodeString documents
const RED: u64 = 1;
const UNOWNED: u32 = 0xffffffff; // LockCount of a critical section that nobody owns
const TLS_BITS: u32 = 64;
const MAXIMUM: i32 = 512;

const entries = new StaticArray<u64>(MAXIMUM);
let count: i32 = 0;
let loaderData: u64 = 0;
let buckets: u64 = 0;
let byAddress: u64 = 0;
let byMapping: u64 = 0;

/**
 * Prepares the loader's data of the attached process. The exchange buffer lists addresses in ntdll: PebLdr,
 * LdrpHashTable, LdrpModuleBaseAddressIndex, LdrpMappingInfoIndex, LdrpLoaderLock, FastPebLock, TlsBitMap,
 * RtlpProcessHeapsListBuffer.
 */
export function beginLoader(peb: u64): void {
  count = 0;
  loaderData = listed(0);
  buckets = listed(1);
  byAddress = listed(2);
  byMapping = listed(3);
  setField(peb, PEB.Ldr, loaderData);
  setField(loaderData, PEB_LDR_DATA.Length, offsetOf(PEB_LDR_DATA.SIZE));
  setField(loaderData, PEB_LDR_DATA.Initialized, 1);
  initialiseList(at(loaderData, PEB_LDR_DATA.InLoadOrderModuleList));
  initialiseList(at(loaderData, PEB_LDR_DATA.InMemoryOrderModuleList));
  initialiseList(at(loaderData, PEB_LDR_DATA.InInitializationOrderModuleList));
  for (let i: u32 = 0; i < BUCKETS; i++) initialiseList(buckets + i * offsetOf(LIST_ENTRY.SIZE));
  setField(peb, PEB.LoaderLock, listed(4));
  setField(peb, PEB.FastPebLock, listed(5));
  setField(listed(4), RTL_CRITICAL_SECTION.LockCount, UNOWNED);
  setField(listed(5), RTL_CRITICAL_SECTION.LockCount, UNOWNED);
  setField(peb, PEB.TlsBitmap, listed(6));
  setField(listed(6), RTL_BITMAP.SizeOfBitMap, TLS_BITS);
  setField(listed(6), RTL_BITMAP.Buffer, at(peb, PEB.TlsBitmapBits));
  setField(peb, PEB.ProcessHeaps, listed(7));
  write64(listed(7), getField(peb, PEB.ProcessHeap));
}

/**
 * Enters an image in the loader's data, the program first. `text` holds the full path's UTF-16 characters; the base
 * name is its last `baseBytes` bytes.
 */
export function enterModule(image: i32, text: usize, pathBytes: u32, baseBytes: u32, isStatic: bool): void {
  const shared = sharedImage(image);
  const isProgram = count == 0;
  const entry = allocate(offsetOf(LDR_DATA_TABLE_ENTRY.SIZE));
  setField(entry, LDR_DATA_TABLE_ENTRY.DllBase, shared.base);
  setField(entry, LDR_DATA_TABLE_ENTRY.EntryPoint, shared.entryPoint);
  setField(entry, LDR_DATA_TABLE_ENTRY.SizeOfImage, shared.size);
  setField(entry, LDR_DATA_TABLE_ENTRY.Flags, isProgram ? PROGRAM_FLAGS : DLL_FLAGS);
  setField(entry, LDR_DATA_TABLE_ENTRY.ObsoleteLoadCount, isStatic ? PINNED_16 : 1);
  setField(entry, LDR_DATA_TABLE_ENTRY.TimeDateStamp, shared.timeStamp);
  setField(entry, LDR_DATA_TABLE_ENTRY.CheckSum, shared.checkSum);
  setField(entry, LDR_DATA_TABLE_ENTRY.OriginalBase, shared.linkedBase);
  write64(at(entry, LDR_DATA_TABLE_ENTRY.LoadTime), systemTime());
  setField(entry, LDR_DATA_TABLE_ENTRY.LoadReason, isStatic ? STATIC_DEPENDENCY : DYNAMIC_LOAD);
  setField(entry, LDR_DATA_TABLE_ENTRY.ReferenceCount, 1);
  allocateString(at(entry, LDR_DATA_TABLE_ENTRY.FullDllName), text, pathBytes);
  const full = getField(at(entry, LDR_DATA_TABLE_ENTRY.FullDllName), UNICODE_STRING.Buffer);
  const name = full + (pathBytes - baseBytes);
  setUnicodeString(at(entry, LDR_DATA_TABLE_ENTRY.BaseDllName), name, baseBytes);
  insertTail(list(PEB_LDR_DATA.InLoadOrderModuleList), at(entry, LDR_DATA_TABLE_ENTRY.InLoadOrderLinks));
  insertTail(list(PEB_LDR_DATA.InMemoryOrderModuleList), at(entry, LDR_DATA_TABLE_ENTRY.InMemoryOrderLinks));
  const initialised = at(entry, LDR_DATA_TABLE_ENTRY.InInitializationOrderLinks);
  // The program itself is started, not initialised.
  if (isProgram) initialiseList(initialised);
  else insertTail(list(PEB_LDR_DATA.InInitializationOrderModuleList), initialised);
  const hash = hashName(text + (pathBytes - baseBytes), baseBytes);
  setField(entry, LDR_DATA_TABLE_ENTRY.BaseNameHashValue, hash);
  insertTail(
    buckets + u64(hash % BUCKETS) * offsetOf(LIST_ENTRY.SIZE),
    at(entry, LDR_DATA_TABLE_ENTRY.HashLinks),
  );
  addNode(entry, isStatic);
  unchecked((entries[count++] = entry));
}

function list(field: i32): u64 {
  return at(loaderData, field);
}

/** Hash of a name without regard to case, as RtlHashUnicodeString computes it by default. */
export function hashName(text: usize, bytes: u32): u32 {
  let hash: u32 = 0;
  for (let i: u32 = 0; i < bytes; i += 2) {
    let unit = u32(load<u16>(text + i));
    if (unit >= 0x61 && unit <= 0x7a) unit -= 0x20;
    hash = hash * HASH_FACTOR + unit;
  }
  return hash;
}

/** The module's node in the graph of dependencies, of which it is the only module. */
function addNode(entry: u64, isStatic: bool): void {
  const node = allocate(offsetOf(LDR_DDAG_NODE.SIZE));
  initialiseList(at(node, LDR_DDAG_NODE.Modules));
  insertTail(at(node, LDR_DDAG_NODE.Modules), at(entry, LDR_DATA_TABLE_ENTRY.NodeModuleLink));
  setField(node, LDR_DDAG_NODE.LoadCount, isStatic ? PINNED : 1);
  setField(node, LDR_DDAG_NODE.State, READY_TO_RUN);
  setField(node, LDR_DDAG_NODE.LowestLink, count + 1);
  setField(node, LDR_DDAG_NODE.PreorderNumber, count + 1);
  setField(entry, LDR_DATA_TABLE_ENTRY.DdagNode, node);
}

/** Orders the modules in the trees: by address, and by what identifies a file that is mapped. */
export function endLoader(): void {
  sort(true);
  plant(byAddress, offsetOf(LDR_DATA_TABLE_ENTRY.BaseAddressIndexNode));
  sort(false);
  plant(byMapping, offsetOf(LDR_DATA_TABLE_ENTRY.MappingInfoIndexNode));
}

function keyOf(entry: u64, address: bool): u64 {
  if (address) return getField(entry, LDR_DATA_TABLE_ENTRY.DllBase);
  const stamp = getField(entry, LDR_DATA_TABLE_ENTRY.TimeDateStamp);
  return (stamp << 32) | getField(entry, LDR_DATA_TABLE_ENTRY.SizeOfImage);
}

function sort(address: bool): void {
  for (let i = 1; i < count; i++) {
    const entry = unchecked(entries[i]);
    const key = keyOf(entry, address);
    let at = i;
    for (; at > 0 && keyOf(unchecked(entries[at - 1]), address) > key; at--)
      unchecked((entries[at] = entries[at - 1]));
    unchecked((entries[at] = entry));
  }
}

/** Makes a red-black tree of the entries in order: balanced, and red where the last level is not full. */
function plant(tree: u64, node: u32): void {
  const levels = 32 - clz(count);
  const isFull = count == (1 << levels) - 1;
  setField(tree, RTL_RB_TREE.Root, link(0, count, 0, node, isFull ? 0 : levels));
  setField(tree, RTL_RB_TREE.Min, unchecked(entries[0]) + node);
}

/** Links entries `from` to `to` - 1 under `parent`; `redAt` says how many levels down the red ones are, 0 for none. */
function link(from: i32, to: i32, parent: u64, node: u32, redAt: i32): u64 {
  if (from >= to) return 0;
  const middle = (from + to) >> 1;
  const self = unchecked(entries[middle]) + node;
  write64(at(self, RTL_BALANCED_NODE.Left), link(from, middle, self, node, redAt - 1));
  write64(at(self, RTL_BALANCED_NODE.Right), link(middle + 1, to, self, node, redAt - 1));
  setField(self, RTL_BALANCED_NODE.ParentValue, parent | (redAt == 1 ? RED : 0));
  return self;
}
