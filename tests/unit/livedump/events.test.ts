import { expect, it } from 'vitest';
import { createMachine } from '../../../sim/index.js';
import { fileOf, framesIn } from './file.js';

const PAGE = 4096;
const machine = await createMachine({ machine: 'tiny', seed: 1 });

it('a live dump is logged phase by phase, in the order of the provider', () => {
  const file = fileOf(machine.capture());
  const { provider, events } = machine.liveDumpEvents;
  expect(provider).toEqual({
    name: 'Microsoft-Windows-Kernel-LiveDump',
    guid: '{BEF2AA8E-81CD-11E2-A7BB-5EAC6188709B}',
  });
  const ids = events.map(({ id }) => id);
  const inOrder = [1, 101, 102, 103, 104, 121, 117, 118, 119, 120, 122, 105, 106, 108, 109];
  inOrder.push(151, 152, 153, 154, 165, 158, 159, 160, 161, 156, 157, 166, 155, 3, 4, 2);
  expect(ids.filter((id) => ![107, 113].includes(id))).toEqual(inOrder);

  // The public manifest of the provider has every event at level Informational, and a workflow's steps in its task.
  expect(new Set(events.map(({ level }) => level))).toEqual(new Set([4]));
  const tasks = new Map(events.map(({ id, task }) => [id, task]));
  expect(tasks.get(117)).toBe('SizingWorkflow');
  expect(tasks.get(158)).toBe('CapturePagesWorkflow');

  const pages = framesIn(file).size;
  expect(events.find(({ id }) => id === 157)!.payload).toEqual({ Pages: pages });
  expect(events.find(({ id }) => id === 4)!.payload).toEqual({
    NTStatus: '0x00000000',
    TotalBytes: file.length,
    HeaderBytes: file.length - pages * PAGE,
    PrimaryDataBytes: pages * PAGE,
    SecondaryDataBytes: 0,
  });
  expect(events[0]!.payload).toMatchObject({ BugCheckCode: '0x161', Flags: '0x8', AddPagesControl: '0x0' });
});

it('events carry the machine’s time', () => {
  const before = machine.liveDumpEvents.events.length;
  machine.advance(1500);
  const file = fileOf(machine.capture());
  const systemTime = file.readBigUInt64LE(0xfa8);
  const times = new Set(machine.liveDumpEvents.events.slice(before).map(({ time }) => time));
  expect([...times]).toHaveLength(1);
  const ms = new Date([...times][0]!).getTime();
  expect(BigInt(ms)).toBe((systemTime - 116444736000000000n) / 10000n);
});
