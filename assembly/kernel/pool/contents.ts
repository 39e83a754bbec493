// What drivers leave in their pool blocks: a function of the block's address and a key, so that nothing of it has to be
// kept. Fields of one tag's structures have the same kind at the same offset in every block, as real ones have.
import { followingPair, GOLDEN, mixedPair } from '../../random';

/** Kinds of contents. */
export const ZEROES: u32 = 0;
/** A list entry, pointers, counts, flags, times. */
export const STRUCTURE: u32 = 1;
/** A short structure, then a path in UTF-16. */
export const NAME: u32 = 2;
/** Data up to some place in it, zero from there to the end. */
export const BUFFER: u32 = 3;
/** Records of trace events one after the other, zero behind the last. */
export const EVENTS: u32 = 4;
/** Entries of 32 bytes, many of them empty. */
export const TABLE: u32 = 5;

const POINTER_MASK: u64 = 0x3ffffc0; // somewhere in the 64 MiB around the block
const HEAD_OF_NAME: u32 = 48;
const HEAD_OF_EVENTS: u32 = 72; // the buffer's own header
const EVENT_HEAD: u32 = 24;
const LONGEST_EVENT: u32 = EVENT_HEAD + 64;

// What lies where in structures: a long row of fields, of which a tag's structures begin somewhere. A field is
// (random bits & mask) + base, where a pointer's base is near the block.
const PHASES: usize = 1024;
const FIELDS: usize = PHASES + 512; // a block fills at most a page
const ROW: usize = 12288; // bytes
const masks: usize = memory.data(3 * ROW, 16); // then as many bases, then whether each is a pointer
const AGE_MASK: u64 = 0xffffffffff; // about a day, in 100 ns

function prepareFields(): void {
  for (let i: usize = 0; i < FIELDS; i++) {
    let mask: u64 = 0;
    let base: u64 = 0;
    let pointer: u64 = 0;
    switch (u32((u64(i + 1) * GOLDEN) >> 59)) {
      case 0:
      case 1:
      case 2:
      case 3:
        mask = POINTER_MASK;
        pointer = u64.MAX_VALUE;
        break;
      case 4:
      case 5:
        mask = 0xff; // a count
        break;
      case 6:
      case 7:
        mask = 0xffff_0000_0000; // a word in the upper half
        break;
      case 8:
      case 9:
        mask = 0x7f_0000_0003; // flags, and a small number
        break;
      case 10:
      case 11:
        mask = AGE_MASK; // a time
        base = epoch - AGE_MASK;
        break;
      case 12:
        if (i & 1) mask = u64.MAX_VALUE; // a hash value
        break;
      case 13:
      case 14:
        mask = 0xfff << 3; // a length
        break;
      default: // zero
    }
    store<u64>(masks + i * 8, mask);
    store<u64>(masks + i * 8, base, ROW);
    store<u64>(masks + i * 8, pointer, 2 * ROW);
  }
}

const MOST_WORDS: i32 = 512;
const vocabulary: usize = memory.data(8192, 8);
const wordAt = new StaticArray<u16>(MOST_WORDS + 1);
let wordCount: u32 = 0;
let epoch: u64 = 0;

/** Takes the words of file and key names: ASCII, each ended by a zero. Times are around `now`, in 100 ns. */
export function setVocabulary(text: usize, bytes: u32, now: u64): void {
  epoch = now;
  prepareFields();
  wordCount = 0;
  const length = min(bytes, u32(8192));
  memory.copy(vocabulary, text, length);
  unchecked((wordAt[0] = 0));
  for (let i: u32 = 0; i < length && wordCount < u32(MOST_WORDS); i++)
    if (load<u8>(vocabulary + i) == 0) unchecked((wordAt[++wordCount] = u16(i + 1)));
}

// A stream of bits for each block.
let state: u64 = 0;

function following(bits: u64): u64 {
  let x = bits ^ (bits << 13);
  x ^= x >> 7;
  return x ^ (x << 17);
}

function next(): u64 {
  return (state = following(state));
}

function start(key: u64, address: u64): void {
  state = ((key ^ (address >> 4)) * GOLDEN) | 1;
  next();
}

/** Whether contents of a kind are written to the last byte of a page. */
export function coversPages(kind: u32): bool {
  return kind == STRUCTURE || kind == TABLE;
}

/** Fills `bytes` bytes, zero so far, at host address `target`: the block at `address`, whose neighbours in its list are known. */
export function fillContents(
  target: usize,
  bytes: u32,
  address: u64,
  after: u64,
  before: u64,
  kind: u32,
  key: u64,
): void {
  if (kind == ZEROES) return;
  start(key, address);
  if (kind == STRUCTURE) fillStructure(target, bytes, address, key);
  else if (kind == NAME) {
    fillStructure(target, min(bytes, HEAD_OF_NAME), address, key);
    if (bytes > HEAD_OF_NAME) fillPath(target + HEAD_OF_NAME, bytes - HEAD_OF_NAME);
  } else if (kind == BUFFER) fillData(target, bytes, address, key);
  else if (kind == EVENTS) fillEvents(target, bytes, address, key);
  else fillTable(target, bytes, address, key);
  if (after != 0 && bytes >= 16) {
    store<u64>(target, after);
    store<u64>(target, before, 8);
  }
}

/** What pointers near a block have in common, twice. */
function aroundOf(address: u64): v128 {
  return v128.splat<i64>(address & ~POINTER_MASK & ~0x3f);
}

