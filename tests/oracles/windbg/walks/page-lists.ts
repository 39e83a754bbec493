import type { TypedMemory } from '../typed-memory.js';

export interface WalkedLists {
  zeroed: number;
  free: number;
  standby: number[];
  modified: number;
  modifiedNoWrite: number;
  bad: number;
}

const PARTITION = '_MI_PARTITION';
const PRIORITIES = 8;

/** Totals of the memory manager's lists in nt!MiSystemPartition. */
export async function walkPageLists(memory: TypedMemory): Promise<WalkedLists> {
  const partition = await memory.symbol('MiSystemPartition');
  await memory.fetchAll(PARTITION, [partition]);
  await memory.learn('_MMPFNLIST.Total');
  const bytes = BigInt(await memory.size('_MMPFNLIST'));
  const total = async (path: string, index = 0): Promise<number> => {
    await memory.learn(`${PARTITION}.${path}`);
    const head = partition + memory.offset(`${PARTITION}.${path}`) + BigInt(index) * bytes;
    return Number(memory.get(head, '_MMPFNLIST.Total'));
  };
  const standby: number[] = [];
  for (let priority = 0; priority < PRIORITIES; priority++)
    standby.push(await total('PageLists.StandbyPageListByPriority', priority));
  return {
    zeroed: await total('PageLists.ZeroedPageListHead'),
    free: await total('PageLists.FreePageListHead'),
    standby,
    modified: await total('Vp.ModifiedPageListHead'),
    modifiedNoWrite: await total('Vp.ModifiedNoWritePageListHead'),
    bad: await total('PageLists.BadPageListHead'),
  };
}
