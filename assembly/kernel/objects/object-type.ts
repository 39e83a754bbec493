// Object types, which are objects themselves, and the table that numbers them.
import { NT } from '../../generated/symbols';
import { GENERIC_MAPPING, OBJECT_TYPE, OBJECT_TYPE_INITIALIZER } from '../../generated/types';
import { exchangeBuffer } from '../../host-buffer';
import { offsetOf } from '../../layout/fields';
import { at, initialiseList, setField, write64 } from '../../memory/virtual';
import { newUnicodeString } from '../strings';
import { addressOf } from '../symbols';
import { setTypeKind } from './body';
import { createNamedObject, OBJECT_NAME_TAG } from './named-object';
import { countObject, CREATOR_INFO, HANDLE_INFO, linkToType, setTypeTraits } from './object';

/** Indices that no Windows has changed; 0 and 1 are not types. */
export const TYPE_INDEX: u32 = 2;
export const DIRECTORY_INDEX: u32 = 3;
export const SYMBOLIC_LINK_INDEX: u32 = 4;

const POOL_PAGED: u32 = 1; // _POOL_TYPE.PagedPool
const POOL_NON_PAGED_NX: u32 = 0x200; // _POOL_TYPE.NonPagedPoolNx
const MAXIMUM_TYPES: u32 = 256;

// Bits of OBJECT_TYPE_INITIALIZER.ObjectTypeFlags.
const SECURITY_REQUIRED: u32 = 0x08;
const MAINTAIN_HANDLE_COUNT: u32 = 0x10;
const MAINTAIN_TYPE_LIST: u32 = 0x20;
const CACHE_ALIGNED: u32 = 0x80;

/** What an object of a type is made of, by index: bytes of its body, pool tag, whether it lies in nonpaged pool. */
const bodyBytes = new StaticArray<u32>(MAXIMUM_TYPES);
const poolTags = new StaticArray<u32>(MAXIMUM_TYPES);
const nonPagedTypes = new StaticArray<bool>(MAXIMUM_TYPES);

export function typeBodyBytes(index: u32): u32 {
  return unchecked(bodyBytes[index]);
}

export function typePoolTag(index: u32): u32 {
  return unchecked(poolTags[index]);
}

export function isTypeNonPaged(index: u32): bool {
  return unchecked(nonPagedTypes[index]);
}

// What the host says of a type, in the exchange buffer: u32 words, then the name in UTF-16.
const WORD_BODY_BYTES: usize = 0;
const WORD_NON_PAGED: usize = 4;
const WORD_FLAGS: usize = 8;
const WORD_KEY: usize = 12;
const WORD_INVALID_ATTRIBUTES: usize = 16;
const WORD_VALID_ACCESS: usize = 20;
const WORD_GENERIC: usize = 24; // read, write, execute, all
const WORD_KIND: usize = 40;
const TEXT: usize = 44;

/**
 * Creates the object type with an index from what the exchange buffer says of it. `global`, if not 0, is set to it.
 * Returns the address of the OBJECT_TYPE, which is in no directory yet.
 */
export function createType(index: u32, nameBytes: u32, global: u64): u64 {
  const words = exchangeBuffer();
  const flags = load<u32>(words + WORD_FLAGS);
  const key = load<u32>(words + WORD_KEY);
  const nonPaged = load<u32>(words + WORD_NON_PAGED) != 0;
  let mask: u32 = flags & MAINTAIN_TYPE_LIST ? CREATOR_INFO : 0;
  if (flags & MAINTAIN_HANDLE_COUNT) mask |= HANDLE_INFO;
  setTypeKind(index, load<u32>(words + WORD_KIND));
  setTypeTraits(index, mask, (flags & CACHE_ALIGNED) != 0, (flags & SECURITY_REQUIRED) != 0);
  unchecked((bodyBytes[index] = load<u32>(words + WORD_BODY_BYTES)));
  unchecked((poolTags[index] = key));
  unchecked((nonPagedTypes[index] = nonPaged));
  const typeTag = unchecked(poolTags[TYPE_INDEX]); // types are objects of the first one
  const typeBytes = offsetOf(OBJECT_TYPE.SIZE);
  const type = createNamedObject(0, words + TEXT, nameBytes, TYPE_INDEX, typeBytes, typeTag, true);
  write64(addressOf(NT.ObTypeIndexTable) + u64(index) * 8, type);
  initialiseList(at(type, OBJECT_TYPE.TypeList));
  initialiseList(at(type, OBJECT_TYPE.CallbackList));
  if (index == TYPE_INDEX) {
    countObject(type); // the first one could neither count nor list itself before it was there
    linkToType(type, type);
  }
  newUnicodeString(at(type, OBJECT_TYPE.Name), words + TEXT, nameBytes, OBJECT_NAME_TAG);
  setField(type, OBJECT_TYPE.Index, index);
  setField(type, OBJECT_TYPE.Key, key);
  fillInitializer(at(type, OBJECT_TYPE.TypeInfo), words, index);
  if (global != 0) write64(global, type);
  return type;
}

function fillInitializer(info: u64, words: usize, index: u32): void {
  const bytes = typeBodyBytes(index);
  const nonPaged = isTypeNonPaged(index);
  setField(info, OBJECT_TYPE_INITIALIZER.Length, offsetOf(OBJECT_TYPE_INITIALIZER.SIZE));
  setField(info, OBJECT_TYPE_INITIALIZER.ObjectTypeFlags, load<u32>(words + WORD_FLAGS));
  setField(info, OBJECT_TYPE_INITIALIZER.InvalidAttributes, load<u32>(words + WORD_INVALID_ATTRIBUTES));
  setField(info, OBJECT_TYPE_INITIALIZER.ValidAccessMask, load<u32>(words + WORD_VALID_ACCESS));
  setField(info, OBJECT_TYPE_INITIALIZER.PoolType, nonPaged ? POOL_NON_PAGED_NX : POOL_PAGED);
  setField(info, OBJECT_TYPE_INITIALIZER.DefaultNonPagedPoolCharge, nonPaged ? bytes : 0);
  setField(info, OBJECT_TYPE_INITIALIZER.DefaultPagedPoolCharge, nonPaged ? 0 : bytes);
  const mapping = at(info, OBJECT_TYPE_INITIALIZER.GenericMapping);
  setField(mapping, GENERIC_MAPPING.GenericRead, load<u32>(words + WORD_GENERIC));
  setField(mapping, GENERIC_MAPPING.GenericWrite, load<u32>(words + WORD_GENERIC + 4));
  setField(mapping, GENERIC_MAPPING.GenericExecute, load<u32>(words + WORD_GENERIC + 8));
  setField(mapping, GENERIC_MAPPING.GenericAll, load<u32>(words + WORD_GENERIC + 12));
}
