// Pool as time passes: drivers take blocks of the background's kinds and give them back a while later.
import { allocateTable } from '../../memory/arena';
import { hostFor } from '../../memory/virtual';
import { hash } from '../../random';
import { fillContents } from './contents';
import { allocatePool, freePool, NON_PAGED, PAGED } from './pool';

const IN_FLIGHT: u32 = 1024; // blocks taken and not given back
const MOST_KINDS: u32 = 512;
const KIND_BYTES: u32 = 16; // u32 tag, paged, bytes, contents

let kinds: usize = 0;
let kindCount: u32 = 0;
let blocks: usize = 0;
let draws: u64 = 0;

function draw(limit: u32): u32 {
  draws = draws * 6364136223846793005 + 1442695040888963407;
  return u32(((draws >> 32) * limit) >> 32);
}

/** Begins anew, with no kinds of blocks and none taken. */
export function beginTraffic(seed: u64): void {
  kinds = allocateTable(MOST_KINDS * KIND_BYTES);
  blocks = allocateTable(IN_FLIGHT * 8);
  kindCount = 0;
  draws = seed;
}

/** Adds a kind of blocks that come and go. */
export function addTraffic(poolTag: u32, isPaged: bool, bytes: u32, contents: u32): void {
  if (kindCount == MOST_KINDS) return;
  const kind = kinds + usize(kindCount++) * KIND_BYTES;
  store<u32>(kind, poolTag);
  store<u32>(kind, isPaged ? PAGED : NON_PAGED, 4);
  store<u32>(kind, bytes, 8);
  store<u32>(kind, contents, 12);
}

/** Takes `count` blocks, and gives as many back that were taken before. */
export function passTraffic(count: u32): void {
  if (kindCount == 0) return;
  for (let i: u32 = 0; i < count; i++) {
    const slot = blocks + usize(draw(IN_FLIGHT)) * 8;
    const before = load<u64>(slot);
    if (before != 0) freePool(before);
    const kind = kinds + usize(draw(kindCount)) * KIND_BYTES;
    const poolTag = load<u32>(kind);
    const bytes = load<u32>(kind, 8);
    const block = allocatePool(bytes, poolTag, load<u32>(kind, 4), 0);
    fillContents(hostFor(block), bytes, block, 0, 0, load<u32>(kind, 12), hash(poolTag, bytes));
    store<u64>(slot, block);
  }
}
