import { describe, expect, it } from 'vitest';
import { createMachine } from '../../../sim/index.js';
import older from '../../../sim/profiles/win11-22000.2538/types.json' with { type: 'json' };
import newer from '../../../sim/profiles/win11-22631/types.json' with { type: 'json' };
import { memoryOf } from './memory-view.js';

type Field = readonly [offset: number, type: string];
interface Types {
  types: Record<string, { size: number; fields: Record<string, Field> }>;
  enums: Record<string, { values: Record<string, number> }>;
}

const BUILDS = [
  ['win11-22631', newer as unknown as Types],
  ['win11-22000.2538', older as unknown as Types],
] as const;

// The two builds count their regions differently: one has a place for what finds wrong accesses, the other has none.
describe.each(BUILDS)('nt!MiState.Vs.SystemVaRegions of %s', async (profile, { types, enums }) => {
  const { kernel, stage } = await createMachine({ machine: 'tiny', seed: 5, profile });
  const { read } = memoryOf(kernel.core);
  const offset = (type: string, name: string) => BigInt(types[type]!.fields[name]![0]);
  const visible = kernel.loaded.address('nt!MiState') + offset('_MI_SYSTEM_INFORMATION', 'Vs');
  const bytes = BigInt(types._MI_SYSTEM_VA_ASSIGNMENT!.size);
  const region = (name: string) => {
    const place = enums._MI_ASSIGNED_REGION_TYPES!.values[`AssignedRegion${name}`]!;
    const at = visible + offset('_MI_VISIBLE_STATE', 'SystemVaRegions') + BigInt(place) * bytes;
    const start = read(at + offset('_MI_SYSTEM_VA_ASSIGNMENT', 'BaseAddress'));
    return { start, end: start + read(at + offset('_MI_SYSTEM_VA_ASSIGNMENT', 'NumberOfBytes')) };
  };
  const global = (name: string) => read(kernel.loaded.address(`nt!${name}`));

  it('says where what is known from elsewhere is', () => {
    const system = stage.processes.find(({ name }) => name === 'System')!;
    const thread = system.threads.find(({ address }) => address !== 0n)!.address;
    const known = {
      PfnDatabase: global('MmPfnDatabase'),
      PageTables: global('MmPteBase'),
      SystemImages: kernel.loaded.get('nt').base,
      NonPagedPool: system.address,
      KernelStacks: read(thread + offset('_KTHREAD', 'StackLimit')),
    };
    for (const [name, address] of Object.entries(known)) {
      const { start, end } = region(name);
      expect([name, address >= start && address < end]).toEqual([name, true]);
    }
  });

  it('has no region behind the last', () => {
    const { SystemVaRegions } = types._MI_VISIBLE_STATE!.fields;
    const count = Number(/\[(\d+)\]$/.exec(SystemVaRegions![1])![1]);
    expect(enums._MI_ASSIGNED_REGION_TYPES!.values.AssignedRegionMaximum).toBe(count);
    const end = visible + BigInt(SystemVaRegions![0]) + BigInt(count) * bytes;
    expect([read(end), read(end + 8n)]).toEqual([0n, 0n]);
  });
});
