// Objects of the I/O system in the object namespace.
import { createObject } from '../objects/object';

/** Creates an object of the I/O system, named in `directory`. */
export function createIoObject(
  _directory: u64,
  _name: usize,
  _nameBytes: u32,
  typeIndex: u32,
  bodyBytes: u32,
  poolTag: u32,
): u64 {
  return createObject(typeIndex, bodyBytes, poolTag, true);
}
