// What of the loaded modules a debugger needs: the kernel's image and the HAL as they are; of the others what names
// them and unwinds their functions.
import { NT } from '../generated/symbols';
import {
  IMAGE_DATA_DIRECTORY,
  IMAGE_DEBUG_DIRECTORY,
  IMAGE_DOS_HEADER,
  IMAGE_NT_HEADERS64,
  IMAGE_RUNTIME_FUNCTION_ENTRY,
  KLDR_DATA_TABLE_ENTRY,
  LIST_ENTRY,
  UNICODE_STRING,
} from '../generated/types';
import { offsetOf } from '../layout/fields';
import { peek64, peekAt, peekField } from '../memory/peek';
import { addressOf } from '../kernel/symbols';
import { mark, markPage, markStructure, markText } from './marker';

const DIRECTORY_EXCEPTION: u32 = 3;
const DIRECTORY_DEBUG: u32 = 6;
const MOST_MODULES: i32 = 2048;
const LONGEST_UNWIND_INFO: u64 = 4 + 2 * 256 + 16; // codes, then a handler or the entry of the function it continues
const HAL_CHARACTERS: u64 = 7;

const bases = new StaticArray<u64>(MOST_MODULES);
const sizes = new StaticArray<u64>(MOST_MODULES);
let count: i32 = 0;
let latest: i32 = 0;

/** Marks the list of modules, and the images of the kernel and the HAL as a whole. Remembers where all modules lie. */
export function markModuleList(): void {
  count = 0;
  latest = 0;
  const head = addressOf(NT.PsLoadedModuleList);
  let link = peek64(head);
  for (; link != head && link != 0 && count < MOST_MODULES; link = peekField(link, LIST_ENTRY.Flink)) {
    const entry = link - offsetOf(KLDR_DATA_TABLE_ENTRY.InLoadOrderLinks);
    markStructure(entry, KLDR_DATA_TABLE_ENTRY.SIZE);
    markText(entry + offsetOf(KLDR_DATA_TABLE_ENTRY.FullDllName));
    markText(entry + offsetOf(KLDR_DATA_TABLE_ENTRY.BaseDllName));
    const base = peekField(entry, KLDR_DATA_TABLE_ENTRY.DllBase);
    const size = peekField(entry, KLDR_DATA_TABLE_ENTRY.SizeOfImage);
    if (count == 0 || isHal(entry + offsetOf(KLDR_DATA_TABLE_ENTRY.BaseDllName))) mark(base, size);
    unchecked((bases[count] = base));
    unchecked((sizes[count] = size));
    count++;
  }
}

/** Whether a UNICODE_STRING is `hal.dll`. */
function isHal(name: u64): bool {
  if (peekField(name, UNICODE_STRING.Length) != HAL_CHARACTERS * 2) return false;
  const text = peekField(name, UNICODE_STRING.Buffer);
  const expected = 'hal.dll';
  for (let i = 0; i < <i32>HAL_CHARACTERS; i++)
    if (load<u16>(peekAt(text + u64(i) * 2)) != u16(expected.charCodeAt(i))) return false;
  return true;
}

/** Marks each module's headers, the record that names its symbols, and its exception data. */
export function markModules(): void {
  for (let i = 0; i < count; i++) {
    const base = unchecked(bases[i]);
    const nt = base + peekField(base, IMAGE_DOS_HEADER.e_lfanew);
    mark(base, peekField(nt, IMAGE_NT_HEADERS64.OptionalHeader_SizeOfHeaders));
    markDebugDirectory(base, directory(nt, DIRECTORY_DEBUG));
    markExceptionDirectory(base, directory(nt, DIRECTORY_EXCEPTION));
  }
}

function directory(nt: u64, index: u32): u64 {
  const first = nt + offsetOf(IMAGE_NT_HEADERS64.OptionalHeader_DataDirectory);
  return first + index * offsetOf(IMAGE_DATA_DIRECTORY.SIZE);
}

function markDebugDirectory(base: u64, entry: u64): void {
  const first = base + peekField(entry, IMAGE_DATA_DIRECTORY.VirtualAddress);
  const bytes = peekField(entry, IMAGE_DATA_DIRECTORY.Size);
  mark(first, bytes);
  for (let at: u64 = 0; at < bytes; at += offsetOf(IMAGE_DEBUG_DIRECTORY.SIZE))
    mark(
      base + peekField(first + at, IMAGE_DEBUG_DIRECTORY.AddressOfRawData),
      peekField(first + at, IMAGE_DEBUG_DIRECTORY.SizeOfData),
    );
}

function markExceptionDirectory(base: u64, entry: u64): void {
  const first = base + peekField(entry, IMAGE_DATA_DIRECTORY.VirtualAddress);
  const bytes = peekField(entry, IMAGE_DATA_DIRECTORY.Size);
  mark(first, bytes);
  let marked: u64 = 0; // end of the pages that are marked
  for (let at: u64 = 0; at < bytes; at += offsetOf(IMAGE_RUNTIME_FUNCTION_ENTRY.SIZE)) {
    const info = base + peekField(first + at, IMAGE_RUNTIME_FUNCTION_ENTRY.UnwindData);
    const end = unwindInfoEnd(info);
    if (info >> 12 == marked && end >> 12 == marked) continue;
    markPage(info);
    markPage(end);
    marked = end >> 12;
  }
}

/** Address of the last byte that an UNWIND_INFO may have: the codes, and what may follow them. */
function unwindInfoEnd(info: u64): u64 {
  const codes = u64(load<u8>(peekAt(info + 2)));
  return info + min(4 + 2 * ((codes + 1) & ~u64(1)) + 15, LONGEST_UNWIND_INFO);
}

/** Marks the page of code that an address lies in; nothing when it is no module's. */
export function markCode(address: u64): void {
  if (latest < count && holds(latest, address)) {
    markPage(address);
    return;
  }
  for (let i = 0; i < count; i++) {
    if (!holds(i, address)) continue;
    latest = i;
    markPage(address);
    return;
  }
}

function holds(index: i32, address: u64): bool {
  return address - unchecked(bases[index]) < unchecked(sizes[index]);
}