/** Two fields whose masks are at `at`: what their kinds make of random bits. Small enough to be compiled into its callers. */
function fields(bits: v128, at: usize, around: v128): v128 {
  const base = v128.add<i64>(v128.and(v128.load(at, 2 * ROW), around), v128.load(at, ROW));
  return v128.add<i64>(v128.and(bits, v128.load(at)), base);
}

function fillStructure(target: usize, bytes: u32, address: u64, key: u64): void {
  const row = rowOf(key);
  const around = aroundOf(address);
  let stream = i64x2(next(), next() | 1);
  let i: u32 = 0;
  // A step of the streams is good for four fields.
  for (; i + 32 <= bytes; i += 32) {
    stream = followingPair(stream);
    v128.store(target + i, fields(stream, row + i, around));
    v128.store(target + i, fields(mixedPair(stream), row + i + 16, around), 16);
  }
  for (; i + 8 <= bytes; i += 8) {
    stream = followingPair(stream);
    store<u64>(target + i, v128.extract_lane<u64>(fields(stream, row + i, around), 0));
  }
}

function fillPath(target: usize, bytes: u32): void {
  if (wordCount == 0) return;
  let at: u32 = 0;
  let parts = 2 + u32(next() & 3);
  while (parts-- > 0) {
    const word = u32((next() >> 8) % wordCount);
    const from = unchecked(wordAt[word]);
    const length = u32(unchecked(wordAt[word + 1])) - from - 1;
    if (at + 2 * length + 4 > bytes) return;
    store<u16>(target + at, 0x5c); // backslash
    at += 2;
    for (let i: u32 = 0; i < length; i++, at += 2) store<u16>(target + at, load<u8>(vocabulary + from + i));
  }
}

/** Where the fields of a structure with a key begin in the long row. */
function rowOf(key: u64): usize {
  return masks + (usize((key * GOLDEN) >> 32) % PHASES) * 8;
}

function fillEvents(target: usize, bytes: u32, address: u64, key: u64): void {
  const end = bytes - u32(next() % (bytes / 8 + 1));
  let at: u32 = HEAD_OF_EVENTS;
  let time = epoch - (next() & 0xffffffff);
  fillStructure(target, min(bytes, at), address, key);
  const around = aroundOf(address);
  let stream = i64x2(next(), next() | 1);
  while (at + LONGEST_EVENT + 8 <= end) {
    stream = followingPair(stream);
    const bits = v128.extract_lane<u64>(stream, 0);
    const size = EVENT_HEAD + 8 + (u32(bits) & 0x38);
    const event = target + at;
    // Size, header type and flags, and the thread; then the process and what it was.
    store<u64>(event, u64(size | 0xc0130000) | (((bits >> 8) & 0xff) << 34));
    store<u64>(event, (((bits >> 16) & 0xff) << 2) | (((bits >> 24) & 0x1f) << 32), 8);
    time += (bits >> 32) & 0xffff;
    store<u64>(event, time, 16);
    const row = rowOf(key + (bits & 7)) - EVENT_HEAD;
    let payload = stream;
    // Two fields at a time: what a last one is too many, the next event or the zero behind all of them overwrites.
    for (let i = EVENT_HEAD; i < size; i += 16) {
      payload = mixedPair(payload);
      v128.store(event + i, fields(payload, row + i, around));
    }
    at += size;
  }
  if (at + 8 <= bytes) store<u64>(target + at, 0);
}

function fillRandom(target: usize, bytes: u32): void {
  let bits = state;
  for (let i: u32 = 0; i < bytes; i += 8) {
    bits = following(bits);
    store<u64>(target + i, bits);
  }
  state = bits;
}

/** Runs of packed bytes between structures, as packets and records leave them. */
function fillData(target: usize, bytes: u32, address: u64, key: u64): void {
  const end = u32(next() % bytes) & ~7;
  for (let at: u32 = 0; at < end;) {
    const run = min(end - at, 16 + (u32(next()) & 0x78));
    if ((next() & 0x300) == 0) fillRandom(target + at, run);
    else fillStructure(target + at, run, address, key);
    at += run;
  }
}

/** Entries of a pointer, a count, a hash value and one more field; what was freed stays until its place is taken. */
function fillTable(target: usize, bytes: u32, address: u64, key: u64): void {
  const last = (key & 3) == 0 ? AGE_MASK : (key & 3) == 1 ? 0xff : 0;
  const lastBase = (key & 3) == 0 ? epoch - AGE_MASK : 0;
  const hasTail = last != 0;
  const headMask = i64x2(POINTER_MASK, 0xffff_ffff_0000_001f);
  const headBase = i64x2(address & ~POINTER_MASK & ~0x3f, 0);
  const tailMask = i64x2(last, 0);
  const tailBase = i64x2(lastBase, 0);
  const usedBits = v128.splat<i64>(0x600);
  const none = v128.splat<i64>(0);
  let stream = i64x2(next(), next() | 1);
  for (let at: u32 = 0; at + 32 <= bytes; at += 32) {
    // Every second entry mixes the step of the one before.
    stream = at & 32 ? mixedPair(stream) : followingPair(stream);
    const bits = v128.shuffle<u64>(stream, stream, 0, 0);
    const isUsed = v128.ne<i64>(v128.and(bits, usedBits), none);
    const head = v128.or(v128.and(stream, headMask), headBase);
    v128.store(target + at, v128.and(head, isUsed));
    const tail = hasTail ? v128.add<i64>(v128.and(v128.shr<u64>(stream, 8), tailMask), tailBase) : none;
    v128.store(target + at, v128.and(tail, isUsed), 16);
  }
}
