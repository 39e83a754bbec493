// Handle tables, nt!PspCidTable among them: pages by level, entries to objects, counts.
import { NT } from '../generated/symbols';
import { Rule, Visited } from '../generated/rules';
import {
  EPROCESS,
  ETHREAD,
  CLIENT_ID,
  HANDLE_TABLE,
  HANDLE_TABLE_ENTRY,
  HANDLE_TABLE_FREE_LIST,
  OBJECT_HEADER,
  OBJECT_TYPE,
} from '../generated/types';
import { offsetOf } from '../layout/fields';
import { PAGE_SIZE } from '../memory/arena';
import { addressOf } from '../kernel/symbols';
import { AddressTable } from './address-table';
import { expect, follow, holderOf } from './expect';
import { nextOn } from './lists';
import { mapped, peek64, value } from './memory';
import { FIRST_INDEX, isReferenced, typeAt, typeIndexOf, typesKnown } from './objects';
import { isListedProcess, isListedThread, nextProcess, processCount, threadCount } from './processes';
import { expectCharge, PAGED } from './quotas';
import { broken, disagree, disagreeAt, NO_FIELD, visit } from './report';

const LEVEL_MASK: u64 = 3; // low bits of TableCode
const HIGHEST_LEVEL: u32 = 2;
const VALUES_PER_ENTRY: u64 = 4; // handle values step by 4
const ENTRIES: u64 = 256; // of a page
const POINTERS: u32 = PAGE_SIZE / 8;
const POINTER_SHIFT: u64 = 4; // ObjectPointerBits drops the low bits of the address
const KERNEL_BITS: u64 = 0xffff000000000000;

const handleCounts = new AddressTable(); // handles to each object, by its header
const typeCounts = new StaticArray<u32>(256);
let pages: u64 = 0; // of entries, of the table that is walked
let directories: u64 = 0; // its pages of pointers
let used: u32 = 0; // entries of the table that is walked
let isCidTable: bool = false;

/** Checks the handle table of every process, and the list of them. */
export function checkHandles(): void {
  let tables: u32 = 0;
  handleCounts.clear();
  for (let index = 0; index < 256; index++) unchecked((typeCounts[index] = 0));
  for (let process = nextProcess(0); process != 0; process = nextProcess(process)) {
    if (value(process, EPROCESS.ObjectTable) == 0) continue; // minimal processes may have none
    const table = follow(process, EPROCESS.ObjectTable);
    if (table == 0) return;
    expect(Rule.HandleTableIsTheProcesses, table, HANDLE_TABLE.QuotaProcess, process);
    const id = value(process, EPROCESS.UniqueProcessId);
    expect(Rule.HandleTableIsTheProcesses, table, HANDLE_TABLE.UniqueProcessId, id);
    checkTable(table, false);
    expectCharge(process, PAGED, offsetOf(HANDLE_TABLE.SIZE) + (pages + directories) * PAGE_SIZE);
    tables++;
  }
  const head = addressOf(NT.HandleTableListHead);
  const link = HANDLE_TABLE.HandleTableList;
  let listed: u32 = 0;
  for (let entry = nextOn(head, head, link); entry != 0; entry = nextOn(head, entry, link)) {
    const table = holderOf(entry, link);
    const process = follow(table, HANDLE_TABLE.QuotaProcess);
    if (process == 0) return;
    expect(Rule.HandleTableIsTheProcesses, process, EPROCESS.ObjectTable, table);
    listed++;
  }
  if (!broken() && listed != tables) disagreeAt(Rule.HandleTableIsTheProcesses, link, head, tables, listed);
  checkCounts();
}

/** Number of handles to the object with a header. To be asked after {@link checkHandles}. */
export function handlesTo(header: u64): u64 {
  return handleCounts.get(header);
}

/** What objects and types say of the handles to them. */
function checkCounts(): void {
  for (let slot: u32 = 0; slot < handleCounts.slots && !broken(); slot++) {
    const header = handleCounts.keyAt(slot);
    if (header == 0) continue;
    expect(Rule.HandlesOfObjectsAreCounted, header, OBJECT_HEADER.HandleCount, handleCounts.get(header));
  }
  for (let i: u32 = 0; i < typesKnown() && !broken(); i++) {
    const index = FIRST_INDEX + i;
    expect(
      Rule.HandlesOfTypesAreCounted,
      typeAt(index),
      OBJECT_TYPE.TotalNumberOfHandles,
      unchecked(typeCounts[index]),
    );
  }
}

/** Checks nt!PspCidTable: every id to its object, every object by its id. */
export function checkClientIds(): void {
  const table = peek64(addressOf(NT.PspCidTable));
  if (!mapped(table)) {
    disagreeAt(Rule.MemoryIsMapped, NO_FIELD, addressOf(NT.PspCidTable), 1, table);
    return;
  }
  checkTable(table, true);
  // Each entry names a listed object by its own id; when there are as many, every object has one.
  const expected = processCount() + threadCount();
  const list = table + offsetOf(HANDLE_TABLE.FreeLists);
  if (!broken() && used != expected)
    disagree(Rule.ClientIdNamesObject, list, HANDLE_TABLE_FREE_LIST.HandleCount, expected, used);
}

