// Session space: page tables of every session, which only its processes see.
import { NT } from '../generated/symbols';
import { Rule, Visited } from '../generated/rules';
import {
  EPROCESS,
  MI_SESSION_STATE,
  MI_SYSTEM_INFORMATION,
  MI_VISIBLE_STATE,
  MM_SESSION_SPACE,
  MMPTE,
  MMSUPPORT_FULL,
  MMSUPPORT_INSTANCE,
} from '../generated/types';
import { offsetOf } from '../layout/fields';
import { frameOf, PRESENT, WRITABLE } from '../paging/pte';
import { addressOf } from '../kernel/symbols';
import { AddressTable } from './address-table';
import { expect, holderOf } from './expect';
import { noteMapping } from './frame-table';
import { nextOn } from './lists';
import { physicalOf, readSessionSpaceOf, slotOf, value } from './memory';
import { frameLimit } from './frame-table';
import { broken, disagree, disagreeAt, NO_FIELD, visit } from './report';

const sharedFrames = new AddressTable(); // frames of what nobody writes, by address
let pages: u64 = 0;
let privatePages: u64 = 0;

function list(): u64 {
  return (
    addressOf(NT.MiState) + offsetOf(MI_SYSTEM_INFORMATION.Vs) + offsetOf(MI_VISIBLE_STATE.SessionWsList)
  );
}

/** Lowest address of session space. */
export function sessionBase(): u64 {
  return value(
    addressOf(NT.MiState) + offsetOf(MI_SYSTEM_INFORMATION.Sessions),
    MI_SESSION_STATE.SessionBase,
  );
}

/** Index of session space's entry in a PML4. */
export function sessionSlot(): u32 {
  return slotOf(sessionBase());
}

/** The session after `space` on the memory manager's list, the first one after 0; 0 after the last. */
export function nextSession(space: u64): u64 {
  const link = MM_SESSION_SPACE.WsListEntry;
  const entry = nextOn(list(), space == 0 ? list() : space + offsetOf(link), link);
  return entry == 0 ? 0 : holderOf(entry, link);
}

function tableEntryOf(space: u64): u64 {
  return value(space + offsetOf(MM_SESSION_SPACE.PageTables), MMPTE.u_Long);
}

/** Session space is read as the first session sees it from now on. */
export function beginSessionSpace(): void {
  const first = nextSession(0);
  if (first != 0) readSessionSpaceOf(frameOf(tableEntryOf(first)), sessionBase());
}

/** The entry for session space that a process's PML4 must have. */
export function sessionEntryOf(process: u64): u64 {
  const space = value(process, EPROCESS.Session);
  return space == 0 ? 0 : tableEntryOf(space);
}

/** Walks the tables of every session with `walk`, which takes the top table and says how many tables there are. */
export function checkSessionSpaces(walk: (table: u32, base: u64) => u64): void {
  sharedFrames.clear();
  for (let space = nextSession(0); space != 0 && !broken(); space = nextSession(space)) {
    const owner = space + offsetOf(MM_SESSION_SPACE.PageTables);
    const entry = tableEntryOf(space);
    if ((entry & PRESENT) == 0 || frameOf(entry) >= frameLimit()) {
      disagree(Rule.SessionHasPageTables, owner, MMPTE.u_Long, PRESENT, entry);
      return;
    }
    noteMapping(frameOf(entry), owner, u32(physicalOf(owner) >> 12));
    pages = 0;
    privatePages = 0;
    const tables = walk(frameOf(entry), sessionBase() & 0x0000ffffffffffff);
    if (broken()) return;
    expect(Rule.SessionPagesAreCounted, space, MM_SESSION_SPACE.NonPagablePages, tables);
    expect(Rule.SessionPagesAreCounted, space, MM_SESSION_SPACE.CommittedPages, tables + privatePages);
    const set = space + offsetOf(MM_SESSION_SPACE.Vm) + offsetOf(MMSUPPORT_FULL.Instance);
    expect(Rule.SessionPagesAreCounted, set, MMSUPPORT_INSTANCE.WorkingSetSize, pages);
    expect(Rule.SessionPagesAreCounted, set, MMSUPPORT_INSTANCE.WorkingSetPrivateSize, privatePages);
  }
}

/** Looks at a page of the session that is walked: what cannot be written is the same frame in all sessions. */
export function checkSessionPage(address: u64, entry: u64): void {
  pages++;
  visit(Visited.SessionPages);
  if (entry & WRITABLE) {
    privatePages++;
    return;
  }
  if (!sharedFrames.has(address)) sharedFrames.set(address, frameOf(entry));
  else if (sharedFrames.get(address) != frameOf(entry))
    disagreeAt(Rule.SessionsShareCode, NO_FIELD, address, sharedFrames.get(address), frameOf(entry));
}
