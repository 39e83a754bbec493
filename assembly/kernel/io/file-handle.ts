// Files that processes have open.
import { EPROCESS, FILE_OBJECT } from '../../generated/types';
import { at, getField } from '../../memory/virtual';
import { openHandle } from '../objects/handles';
import { referenceObject } from '../objects/object';

/** Opens a handle of a process to a file object, whose only reference was its creator's. Returns the handle value. */
export function openFileHandle(process: u64, file: u64, access: u32): u32 {
  const handle = openHandle(getField(process, EPROCESS.ObjectTable), file, access, 0);
  referenceObject(file, -1);
  return handle;
}

/** Event that a file's synchronous operations are waited for on. */
export function fileEvent(file: u64): u64 {
  return at(file, FILE_OBJECT.Event);
}

/** A request refers to its file until it is finished. */
export function referenceFile(file: u64): void {
  referenceObject(file, 1);
}
