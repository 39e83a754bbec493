// Objects that have a name and, most of them, a place in a directory.
import { OBJECT_HEADER_NAME_INFO } from '../../generated/types';
import { at, setField } from '../../memory/virtual';
import { newUnicodeString } from '../strings';
import { insertIntoDirectory } from './directory';
import { allocateObject, KERNEL_OBJECT, NAME_INFO, optionalHeader, PERMANENT } from './object';

export const OBJECT_NAME_TAG: u32 = 0x6d4e624f; // 'ObNm'

/**
 * Creates an object with a name: UTF-16 text of `nameBytes` bytes in host memory. `directory` is the OBJECT_DIRECTORY
 * it goes into, 0 for a name outside of every directory. `isPermanent` lets it stay when nobody has it open. Returns
 * the address of its zeroed body.
 */
export function createNamedObject(
  directory: u64,
  name: usize,
  nameBytes: u32,
  index: u32,
  bodyBytes: u32,
  poolTag: u32,
  nonPaged: bool,
  isPermanent: bool = true,
): u64 {
  const flags = isPermanent ? KERNEL_OBJECT | PERMANENT : 0;
  const body = allocateObject(index, NAME_INFO, bodyBytes, poolTag, nonPaged, flags);
  const info = optionalHeader(body, NAME_INFO);
  newUnicodeString(at(info, OBJECT_HEADER_NAME_INFO.Name), name, nameBytes, OBJECT_NAME_TAG);
  setField(info, OBJECT_HEADER_NAME_INFO.ReferenceCount, 1);
  if (directory != 0) insertIntoDirectory(directory, body);
  return body;
}
