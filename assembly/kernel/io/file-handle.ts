// Files that processes have open.
import { EPROCESS } from '../../generated/types';
import { getField } from '../../memory/virtual';
import { openHandle } from '../objects/handles';
import { referenceObject } from '../objects/object';

/** Opens a handle of a process to a file object, whose only reference was its creator's. Returns the handle value. */
export function openFileHandle(process: u64, file: u64, access: u32): u32 {
  const handle = openHandle(getField(process, EPROCESS.ObjectTable), file, access, 0);
  referenceObject(file, -1);
  return handle;
}

/** A request refers to its file until it is finished. */
export function referenceFile(file: u64): void {
  referenceObject(file, 1);
}
