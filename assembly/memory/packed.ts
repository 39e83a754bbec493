// Pages with few words in them, kept as those words alone. A record is a bitmap of the page's 512 words and then those
// that are not zero, in order. Stacks' top pages, environment blocks and most page tables take a fraction of a page so.
import { PAGE_SIZE } from './arena';

const WORDS_OF_GROUP: usize = 64; // bits of one word of the bitmap
const GROUPS: usize = 8;
const BITMAP_BYTES: usize = 64;
const MOST_WORDS: u32 = 256; // more would save too little
const UNIT: usize = 64; // records are a whole number of these long
const LENGTHS: i32 = 34; // lengths in units, the longest 33
const BLOCK_BYTES: usize = 1 << 20;

const freed = new StaticArray<usize>(LENGTHS); // of each length, records given back, each with the next one's address
const built: usize = memory.data(2112, 16);
let next: usize = 0;
let end: usize = 0;

function unitsOf(words: u32): usize {
  return (BITMAP_BYTES + usize(words) * 8 + UNIT - 1) / UNIT;
}

/** Room for a record, aligned to 16 bytes. */
function take(units: usize): usize {
  const known = unchecked(freed[i32(units)]);
  if (known != 0) {
    unchecked((freed[i32(units)] = load<u32>(known)));
    return known;
  }
  if (next + units * UNIT > end) {
    next = heap.alloc(BLOCK_BYTES);
    end = next + BLOCK_BYTES;
  }
  const record = next;
  next += units * UNIT;
  return record;
}

/** A record of a page's words; 0 when the page is too full to be worth one. */
export function pack(page: usize): usize {
  let words: u32 = 0;
  for (let group: usize = 0; group < GROUPS; group++) {
    const from = page + group * WORDS_OF_GROUP * 8;
    const bits = wordsOf(from);
    const more = words + u32(popcnt(bits));
    if (more > MOST_WORDS) return 0;
    store<u64>(built + group * 8, bits);
    for (let left = bits; left != 0; left &= left - 1)
      store<u64>(built + BITMAP_BYTES + usize(words++) * 8, load<u64>(from + usize(ctz(left)) * 8));
  }
  const record = take(unitsOf(words));
  memory.copy(record, built, BITMAP_BYTES + usize(words) * 8);
  return record;
}

/** Which of the 64 words at `from` are not zero, a bit each; two are looked at at a time. */
function wordsOf(from: usize): u64 {
  const none = v128.splat<i64>(0);
  let bits: u64 = 0;
  for (let i: usize = 0; i < WORDS_OF_GROUP; i += 2)
    bits |= u64(i64x2.bitmask(i64x2.ne(v128.load(from + i * 8), none))) << u64(i);
  return bits;
}

/** Fills `target` with the page of a record. */
export function unpack(record: usize, target: usize): void {
  memory.fill(target, 0, PAGE_SIZE);
  let from = record + BITMAP_BYTES;
  for (let group: usize = 0; group < GROUPS; group++) {
    const to = target + group * WORDS_OF_GROUP * 8;
    for (let bits = load<u64>(record + group * 8); bits != 0; bits &= bits - 1) {
      store<u64>(to + usize(ctz(bits)) * 8, load<u64>(from));
      from += 8;
    }
  }
}

/** The word at `index`, 0 to 511, of a record's page. */
export function packedWord(record: usize, index: u32): u64 {
  const group = usize(index) / WORDS_OF_GROUP;
  const bits = load<u64>(record + group * 8);
  const bit = u64(1) << u64(index % u32(WORDS_OF_GROUP));
  if ((bits & bit) == 0) return 0;
  return load<u64>(
    record + BITMAP_BYTES + (wordsBefore(record, group) + usize(popcnt(bits & (bit - 1)))) * 8,
  );
}

function wordsBefore(record: usize, group: usize): usize {
  let words: u64 = 0;
  for (let i: usize = 0; i < group; i++) words += popcnt(load<u64>(record + i * 8));
  return usize(words);
}

/** Gives a record back. */
export function dropPacked(record: usize): void {
  const units = i32(unitsOf(u32(wordsBefore(record, GROUPS))));
  store<u32>(record, u32(unchecked(freed[units])));
  unchecked((freed[units] = record));
}
