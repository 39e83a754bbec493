// Offsets, widths and bit positions of structure fields. Ids are generated; the numbers are the profile's,
// loaded once when a machine is created, so that one module serves every Windows build.
import { FIELD_COUNT } from '../generated/types';

const WORDS_PER_FIELD: i32 = 2; // byte offset; width | bit position << 8 | bit count << 16
const table = new StaticArray<u32>(FIELD_COUNT * WORDS_PER_FIELD);

/** Where the host writes the table: FIELD_COUNT pairs of u32. */
export function fieldTable(): usize {
  return changetype<usize>(table);
}

/** Byte offset of a field in its structure; of `SIZE`, the structure's size. */
export function offsetOf(field: i32): u32 {
  return unchecked(table[field << 1]);
}

/** Whether the profile's build has the field. Its other properties only mean something when it has. */
export function isPresent(field: i32): bool {
  return offsetOf(field) != u32.MAX_VALUE;
}

function shapeOf(field: i32): u32 {
  return unchecked(table[(field << 1) + 1]);
}

/** Writes a field of the structure at host address `structure`; bit fields keep their neighbours. */
export function put(structure: usize, field: i32, value: u64): void {
  putAt(structure + offsetOf(field), field, value);
}

/** Writes a field that starts at host address `at`; bit fields keep their neighbours. */
export function putAt(at: usize, field: i32, value: u64): void {
  const shape = shapeOf(field);
  if (shape == 8) {
    store<u64>(at, value); // most are pointers or counts
    return;
  }
  const bits = shape >>> 16;
  let word = value;
  if (bits != 0) {
    const position = (shape >>> 8) & 0xff;
    const mask: u64 = (bits == 64 ? u64.MAX_VALUE : (u64(1) << bits) - 1) << position;
    word = (load_(at, shape & 0xff) & ~mask) | ((value << position) & mask);
  }
  store_(at, shape & 0xff, word);
}

/** Reads a field of the structure at host address `structure`, zero-extended. */
export function get(structure: usize, field: i32): u64 {
  return getAt(structure + offsetOf(field), field);
}

/** Reads a field that starts at host address `at`, zero-extended. */
export function getAt(at: usize, field: i32): u64 {
  const shape = shapeOf(field);
  if (shape == 8) return load<u64>(at);
  const word = load_(at, shape & 0xff);
  const bits = shape >>> 16;
  if (bits == 0 || bits == 64) return word;
  return (word >> ((shape >>> 8) & 0xff)) & ((u64(1) << bits) - 1);
}

/** Bytes a field is read and written with; 0 for structures and arrays. */
export function widthOf(field: i32): u32 {
  return shapeOf(field) & 0xff;
}

function load_(at: usize, width: u32): u64 {
  if (width == 8) return load<u64>(at);
  if (width == 4) return load<u32>(at);
  if (width == 2) return load<u16>(at);
  assert(width == 1, 'a structure or array has no value of its own');
  return load<u8>(at);
}

function store_(at: usize, width: u32, value: u64): void {
  if (width == 8) store<u64>(at, value);
  else if (width == 4) store<u32>(at, u32(value));
  else if (width == 2) store<u16>(at, u16(value));
  else {
    assert(width == 1, 'a structure or array has no value of its own');
    store<u8>(at, u8(value));
  }
}
