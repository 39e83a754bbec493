// Sessions: services live in session 0, who is logged on in session 1. System and minimal processes have none.
import { NT } from '../../generated/symbols';
import {
  EPROCESS,
  MI_SESSION_STATE,
  MI_SYSTEM_INFORMATION,
  MI_VISIBLE_STATE,
  MM_SESSION_SPACE,
  MM_SESSION_SPACE_FLAGS,
  MMPTE,
  MMSUPPORT_FLAGS,
  MMSUPPORT_FULL,
  MMSUPPORT_INSTANCE,
  RTL_BITMAP,
} from '../../generated/types';
import { offsetOf } from '../../layout/fields';
import { commit, Region, regionBase, reserve, slotOf } from '../../memory/address-space';
import { PAGE_SIZE } from '../../memory/arena';
import {
  addToField,
  at,
  getField,
  initialiseList,
  insertTail,
  read8,
  removeEntry,
  setField,
  write64,
  write8,
} from '../../memory/virtual';
import { frameOf, KERNEL_DATA } from '../../paging/pte';
import { allocatePool, NON_PAGED, tag } from '../pool/pool';
import { systemTime } from '../scheduler/clock';
import { addressOf } from '../symbols';
import { createSessionTables, enterSessionSpace, leaveSessionSpace } from './session-space';

export const MOST_SESSIONS: u32 = 64; // bits of the bitmap of session ids
const LOCALE: u32 = 0x409; // English (United States)
const SESSION_WORKING_SET: u32 = 1; // MMSUPPORT_FLAGS.WorkingSetType
const sessions = new StaticArray<u64>(MOST_SESSIONS);
let sessionCount: u32 = 0;

function visible(): u64 {
  return at(addressOf(NT.MiState), MI_SYSTEM_INFORMATION.Vs);
}

/** Creates the list of sessions and the bitmap of their ids. To be called once there is pool. */
export function createSessionLists(): void {
  initialiseList(at(visible(), MI_VISIBLE_STATE.SessionWsList));
  const state = at(addressOf(NT.MiState), MI_SYSTEM_INFORMATION.Sessions);
  setField(state, MI_SESSION_STATE.SessionBase, slotOf(<i32>Region.Session));
  setField(state, MI_SESSION_STATE.ImageVaStart, regionBase(<i32>Region.Session));
  const headBytes = offsetOf(RTL_BITMAP.SIZE);
  const bitmap = allocatePool(headBytes + MOST_SESSIONS / 8, tag(0x4d, 0x6d, 0x53, 0x65), NON_PAGED, 0); // 'MmSe'
  setField(bitmap, RTL_BITMAP.SizeOfBitMap, MOST_SESSIONS);
  setField(bitmap, RTL_BITMAP.Buffer, bitmap + headBytes);
  setField(visible(), MI_VISIBLE_STATE.SessionIdBitmap, bitmap);
}

/** The MM_SESSION_SPACE of a session; made when its first process starts. Every process sees it: it lies among system PTEs. */
function sessionSpace(id: u32, process: u64): u64 {
  assert(id < MOST_SESSIONS, 'too many sessions');
  if (unchecked(sessions[id]) != 0) return unchecked(sessions[id]);
  const pages = (offsetOf(MM_SESSION_SPACE.SIZE) + PAGE_SIZE - 1) / PAGE_SIZE;
  const space = reserve(<i32>Region.SystemPtes, pages * PAGE_SIZE, PAGE_SIZE);
  commit(space, pages, KERNEL_DATA);
  const flags = at(space, MM_SESSION_SPACE.u);
  setField(flags, MM_SESSION_SPACE_FLAGS.Initialized, 1);
  setField(flags, MM_SESSION_SPACE_FLAGS.WsInitialized, 1);
  setField(space, MM_SESSION_SPACE.SessionId, id);
  setField(space, MM_SESSION_SPACE.LocaleId, LOCALE);
  write64(at(space, MM_SESSION_SPACE.CreateTime), systemTime());
  const set = at(at(space, MM_SESSION_SPACE.Vm), MMSUPPORT_FULL.Instance);
  setField(at(set, MMSUPPORT_INSTANCE.Flags), MMSUPPORT_FLAGS.WorkingSetType, SESSION_WORKING_SET);
  setField(set, MMSUPPORT_INSTANCE.VmWorkingSetList, at(space, MM_SESSION_SPACE.WorkingSetList));
  initialiseList(at(space, MM_SESSION_SPACE.ProcessList));
  insertTail(at(visible(), MI_VISIBLE_STATE.SessionWsList), at(space, MM_SESSION_SPACE.WsListEntry));
  const bitmap = getField(visible(), MI_VISIBLE_STATE.SessionIdBitmap);
  const byte = getField(bitmap, RTL_BITMAP.Buffer) + (id >> 3);
  write8(byte, read8(byte) | u8(u32(1) << (id & 7)));
  createSessionTables(space, process, sessionCount++ == 0);
  unchecked((sessions[id] = space));
  return space;
}

/** Frame of a session's top page table; 0 when there is no such session. */
export function sessionTable(id: u32): u32 {
  const space = unchecked(sessions[id]);
  return space == 0 ? 0 : frameOf(getField(at(space, MM_SESSION_SPACE.PageTables), MMPTE.u_Long));
}

/** Pages that all sessions together have committed: their page tables and the pages that are their own. */
export function sessionCommit(): u64 {
  return sumOf(MM_SESSION_SPACE.CommittedPages);
}

/** Page tables of all sessions. */
export function sessionTables(): u64 {
  return sumOf(MM_SESSION_SPACE.NonPagablePages);
}

function sumOf(field: i32): u64 {
  let sum: u64 = 0;
  for (let id: u32 = 0; id < MOST_SESSIONS; id++)
    if (unchecked(sessions[id]) != 0) sum += getField(unchecked(sessions[id]), field);
  return sum;
}

/** A process that ends is one of its session's no more. */
export function leaveSession(process: u64): void {
  const space = getField(process, EPROCESS.Session);
  if (space == 0) return;
  leaveSessionSpace(process);
  removeEntry(at(process, EPROCESS.SessionProcessLinks));
  setField(process, EPROCESS.Session, 0);
  setField(process, EPROCESS.ProcessInSession, 0);
  addToField(space, MM_SESSION_SPACE.ReferenceCount, -1);
  addToField(space, MM_SESSION_SPACE.ProcessReferenceToSession, -1);
}

/** Makes a process one of a session's. */
export function joinSession(process: u64, id: u32): void {
  const space = sessionSpace(id, process);
  enterSessionSpace(space, process);
  setField(process, EPROCESS.Session, space);
  setField(process, EPROCESS.ProcessInSession, 1);
  insertTail(at(space, MM_SESSION_SPACE.ProcessList), at(process, EPROCESS.SessionProcessLinks));
  addToField(space, MM_SESSION_SPACE.ReferenceCount, 1);
  addToField(space, MM_SESSION_SPACE.ProcessReferenceToSession, 1);
}
