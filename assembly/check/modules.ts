// nt!PsLoadedModuleList against the images in memory, and where code is.
import { NT } from '../generated/symbols';
import { Rule, Visited } from '../generated/rules';
import {
  DBGKD_GET_VERSION64,
  IMAGE_DATA_DIRECTORY,
  IMAGE_DOS_HEADER,
  IMAGE_NT_HEADERS64,
  INVERTED_FUNCTION_TABLE_ENTRY,
  INVERTED_FUNCTION_TABLE_KERNEL_MODE,
  KLDR_DATA_TABLE_ENTRY,
  UNICODE_STRING,
} from '../generated/types';
import { offsetOf } from '../layout/fields';
import { addressOf } from '../kernel/symbols';
import { AddressTable } from './address-table';
import { expect, holderOf } from './expect';
import { nextOn } from './lists';
import { mapped, value } from './memory';
import { disagree, visit } from './report';

const MZ: u32 = 0x5a4d; // 'MZ'
const PE: u32 = 0x4550; // 'PE'
const DIRECTORY_EXCEPTION: u32 = 3;
const FARTHEST_HEADER: u64 = 0x1000; // e_lfanew of any image worth the name
const MAXIMUM: i32 = 1024;

const bases = new StaticArray<u64>(MAXIMUM);
const sizes = new StaticArray<u32>(MAXIMUM);
let count: i32 = 0;
const entries = new AddressTable();
let lastHit: i32 = 0;

/** Checks every module, and remembers where each one lies. */
export function checkModules(): void {
  count = 0;
  lastHit = 0;
  entries.clear();
  const head = addressOf(NT.PsLoadedModuleList);
  const link = KLDR_DATA_TABLE_ENTRY.InLoadOrderLinks;
  for (let entry = nextOn(head, head, link); entry != 0; entry = nextOn(head, entry, link))
    checkModule(holderOf(entry, link));
  checkFunctionTable();
}

/** nt!PsInvertedFunctionTable against the list: the same modules in the same order. */
function checkFunctionTable(): bool {
  const rule = Rule.FunctionTableListsModules;
  const table = addressOf(NT.PsInvertedFunctionTable);
  const head = addressOf(NT.PsLoadedModuleList);
  const link = KLDR_DATA_TABLE_ENTRY.InLoadOrderLinks;
  const largest = value(table, INVERTED_FUNCTION_TABLE_KERNEL_MODE.MaximumSize);
  let place = table + offsetOf(INVERTED_FUNCTION_TABLE_KERNEL_MODE.TableEntry);
  let listed: u64 = 0;
  for (
    let entry = nextOn(head, head, link);
    entry != 0 && listed < largest;
    entry = nextOn(head, entry, link)
  ) {
    const module = holderOf(entry, link);
    const agrees =
      expect(
        rule,
        place,
        INVERTED_FUNCTION_TABLE_ENTRY.ImageBase,
        value(module, KLDR_DATA_TABLE_ENTRY.DllBase),
      ) &&
      expect(
        rule,
        place,
        INVERTED_FUNCTION_TABLE_ENTRY.SizeOfImage,
        value(module, KLDR_DATA_TABLE_ENTRY.SizeOfImage),
      ) &&
      expect(
        rule,
        place,
        INVERTED_FUNCTION_TABLE_ENTRY.FunctionTable,
        value(module, KLDR_DATA_TABLE_ENTRY.ExceptionTable),
      ) &&
      expect(
        rule,
        place,
        INVERTED_FUNCTION_TABLE_ENTRY.SizeOfTable,
        value(module, KLDR_DATA_TABLE_ENTRY.ExceptionTableSize),
      );
    if (!agrees) return false;
    place += offsetOf(INVERTED_FUNCTION_TABLE_ENTRY.SIZE);
    listed++;
  }
  return expect(rule, table, INVERTED_FUNCTION_TABLE_KERNEL_MODE.CurrentSize, listed);
}

/** Whether a KLDR_DATA_TABLE_ENTRY is on nt!PsLoadedModuleList. */
export function isModuleEntry(entry: u64): bool {
  return entries.has(entry);
}

/** Whether an address lies in a loaded module. To be asked after {@link checkModules}. */
export function isInModule(address: u64): bool {
  if (lastHit < count && holds(lastHit, address)) return true;
  for (let i = 0; i < count; i++)
    if (holds(i, address)) {
      lastHit = i;
      return true;
    }
  return false;
}

function holds(index: i32, address: u64): bool {
  return address - unchecked(bases[index]) < unchecked(sizes[index]);
}

