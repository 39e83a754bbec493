import type { TypedMemory } from '../typed-memory.js';

export interface WalkedTag {
  nonPagedAllocs: number;
  nonPagedFrees: number;
  nonPagedBytes: number;
  pagedAllocs: number;
  pagedFrees: number;
  pagedBytes: number;
}

const ROW = '_POOL_TRACKER_TABLE';
const COLUMNS = {
  nonPagedAllocs: 'NonPagedAllocs',
  nonPagedFrees: 'NonPagedFrees',
  nonPagedBytes: 'NonPagedBytes',
  pagedAllocs: 'PagedAllocs',
  pagedFrees: 'PagedFrees',
  pagedBytes: 'PagedBytes',
} as const;

/** What !poolused adds up: the rows of every processor's table of tags, by tag. */
export async function walkPoolTags(memory: TypedMemory, processors: number): Promise<Map<string, WalkedTag>> {
  await memory.learn(`${ROW}.Key`, ...Object.values(COLUMNS).map((column) => `${ROW}.${column}`));
  const [tables, size] = [await memory.symbol('ExPoolTagTables'), await memory.symbol('PoolTrackTableSize')];
  await memory.fetch([
    { address: tables, length: processors * 8 },
    { address: size, length: 8 },
  ]);
  const rows = Number(memory.u64(size));
  const rowBytes = await memory.size(ROW);
  const found = new Map<string, WalkedTag>();
  for (let number = 0; number < processors; number++) {
    const table = memory.u64(tables + BigInt(number * 8));
    await memory.fetch([{ address: table, length: rows * rowBytes }]);
    for (let row = 0; row < rows; row++) {
      const at = table + BigInt(row * rowBytes);
      if (memory.get(at, `${ROW}.Key`) === 0n) continue;
      const tag = memory.bytes(at + memory.offset(`${ROW}.Key`), 4).toString('latin1');
      const sums = found.get(tag) ?? {
        nonPagedAllocs: 0,
        nonPagedFrees: 0,
        nonPagedBytes: 0,
        pagedAllocs: 0,
        pagedFrees: 0,
        pagedBytes: 0,
      };
      for (const [name, column] of Object.entries(COLUMNS))
        sums[name as keyof WalkedTag] += Number(memory.get(at, `${ROW}.${column}`));
      found.set(tag, sums);
    }
  }
  return found;
}
