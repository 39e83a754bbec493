// The tables that count pool by tag, one for each processor, against what the heaps hold.
import { NT } from '../../generated/symbols';
import { Rule, Visited } from '../../generated/rules';
import { POOL_TRACKER_TABLE } from '../../generated/types';
import { offsetOf } from '../../layout/fields';
import { addressOf } from '../../kernel/symbols';
import { peek32, peek64, value } from '../memory';
import { broken, disagree, disagreeAt, NO_FIELD, visit } from '../report';
import { blocksWithTag, bytesWithTag, tagCount } from './blocks';

const MOST_PROCESSORS: u32 = 128; // entries of nt!ExPoolTagTables
const MOST_ROWS: u64 = 1 << 20;

let tables: u32 = 0;
let pairs: u32 = 0;

/** Checks that the rows of all processors together say of each tag what was found. */
export function checkTrackers(): void {
  const first = peek64(addressOf(NT.PoolTrackTable));
  const rows = peek64(addressOf(NT.PoolTrackTableSize));
  tables = 0;
  while (tables < MOST_PROCESSORS && tableOf(tables) != 0) tables++;
  if (broken()) return;
  if (tableOf(0) != first || tables != peek32(addressOf(NT.KeNumberProcessors))) {
    disagreeAt(Rule.PoolTagIsTracked, NO_FIELD, addressOf(NT.PoolTrackTable), tableOf(0), first);
    return;
  }
  if (rows > MOST_ROWS) {
    disagreeAt(Rule.PoolTagIsTracked, NO_FIELD, addressOf(NT.PoolTrackTableSize), MOST_ROWS, rows);
    return;
  }
  pairs = 0;
  for (let row: u64 = 0; row < rows && !broken(); row++) {
    const tag = u32(value(first + row * offsetOf(POOL_TRACKER_TABLE.SIZE), POOL_TRACKER_TABLE.Key));
    if (tag != 0) checkRow(row, tag);
  }
  // Every tag that the heaps hold has a row.
  if (!broken() && pairs != tagCount())
    disagreeAt(Rule.PoolTagIsTracked, NO_FIELD, addressOf(NT.PoolTrackTable), tagCount(), pairs);
}

function tableOf(processor: u32): u64 {
  return peek64(addressOf(NT.ExPoolTagTables) + u64(processor) * 8);
}

/** A row's field, added up over all processors. */
function sum(row: u64, field: i32): u64 {
  let total: u64 = 0;
  for (let i: u32 = 0; i < tables && !broken(); i++)
    total += value(tableOf(i) + row * offsetOf(POOL_TRACKER_TABLE.SIZE), field);
  return total;
}

function checkRow(row: u64, tag: u32): void {
  const tracker = tableOf(0) + row * offsetOf(POOL_TRACKER_TABLE.SIZE);
  agree(
    tracker,
    POOL_TRACKER_TABLE.NonPagedBytes,
    sum(row, POOL_TRACKER_TABLE.NonPagedBytes),
    bytesWithTag(tag, false),
  );
  agree(
    tracker,
    POOL_TRACKER_TABLE.PagedBytes,
    sum(row, POOL_TRACKER_TABLE.PagedBytes),
    bytesWithTag(tag, true),
  );
  agree(
    tracker,
    POOL_TRACKER_TABLE.NonPagedAllocs,
    sum(row, POOL_TRACKER_TABLE.NonPagedAllocs) - sum(row, POOL_TRACKER_TABLE.NonPagedFrees),
    blocksWithTag(tag, false),
  );
  agree(
    tracker,
    POOL_TRACKER_TABLE.PagedAllocs,
    sum(row, POOL_TRACKER_TABLE.PagedAllocs) - sum(row, POOL_TRACKER_TABLE.PagedFrees),
    blocksWithTag(tag, true),
  );
  if (blocksWithTag(tag, false) != 0) pairs++;
  if (blocksWithTag(tag, true) != 0) pairs++;
  visit(Visited.PoolTags);
}

function agree(row: u64, field: i32, found: u64, expected: u64): void {
  if (!broken() && found != expected) disagree(Rule.PoolTagIsTracked, row, field, expected, found);
}
