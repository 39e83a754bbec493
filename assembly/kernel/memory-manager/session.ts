// Sessions: services live in session 0, who is logged on in session 1. System and minimal processes have none.
import { EPROCESS, MM_SESSION_SPACE } from '../../generated/types';
import { offsetOf } from '../../layout/fields';
import { commit, Region, reserve } from '../../memory/address-space';
import { PAGE_SIZE } from '../../memory/arena';
import { addToField, at, initialiseList, insertTail, setField } from '../../memory/virtual';
import { KERNEL_DATA } from '../../paging/pte';

const MAXIMUM: u32 = 16;
const sessions = new StaticArray<u64>(MAXIMUM);

/** The MM_SESSION_SPACE of a session; made when its first process starts. */
function sessionSpace(id: u32): u64 {
  assert(id < MAXIMUM, 'too many sessions');
  if (unchecked(sessions[id]) != 0) return unchecked(sessions[id]);
  const bytes = offsetOf(MM_SESSION_SPACE.SIZE);
  const space = reserve(<i32>Region.SystemPtes, bytes, PAGE_SIZE);
  commit(space, u32((u64(bytes) + PAGE_SIZE - 1) / PAGE_SIZE), KERNEL_DATA);
  setField(space, MM_SESSION_SPACE.SessionId, id);
  initialiseList(at(space, MM_SESSION_SPACE.ProcessList));
  unchecked((sessions[id] = space));
  return space;
}

/** Makes a process one of a session's. */
export function joinSession(process: u64, id: u32): void {
  const space = sessionSpace(id);
  setField(process, EPROCESS.Session, space);
  setField(process, EPROCESS.ProcessInSession, 1);
  insertTail(at(space, MM_SESSION_SPACE.ProcessList), at(process, EPROCESS.SessionProcessLinks));
  addToField(space, MM_SESSION_SPACE.ReferenceCount, 1);
  addToField(space, MM_SESSION_SPACE.ProcessReferenceToSession, 1);
}
