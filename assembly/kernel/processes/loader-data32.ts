// The 32-bit loader's view of a process of 32-bit code: its modules in three lists and in buckets by name, which start
// in 32-bit ntdll's data. Entries lie in the process heap.
import {
  EPROCESS,
  EWOW64PROCESS,
  LDR_DATA_TABLE_ENTRY32,
  LIST_ENTRY32,
  PEB32,
  PEB_LDR_DATA32,
  STRING32,
} from '../../generated/types';
import { offsetOf } from '../../layout/fields';
import { at, getField, setField, write64, writeBytes } from '../../memory/virtual';
import { systemTime } from '../scheduler/clock';
import { sharedImage } from '../sections/shared-image';
import {
  BUCKETS,
  DLL_FLAGS,
  DYNAMIC_LOAD,
  hashName,
  PINNED_16,
  PROGRAM_FLAGS,
  STATIC_DEPENDENCY,
} from './loader-data';
import { allocate } from './user-heap';

let loaderData: u64 = 0;
let buckets: u64 = 0;

/** Prepares the 32-bit loader's data of the attached process: `ldr` and `table` are PebLdr and LdrpHashTable of 32-bit ntdll. */
export function beginLoader32(process: u64, ldr: u64, table: u64): void {
  loaderData = ldr;
  buckets = table;
  const peb32 = getField(getField(process, EPROCESS.WoW64Process), EWOW64PROCESS.Peb);
  setField(peb32, PEB32.Ldr, ldr);
  setField(ldr, PEB_LDR_DATA32.Length, offsetOf(PEB_LDR_DATA32.SIZE));
  setField(ldr, PEB_LDR_DATA32.Initialized, 1);
  initialise(at(ldr, PEB_LDR_DATA32.InLoadOrderModuleList));
  initialise(at(ldr, PEB_LDR_DATA32.InMemoryOrderModuleList));
  initialise(at(ldr, PEB_LDR_DATA32.InInitializationOrderModuleList));
  for (let i: u32 = 0; i < BUCKETS; i++) initialise(table + i * offsetOf(LIST_ENTRY32.SIZE));
}

/**
 * Enters an image in the 32-bit loader's data, the program first. `text` holds the full path's UTF-16 characters; the
 * base name is its last `baseBytes` bytes.
 */
export function enterModule32(image: i32, text: usize, pathBytes: u32, baseBytes: u32, isStatic: bool): void {
  const shared = sharedImage(image);
  const inLoadOrder = at(loaderData, PEB_LDR_DATA32.InLoadOrderModuleList);
  const isProgram = getField(inLoadOrder, LIST_ENTRY32.Flink) == inLoadOrder;
  const entry = allocate(offsetOf(LDR_DATA_TABLE_ENTRY32.SIZE));
  setField(entry, LDR_DATA_TABLE_ENTRY32.DllBase, shared.base);
  setField(entry, LDR_DATA_TABLE_ENTRY32.EntryPoint, shared.entryPoint);
  setField(entry, LDR_DATA_TABLE_ENTRY32.SizeOfImage, shared.size);
  setField(entry, LDR_DATA_TABLE_ENTRY32.Flags, isProgram ? PROGRAM_FLAGS : DLL_FLAGS);
  setField(entry, LDR_DATA_TABLE_ENTRY32.ObsoleteLoadCount, isStatic ? PINNED_16 : 1);
  setField(entry, LDR_DATA_TABLE_ENTRY32.TimeDateStamp, shared.timeStamp);
  setField(entry, LDR_DATA_TABLE_ENTRY32.CheckSum, shared.checkSum);
  setField(entry, LDR_DATA_TABLE_ENTRY32.OriginalBase, shared.linkedBase);
  write64(at(entry, LDR_DATA_TABLE_ENTRY32.LoadTime), systemTime());
  setField(entry, LDR_DATA_TABLE_ENTRY32.LoadReason, isStatic ? STATIC_DEPENDENCY : DYNAMIC_LOAD);
  setField(entry, LDR_DATA_TABLE_ENTRY32.ReferenceCount, 1);
  const path = allocate(pathBytes + 2);
  writeBytes(path, text, pathBytes);
  setText(at(entry, LDR_DATA_TABLE_ENTRY32.FullDllName), path, pathBytes);
  setText(at(entry, LDR_DATA_TABLE_ENTRY32.BaseDllName), path + (pathBytes - baseBytes), baseBytes);
  append(inLoadOrder, at(entry, LDR_DATA_TABLE_ENTRY32.InLoadOrderLinks));
  append(
    at(loaderData, PEB_LDR_DATA32.InMemoryOrderModuleList),
    at(entry, LDR_DATA_TABLE_ENTRY32.InMemoryOrderLinks),
  );
  const initialised = at(entry, LDR_DATA_TABLE_ENTRY32.InInitializationOrderLinks);
  // The program itself is started, not initialised.
  if (isProgram) initialise(initialised);
  else append(at(loaderData, PEB_LDR_DATA32.InInitializationOrderModuleList), initialised);
  const hash = hashName(text + (pathBytes - baseBytes), baseBytes);
  setField(entry, LDR_DATA_TABLE_ENTRY32.BaseNameHashValue, hash);
  append(
    buckets + u64(hash % BUCKETS) * offsetOf(LIST_ENTRY32.SIZE),
    at(entry, LDR_DATA_TABLE_ENTRY32.HashLinks),
  );
}

function setText(text: u64, buffer: u64, bytes: u32): void {
  setField(text, STRING32.Length, bytes);
  setField(text, STRING32.MaximumLength, bytes + 2);
  setField(text, STRING32.Buffer, buffer);
}

function initialise(head: u64): void {
  setField(head, LIST_ENTRY32.Flink, head);
  setField(head, LIST_ENTRY32.Blink, head);
}

function append(head: u64, entry: u64): void {
  const last = getField(head, LIST_ENTRY32.Blink);
  setField(entry, LIST_ENTRY32.Flink, head);
  setField(entry, LIST_ENTRY32.Blink, last);
  setField(last, LIST_ENTRY32.Flink, entry);
  setField(head, LIST_ENTRY32.Blink, entry);
}