function checkModule(entry: u64): bool {
  const base = value(entry, KLDR_DATA_TABLE_ENTRY.DllBase);
  const size = u32(value(entry, KLDR_DATA_TABLE_ENTRY.SizeOfImage));
  if (!mapped(base)) return disagree(Rule.MemoryIsMapped, entry, KLDR_DATA_TABLE_ENTRY.DllBase, 1, base);
  if (count == 0 && base != value(addressOf(NT.KdVersionBlock), DBGKD_GET_VERSION64.KernBase))
    return disagree(
      Rule.KernelComesFirst,
      entry,
      KLDR_DATA_TABLE_ENTRY.DllBase,
      value(addressOf(NT.KdVersionBlock), DBGKD_GET_VERSION64.KernBase),
      base,
    );
  for (let i = 0; i < count; i++)
    if (base < unchecked(bases[i]) + unchecked(sizes[i]) && unchecked(bases[i]) < base + size)
      return disagree(
        Rule.ModulesDoNotOverlap,
        entry,
        KLDR_DATA_TABLE_ENTRY.DllBase,
        unchecked(bases[i]) + unchecked(sizes[i]),
        base,
      );
  if (!checkHeader(entry, base)) return false;
  if (!checkText(entry, KLDR_DATA_TABLE_ENTRY.BaseDllName)) return false;
  if (!checkText(entry, KLDR_DATA_TABLE_ENTRY.FullDllName)) return false;
  if (count < MAXIMUM) {
    unchecked((bases[count] = base));
    unchecked((sizes[count] = size));
    count++;
  }
  entries.set(entry, 1);
  visit(Visited.Modules);
  return true;
}

function checkHeader(entry: u64, base: u64): bool {
  const rule = Rule.ModuleHeaderAgrees;
  if (!expect(rule, base, IMAGE_DOS_HEADER.e_magic, MZ)) return false;
  const distance = value(base, IMAGE_DOS_HEADER.e_lfanew);
  if (distance > FARTHEST_HEADER)
    return disagree(rule, base, IMAGE_DOS_HEADER.e_lfanew, FARTHEST_HEADER, distance);
  const nt = base + distance;
  if (!expect(rule, nt, IMAGE_NT_HEADERS64.Signature, PE)) return false;
  if (!expect(rule, nt, IMAGE_NT_HEADERS64.OptionalHeader_ImageBase, base)) return false;
  const exceptions =
    nt +
    offsetOf(IMAGE_NT_HEADERS64.OptionalHeader_DataDirectory) +
    u64(DIRECTORY_EXCEPTION) * offsetOf(IMAGE_DATA_DIRECTORY.SIZE);
  return (
    expect(
      rule,
      entry,
      KLDR_DATA_TABLE_ENTRY.SizeOfImage,
      value(nt, IMAGE_NT_HEADERS64.OptionalHeader_SizeOfImage),
    ) &&
    expect(
      rule,
      entry,
      KLDR_DATA_TABLE_ENTRY.TimeDateStamp,
      value(nt, IMAGE_NT_HEADERS64.FileHeader_TimeDateStamp),
    ) &&
    expect(
      rule,
      entry,
      KLDR_DATA_TABLE_ENTRY.CheckSum,
      value(nt, IMAGE_NT_HEADERS64.OptionalHeader_CheckSum),
    ) &&
    expect(
      rule,
      entry,
      KLDR_DATA_TABLE_ENTRY.EntryPoint,
      base + value(nt, IMAGE_NT_HEADERS64.OptionalHeader_AddressOfEntryPoint),
    ) &&
    expect(
      rule,
      entry,
      KLDR_DATA_TABLE_ENTRY.ExceptionTable,
      base + value(exceptions, IMAGE_DATA_DIRECTORY.VirtualAddress),
    ) &&
    expect(
      rule,
      entry,
      KLDR_DATA_TABLE_ENTRY.ExceptionTableSize,
      value(exceptions, IMAGE_DATA_DIRECTORY.Size),
    )
  );
}

/** A UNICODE_STRING that is not empty: an even length within its buffer, which is mapped. */
export function isText(text: u64): bool {
  const length = value(text, UNICODE_STRING.Length);
  const buffer = value(text, UNICODE_STRING.Buffer);
  return (
    length != 0 &&
    length % 2 == 0 &&
    length <= value(text, UNICODE_STRING.MaximumLength) &&
    mapped(buffer) &&
    mapped(buffer + length - 1)
  );
}

function checkText(entry: u64, field: i32): bool {
  const text = entry + offsetOf(field);
  return isText(text) || disagree(Rule.ModuleNameIsText, entry, field, 1, value(text, UNICODE_STRING.Buffer));
}
