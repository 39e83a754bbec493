import { beforeAll, describe, expect, it } from 'vitest';
import { createMachine, type LabMachine } from '../../../sim/index.js';
import { offsetOf } from '../../oracles/readers/layouts.js';

let machine: LabMachine;

function read(address: bigint, type: string, field: string, bytes: 1 | 4 | 8): number {
  const { core } = machine.kernel;
  core.exports.memoryRead(address + BigInt(offsetOf(type, field)), bytes);
  if (bytes === 8) return Number(core.exchange.getBigUint64(0, true));
  return bytes === 1 ? core.exchange.getInt8(0) : core.exchange.getUint32(0, true);
}

function processNamed(name: string) {
  return machine.stage.processes.find((process) => process.name.toLowerCase() === name)!;
}

const basePriorities = (name: string) =>
  processNamed(name).threads.map(({ address }) => read(address, '_KTHREAD', 'BasePriority', 1));

function expectWhole(): void {
  expect(machine.check()).toMatchObject({ ok: true });
}

beforeAll(async () => {
  machine = await createMachine({ machine: 'classroom', seed: 11 });
  machine.advance(1000);
});

describe('a change of priority', () => {
  it.each([
    ['Above normal', 6, 10],
    ['Realtime', 4, 24],
    ['Idle', 1, 4],
  ] as const)('to %s sets class %i and base %i, and moves the threads with it', (name, value, base) => {
    const { pid, address } = processNamed('explorer.exe');
    const before = read(address, '_KPROCESS', 'BasePriority', 1);
    const threads = basePriorities('explorer.exe');
    expect(machine.act(pid, { do: 'priority', priorityClass: name })).toBe('done');
    expect(read(address, '_EPROCESS', 'PriorityClass', 1)).toBe(value);
    expect(read(address, '_KPROCESS', 'BasePriority', 1)).toBe(base);
    const [least, most] = base >= 16 ? [16, 31] : [1, 15];
    expect(basePriorities('explorer.exe')).toEqual(
      threads.map((priority) => Math.min(Math.max(priority - before + base, least), most)),
    );
    expectWhole();
    machine.advance(3000);
    expectWhole();
  });
});

describe('a change of affinity', () => {
  it('keeps the threads on the processors that are allowed', () => {
    const { pid, address, threads } = processNamed('dwm.exe');
    expect(machine.affinity(pid)).toEqual([0, 1, 2, 3]);
    expect(machine.act(pid, { do: 'affinity', processors: [2] })).toBe('done');
    expect(machine.affinity(pid)).toEqual([2]);
    expectWhole();
    const ran = () => threads.map((thread) => read(thread.address, '_KTHREAD', 'ContextSwitches', 4));
    const before = ran();
    machine.advance(2000);
    const after = ran();
    const active = threads.filter((_, index) => after[index]! > before[index]!);
    expect(active.length).toBeGreaterThan(3);
    for (const thread of active) {
      expect(read(thread.address, '_KTHREAD', 'IdealProcessor', 4)).toBe(2);
      const affinity = BigInt(read(thread.address, '_KTHREAD', 'Affinity', 8));
      expect(affinity).not.toBe(0n);
    }
    expect(read(address, '_KPROCESS', 'CycleTime', 8)).toBeGreaterThan(0);
    expectWhole();
    machine.act(pid, { do: 'affinity', processors: [0, 1, 2, 3] });
    machine.advance(2000);
    expect(machine.affinity(pid)).toEqual([0, 1, 2, 3]);
    expectWhole();
  });

  it('needs a processor that there is', () => {
    const { pid } = processNamed('dwm.exe');
    expect(() => machine.act(pid, { do: 'affinity', processors: [] })).toThrow(RangeError);
    expect(() => machine.act(pid, { do: 'affinity', processors: [4] })).toThrow(RangeError);
  });
});

describe('efficiency mode', () => {
  it('is the lowest priority and a policy for the processor, and can be left', () => {
    const { pid, address } = processNamed('explorer.exe');
    machine.act(pid, { do: 'efficiency', on: true });
    expect(read(address, '_EPROCESS', 'PriorityClass', 1)).toBe(1);
    expect(machine.act(pid, { do: 'efficiency', on: false })).toBe('done');
    expect(read(address, '_EPROCESS', 'PriorityClass', 1)).toBe(2);
  });
});

describe('access', () => {
  it('is denied to System and to protected processes', () => {
    const action = { do: 'priority', priorityClass: 'High' } as const;
    expect(machine.act(4, action)).toBe('denied');
    expect(machine.act(processNamed('csrss.exe').pid, action)).toBe('denied');
    expect(machine.act(999_999, action)).toBe('gone');
  });

  it('of a standard user is to the own processes that are not elevated', () => {
    const action = { do: 'priority', priorityClass: 'Normal' } as const;
    expect(machine.act(processNamed('explorer.exe').pid, action, false)).toBe('done');
    expect(machine.act(processNamed('taskmgr.exe').pid, action, false)).toBe('denied');
    expect(machine.act(processNamed('spoolsv.exe').pid, action, false)).toBe('denied');
    expect(machine.act(processNamed('spoolsv.exe').pid, action, true)).toBe('done');
  });
});

describe('the bytes of a machine', () => {
  it('are the same after the same actions', async () => {
    const dumps = await Promise.all(
      [0, 1].map(async () => {
        const own = await createMachine({ machine: 'tiny', seed: 4 });
        own.advance(500);
        const { pid } = own.stage.processes.find(({ program }) => program.protection === 0 && program.path)!;
        own.act(pid, { do: 'priority', priorityClass: 'High' });
        own.act(pid, { do: 'affinity', processors: [1] });
        own.advance(1500);
        return own.stage.processes.map(
          ({ address }) =>
            own.kernel.core.exports.memoryRead(address, 2048) && [
              ...own.kernel.core.view(own.kernel.core.exports.exchangeBuffer(), 2048),
            ],
        );
      }),
    );
    expect(dumps[0]).toEqual(dumps[1]);
  });
});

describe('a wait chain', () => {
  it('follows owners of resources and tells a deadlock', async () => {
    const locked = await createMachine({ machine: 'tiny', scenario: 'resource-deadlock', seed: 1 });
    const deadlocks = locked.waitChains(4).filter(({ isDeadlock }) => isDeadlock);
    expect(deadlocks.length).toBe(4);
    const [a, b] = locked.events.map((event) => event['tid'] as number);
    const first = deadlocks.find(({ links }) => links[0]!.tid === a);
    expect(first?.links.map(({ tid }) => tid)).toEqual([a, b]);
    expect(first?.links[0]?.waitsFor).toBe('resource');
  });

  it('is none of a process whose threads wait for nobody', async () => {
    const { pid } = processNamed('spoolsv.exe');
    expect(machine.waitChains(pid)).toEqual([]);
  });
});
