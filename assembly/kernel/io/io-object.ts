// Objects of the I/O system, with a place in the object namespace or without a name.
import { createNamedObject } from '../objects/named-object';
import { createObject } from '../objects/object';

/**
 * Creates an object of the I/O system in nonpaged pool. `name` is UTF-16 text in host memory; one of no bytes is no
 * name at all. Returns the address of its zeroed body.
 */
export function createIoObject(
  directory: u64,
  name: usize,
  nameBytes: u32,
  typeIndex: u32,
  bodyBytes: u32,
  poolTag: u32,
): u64 {
  if (nameBytes == 0) return createObject(typeIndex, bodyBytes, poolTag, true);
  return createNamedObject(directory, name, nameBytes, typeIndex, bodyBytes, poolTag, true);
}
