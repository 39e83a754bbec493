// What drivers and subsystems that the machine does not model keep in pool: allocations of their tags and sizes, made
// in mixed order and partly freed again, so that the heaps look as they do after a while.
import { exchangeBuffer } from '../../host-buffer';
import { PAGE_SIZE } from '../../memory/arena';
import { hostFor } from '../../memory/virtual';
import { hash } from '../../random';
import { describePages } from './bulk-pages';
import { fillContents } from './contents';
import { allocateUncounted, freePool, NON_PAGED, PAGED, sizeInPool } from './pool';
import { isChunkOfPages, LARGEST_BLOCK } from './sizes';
import {
  countingProcessor,
  countingProcessors,
  enterTag,
  trackAllocations,
  trackHistory,
} from './tag-tables';

/** A record of the exchange buffer, one kind of allocation: u32 each, in the order of the functions below. */
const RECORD_BYTES: u32 = 32;

function tagOf(record: usize): u32 {
  return load<u32>(record);
}
function isPaged(record: usize): bool {
  return load<u32>(record, 4) != 0;
}
function bytesOf(record: usize): u32 {
  return load<u32>(record, 8);
}
function keptOf(record: usize): u32 {
  return load<u32>(record, 12);
}
function freedOf(record: usize): u32 {
  return load<u32>(record, 16);
}
function historyOf(record: usize): u32 {
  return load<u32>(record, 20);
}
function contentsOf(record: usize): u32 {
  return load<u32>(record, 24);
}

let draws: u64 = 0;

function draw(limit: u32): u32 {
  draws = draws * 6364136223846793005 + 1442695040888963407;
  return u32(((draws >> 32) * limit) >> 32);
}

function shuffle(list: usize, count: u32): void {
  for (let i = count; i > 1; i--) {
    const other = list + usize(draw(i)) * 4;
    const last = list + usize(i - 1) * 4;
    const value = load<u32>(last);
    store<u32>(last, load<u32>(other));
    store<u32>(other, value);
  }
}

/**
 * Makes the allocations that `count` records in the exchange buffer describe: of each kind, so many that are kept and
 * so many that are freed once all are made.
 */
export function populatePool(count: u32, seed: u64): void {
  draws = seed;
  const records = heap.alloc(count * RECORD_BYTES);
  memory.copy(records, exchangeBuffer(), count * RECORD_BYTES);
  let total: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const record = records + usize(i) * RECORD_BYTES;
    total += keptOf(record) + freedOf(record);
    if (historyOf(record) != 0) trackHistory(tagOf(record), isPaged(record), historyOf(record));
  }
  const order = heap.alloc(usize(total) * 4);
  let filled: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const record = records + usize(i) * RECORD_BYTES;
    for (let n = keptOf(record) + freedOf(record); n > 0; n--) store<u32>(order + usize(filled++) * 4, i);
  }
  shuffle(order, total);
  allocateAll(records, order, total, count);
}

/** Allocates in the given order; of each record, the first ones made are those that are freed in the end. */
function allocateAll(records: usize, order: usize, total: u32, count: u32): void {
  const made = heap.alloc(usize(count) * 4);
  memory.fill(made, 0, usize(count) * 4);
  const first = heap.alloc(usize(count) * 8); // of the list of each record's blocks: the first and the last
  const last = heap.alloc(usize(count) * 8);
  memory.fill(first, 0, usize(count) * 8);
  memory.fill(last, 0, usize(count) * 8);
  const doomed = heap.alloc(usize(total) * 8);
  let doomedCount: u32 = 0;
  // Of each record, how many each processor counts: entered once, as the tables lie all over memory.
  const processors = countingProcessors();
  const counts = heap.alloc(usize(count * processors) * 4);
  memory.fill(counts, 0, usize(count * processors) * 4);
  for (let i: u32 = 0; i < total; i++) {
    const index = load<u32>(order + usize(i) * 4);
    const record = records + usize(index) * RECORD_BYTES;
    const address = allocateUncounted(bytesOf(record), tagOf(record), isPaged(record) ? PAGED : NON_PAGED, 0);
    const serial = load<u32>(made + usize(index) * 4);
    if (serial == 0) enterTag(tagOf(record));
    const counter = counts + usize(index * processors + countingProcessor(address)) * 4;
    store<u32>(counter, load<u32>(counter) + 1);
    store<u32>(made + usize(index) * 4, serial + 1);
    const key = hash(tagOf(record), bytesOf(record));
    if (serial < freedOf(record)) {
      fill(record, address, 0, 0, key);
      store<u64>(doomed + usize(doomedCount++) * 8, address);
      continue;
    }
    const head = first + usize(index) * 8;
    const tail = last + usize(index) * 8;
    if (load<u64>(head) == 0) store<u64>(head, address);
    fill(record, address, load<u64>(head), load<u64>(tail) == 0 ? address : load<u64>(tail), key);
    link(record, load<u64>(tail), address, load<u64>(head));
    store<u64>(tail, address);
  }
  countAll(records, counts, count);
  for (let i: u32 = 0; i < doomedCount; i++) freePool(load<u64>(doomed + usize(i) * 8));
}

/** Enters what was allocated in the tables of tags. */
function countAll(records: usize, counts: usize, count: u32): void {
  const processors = countingProcessors();
  for (let i: u32 = 0; i < count; i++) {
    const record = records + usize(i) * RECORD_BYTES;
    const bytes = sizeInPool(bytesOf(record));
    for (let processor: u32 = 0; processor < processors; processor++) {
      const times = load<u32>(counts + usize(i * processors + processor) * 4);
      if (times != 0) trackAllocations(tagOf(record), isPaged(record), processor, times, bytes);
    }
  }
}

function fill(record: usize, address: u64, after: u64, before: u64, key: u64): void {
  const bytes = bytesOf(record);
  if (bytes <= LARGEST_BLOCK) {
    const linked = isLinked(record);
    fillContents(
      hostFor(address),
      bytes,
      address,
      linked ? after : 0,
      linked ? before : 0,
      contentsOf(record),
      key,
    );
  } else if (isChunkOfPages(bytes)) fillPieces(record, address, key);
  else describePages(address, (bytes + PAGE_SIZE - 1) / PAGE_SIZE, contentsOf(record), key);
}

/** Fills an allocation of several pages whose last one it shares. */
function fillPieces(record: usize, address: u64, key: u64): void {
  for (let done: u32 = 0; done < bytesOf(record); done += PAGE_SIZE) {
    const page = address + done;
    fillContents(hostFor(page), min(bytesOf(record) - done, PAGE_SIZE), page, 0, 0, contentsOf(record), key);
  }
}

/** Structures, names and buffers of a block's size begin with a LIST_ENTRY. */
function isLinked(record: usize): bool {
  return bytesOf(record) <= LARGEST_BLOCK && contentsOf(record) != 0 && bytesOf(record) >= 32;
}

/** Makes the ring whole again: the block before points to this one, the first one back to it. */
function link(record: usize, before: u64, address: u64, head: u64): void {
  if (!isLinked(record) || before == 0) return;
  store<u64>(hostFor(before), address);
  store<u64>(hostFor(head), address, 8);
}