function checkTable(table: u64, forIds: bool): void {
  const code = value(table, HANDLE_TABLE.TableCode);
  const level = u32(code & LEVEL_MASK);
  if (broken()) return;
  if (level > HIGHEST_LEVEL || !mapped(code & ~LEVEL_MASK)) {
    disagree(Rule.HandleTableHasItsPages, table, HANDLE_TABLE.TableCode, 0, code);
    return;
  }
  used = 0;
  pages = 0;
  directories = 0;
  isCidTable = forIds;
  const values = checkPage(code & ~LEVEL_MASK, level, 0);
  if (broken()) return;
  expect(Rule.HandleTableHasItsPages, table, HANDLE_TABLE.NextHandleNeedingPool, values);
  const list = table + offsetOf(HANDLE_TABLE.FreeLists);
  expect(Rule.HandlesAreCounted, list, HANDLE_TABLE_FREE_LIST.HandleCount, used);
  if (!broken()) checkFreeEntries(list);
  visit(Visited.HandleTables);
}

/** The chain of free entries holds all but those in use and the first one of each page, which is set aside. */
function checkFreeEntries(list: u64): void {
  const expected = pages * (ENTRIES - 1) - used;
  let count: u64 = 0;
  let last: u64 = 0;
  let entry = value(list, HANDLE_TABLE_FREE_LIST.FirstFreeHandleEntry);
  while (entry != 0 && count <= expected && !broken()) {
    if (!mapped(entry)) {
      disagree(
        Rule.FreeHandlesAreChained,
        last == 0 ? list : last,
        HANDLE_TABLE_ENTRY.NextFreeHandleEntry,
        0,
        entry,
      );
      return;
    }
    expect(Rule.FreeHandlesAreChained, entry, HANDLE_TABLE_ENTRY.ObjectPointerBits, 0);
    last = entry;
    entry = value(entry, HANDLE_TABLE_ENTRY.NextFreeHandleEntry);
    count++;
  }
  if (!broken() && count != expected)
    disagree(Rule.FreeHandlesAreChained, list, HANDLE_TABLE_FREE_LIST.FirstFreeHandleEntry, expected, count);
  expect(Rule.FreeHandlesAreChained, list, HANDLE_TABLE_FREE_LIST.LastFreeHandleEntry, last);
  visit(Visited.FreeHandles, u32(count));
}

/** Checks a page of a table, whose first entry has the value `first`; returns the first value after it. */
function checkPage(page: u64, level: u32, first: u64): u64 {
  if (level == 0) return checkEntries(page, first);
  let next = first;
  directories++;
  for (let i: u32 = 0; i < POINTERS && !broken(); i++) {
    const below = peek64(page + i * 8);
    if (below == 0) break;
    if (!mapped(below)) {
      disagreeAt(Rule.HandleTableHasItsPages, NO_FIELD, page + i * 8, 0, below);
      break;
    }
    next = checkPage(below, level - 1, next);
  }
  return next;
}

function checkEntries(page: u64, first: u64): u64 {
  const size = offsetOf(HANDLE_TABLE_ENTRY.SIZE);
  const count = PAGE_SIZE / size;
  pages++;
  for (let i: u32 = 0; i < count && !broken(); i++) {
    const entry = page + i * size;
    const bits = value(entry, HANDLE_TABLE_ENTRY.ObjectPointerBits);
    if (bits == 0) continue;
    used++;
    const object = (bits << POINTER_SHIFT) | KERNEL_BITS;
    if (isCidTable) checkId(entry, object, first + i * VALUES_PER_ENTRY);
    else checkHandle(entry, object);
  }
  return first + u64(count) * VALUES_PER_ENTRY;
}

function checkHandle(entry: u64, header: u64): void {
  if (!mapped(header)) {
    disagree(Rule.HandleLeadsToObject, entry, HANDLE_TABLE_ENTRY.ObjectPointerBits, 1, header);
    return;
  }
  const index = typeIndexOf(header + offsetOf(OBJECT_HEADER.Body));
  if (broken() || !isReferenced(header)) return;
  handleCounts.add(header, 1);
  unchecked(typeCounts[index]++);
  visit(Visited.Handles);
}

function checkId(entry: u64, object: u64, id: u64): void {
  const rule = Rule.ClientIdNamesObject;
  if (isListedProcess(object)) expect(rule, object, EPROCESS.UniqueProcessId, id);
  else if (isListedThread(object)) expect(rule, object + offsetOf(ETHREAD.Cid), CLIENT_ID.UniqueThread, id);
  else disagree(rule, entry, HANDLE_TABLE_ENTRY.ObjectPointerBits, id, object);
  visit(Visited.ClientIds);
}
