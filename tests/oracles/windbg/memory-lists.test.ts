import { afterAll, beforeAll, expect, it } from 'vitest';
import { generateDump, type GeneratedDump } from '../../support/generated-dump.js';
import { describeWith } from '../../support/tools.js';
import { WINDBG } from './engine.js';
import { EngineSession } from './session.js';
import { TypedMemory } from './typed-memory.js';

const LISTS = '_MI_PARTITION.PageLists';
const STEPS = 100;
const END_OF_LIST = 0xffffffffffn;
const [STANDBY, MODIFIED] = [2n, 3n];

describeWith([WINDBG], "the memory manager's lists as WinDbg's engine reads them", () => {
  let made: GeneratedDump;
  let session: EngineSession;
  let memory: TypedMemory;
  let partition = 0n;
  let database = 0n;
  let entryBytes = 0n;
  let headBytes = 0n;

  beforeAll(async () => {
    made = generateDump(['--machine', 'tiny', '--seed', '1']);
    session = await EngineSession.open(made.dump, made.symbols, made.symbols);
    memory = new TypedMemory(session);
    await memory.learn(
      '_MI_PARTITION.PageLists',
      '_MI_PARTITION.Vp',
      '_MI_PARTITION_PAGE_LISTS.ZeroedPageListHead',
      '_MI_PARTITION_PAGE_LISTS.FreePageListHead',
      '_MI_PARTITION_PAGE_LISTS.StandbyPageListByPriority',
      '_MI_PARTITION_PAGE_LISTS.ModifiedPageListNoReservation',
      '_MI_PARTITION_PAGE_LISTS.MappedPageListHead',
      '_MI_PARTITION_PAGE_LISTS.BadPageListHead',
      '_MI_VISIBLE_PARTITION.AvailablePages',
      '_MMPFNLIST.Total',
      '_MMPFNLIST.Flink',
      '_MMPFN.u1.Flink',
      '_MMPFN.u2',
      '_MIPFNBLINK.Blink',
      '_MMPFN.u3.e1',
      '_MMPFNENTRY1.PageLocation',
    );
    partition = await memory.symbol('MiSystemPartition');
    entryBytes = BigInt(await memory.size('_MMPFN'));
    headBytes = BigInt(await memory.size('_MMPFNLIST'));
    const pointer = await memory.symbol('MmPfnDatabase');
    await memory.fetch([
      { address: pointer, length: 8 },
      { address: partition, length: await memory.size('_MI_PARTITION') },
    ]);
    database = memory.bytes(pointer, 8).readBigUInt64LE();
  });
  afterAll(async () => {
    await session?.close();
    made?.remove();
  });

  const head = (name: string, index = 0): bigint =>
    partition +
    memory.offset(LISTS) +
    memory.offset(`_MI_PARTITION_PAGE_LISTS.${name}`) +
    BigInt(index) * headBytes;
  const total = (at: bigint): number => Number(memory.get(at, '_MMPFNLIST.Total'));

  it('have the totals of the truth', () => {
    const { lists } = made.truth.physicalMemory;
    expect(total(head('ZeroedPageListHead'))).toBe(lists.zeroed);
    expect(total(head('FreePageListHead'))).toBe(lists.free);
    expect(total(head('BadPageListHead'))).toBe(lists.bad);
    expect(total(head('ModifiedPageListNoReservation'))).toBe(lists.modifiedPrivate);
    expect(total(head('MappedPageListHead'))).toBe(lists.modifiedFile);
    expect(lists.standby.map((_, priority) => total(head('StandbyPageListByPriority', priority)))).toEqual(
      lists.standby,
    );
    const available = lists.zeroed + lists.free + lists.standby.reduce((sum, part) => sum + part);
    const visible = partition + memory.offset('_MI_PARTITION.Vp');
    expect(Number(memory.get(visible, '_MI_VISIBLE_PARTITION.AvailablePages'))).toBe(available);
  });

  it.each([
    ['standby pages of priority 5', 'StandbyPageListByPriority', 5, STANDBY],
    ['modified pages of files', 'MappedPageListHead', 0, MODIFIED],
    ['modified private pages', 'ModifiedPageListNoReservation', 0, MODIFIED],
  ] as const)('lead from frame to frame and back: %s', async (_, name, index, location) => {
    const at = head(name, index);
    let before = END_OF_LIST;
    let steps = 0;
    for (let link = memory.get(at, '_MMPFNLIST.Flink'); link !== END_OF_LIST && steps < STEPS; steps++) {
      const entry = database + link * entryBytes;
      await memory.fetchAll('_MMPFN', [entry]);
      const back = entry + memory.offset('_MMPFN.u2');
      expect(memory.get(back, '_MIPFNBLINK.Blink')).toBe(before);
      const state = entry + memory.offset('_MMPFN.u3.e1');
      expect(memory.get(state, '_MMPFNENTRY1.PageLocation')).toBe(location);
      before = link;
      link = memory.get(entry, '_MMPFN.u1.Flink');
    }
    expect(steps).toBe(Math.min(STEPS, total(at)));
    expect(steps).toBeGreaterThan(0);
  });
});
