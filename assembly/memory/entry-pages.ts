// Pages of PTEs that name consecutive frames: page tables of large mappings and prototype PTEs of large files. They
// are rendered until somebody changes one of their entries.
import { PAGE_SIZE } from './arena';
import { ENTRIES, renderFrame } from './frames';

const PTE_BYTES: u32 = 8;
const DESCRIPTION_BYTES: usize = 16; // u32 first frame; u32 from | to << 16; u64 bits
const BLOCK: i32 = 4096; // descriptions that are allocated together
const BLOCKS: i32 = 1 << 12;

const blocks = new StaticArray<usize>(BLOCKS);
let count: i32 = 0;

function description(index: i32): usize {
  return unchecked(blocks[index / BLOCK]) + usize(index % BLOCK) * DESCRIPTION_BYTES;
}

/**
 * Makes an untouched frame `page` a page of PTEs: entry `from` names `firstFrame`, the next one the next frame, up to
 * entry `to` - 1; the others are zero. `bits` is everything in an entry but the frame number.
 */
export function fillWithEntries(page: u32, firstFrame: u32, from: u32, to: u32, bits: u64): void {
  if (count % BLOCK == 0) {
    assert(count / BLOCK < BLOCKS, 'too many rendered page tables');
    unchecked((blocks[count / BLOCK] = heap.alloc(usize(BLOCK) * DESCRIPTION_BYTES)));
  }
  const at = description(count);
  store<u32>(at, firstFrame);
  store<u32>(at, from | (to << 16), 4);
  store<u64>(at, bits, 8);
  renderFrame(page, ENTRIES, u32(count++));
}

/** Fills `target` with the page of PTEs that was described as number `index`. */
export function renderEntriesPage(index: u32, target: usize): void {
  const at = description(i32(index));
  const span = load<u32>(at, 4);
  const from = span & 0xffff;
  const to = span >>> 16;
  let entry = (u64(load<u32>(at)) << 12) | load<u64>(at, 8);
  memory.fill(target, 0, PAGE_SIZE);
  for (let slot = from; slot < to; slot++) {
    store<u64>(target + usize(slot * PTE_BYTES), entry);
    entry += u64(PAGE_SIZE);
  }
}
