import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createMachine, type LabMachine } from '../../../sim/index.js';
import { parseScenario } from '../../../sim/scenarios/load.js';
import type { StagedProcess } from '../../../sim/world/stage.js';
import { offsetOf } from '../../oracles/readers/layouts.js';

const MINUTE = 60_000;
const TERMINATED = 4; // _KTHREAD_STATE
const STATUS_ABANDONED = 0x80;
let machine: LabMachine;

function read(address: bigint, type: string, field: string, bytes: 1 | 4 | 8 = 8): bigint {
  const { core } = machine.kernel;
  core.exports.memoryRead(address + BigInt(offsetOf(type, field)), bytes);
  if (bytes === 8) return core.exchange.getBigUint64(0, true);
  return BigInt(bytes === 4 ? core.exchange.getUint32(0, true) : core.exchange.getUint8(0));
}

/** Whether the checker agrees with the machine, now and after a minute. */
function expectWhole(ms = 0): void {
  if (ms > 0) machine.advance(ms);
  const result = machine.check();
  expect(result.ok ? '' : result.message).toBe('');
}

const living = () => machine.stage.processes.filter(({ exitTime }) => exitTime === undefined);
const named = (name: string) => living().find((process) => process.name === name)!;
const endOne = (process: StagedProcess) => machine.act(process.pid, { do: 'end' });

/** Handles of all processes that lead to an object, from the truth. */
function holders(object: bigint): number[] {
  const text = ` 0x${object.toString(16)} `;
  return machine
    .truth()
    .processes.filter(({ handles }) =>
      Object.values(handles.open).some((list) => list.some((handle) => handle.includes(text))),
    )
    .map(({ pid }) => pid);
}

/** Allocations under a pool tag that were not freed. */
function allocated(tag: string): number {
  const { nonPagedAllocs, nonPagedFrees } = machine.truth().pool.find((entry) => entry.tag === tag)!;
  return nonPagedAllocs - nonPagedFrees;
}

const memory = () => {
  const { lists, active } = machine.truth().physicalMemory;
  const { zeroed, free, standby, modifiedPrivate } = lists;
  return { active, free, standby: standby.reduce((sum, pages) => sum + pages), modifiedPrivate, zeroed };
};

async function boot(steps: readonly object[], size = 'tiny'): Promise<LabMachine> {
  const text = JSON.stringify({ format: 1, name: 'mine', title: 'Mine', machine: size, steps });
  return createMachine({ scenario: parseScenario(text, 'mine.json'), seed: 5 });
}

describe('a process that others have open', () => {
  let process: StagedProcess;
  let threads: bigint[];
  let table: bigint;

  beforeAll(async () => {
    machine = await createMachine({ machine: 'tiny', seed: 3 });
    machine.advance(1000);
    const csrss = machine.stage.processes.filter(({ name }) => name === 'csrss.exe').map(({ pid }) => pid);
    process = living().find(
      (candidate) =>
        !['csrss.exe', 'Taskmgr.exe'].includes(candidate.name) &&
        candidate.modules.length > 0 &&
        candidate.program.protection === 0 &&
        !candidate.spec.traits.includes('critical') &&
        holders(candidate.address).some((pid) => pid !== candidate.pid && !csrss.includes(pid)),
    )!;
    threads = process.threads.map(({ address }) => address);
    table = read(process.address, '_EPROCESS', 'ObjectTable');
    expect(machine.act(process.pid, { do: 'end' })).toBe('done');
  });

  it('is an object with the status and the time of its end, and nothing behind it', () => {
    const get = (field: string, bytes: 1 | 4 | 8 = 8) => read(process.address, '_EPROCESS', field, bytes);
    expect(table).not.toBe(0n);
    expect(get('ObjectTable')).toBe(0n);
    expect(get('ExitStatus', 4)).toBe(1n);
    expect(get('ExitTime.QuadPart')).toBe(machine.kernel.core.exports.clockNow());
    expect(get('ActiveThreads', 4)).toBe(0n);
    expect(get('VadRoot.Root')).toBe(0n);
    expect(get('CommitCharge')).toBe(0n);
    expect(get('Session')).toBe(0n);
    expect(read(process.address, '_DISPATCHER_HEADER', 'SignalState', 4)).toBe(1n);
    expect(machine.stage.processes).toContain(process);
  });

  it('is open to those who had it open, but for the subsystem of its session', () => {
    const left = holders(process.address);
    expect(left.length).toBeGreaterThan(0);
    expect(left).not.toContain(process.pid);
    const header = process.address - BigInt(offsetOf('_OBJECT_HEADER', 'Body'));
    expect(read(header, '_OBJECT_HEADER', 'HandleCount')).toBeGreaterThanOrEqual(BigInt(left.length));
    for (const pid of left)
      expect(machine.stage.processes.find((other) => other.pid === pid)!.name).not.toBe('csrss.exe');
  });

  it('has ended threads only where somebody has those open', () => {
    expect(process.threads).toEqual([]);
    for (const { address, exitTime } of process.endedThreads) {
      expect(threads).toContain(address);
      expect(read(address, '_KTHREAD', 'State', 1)).toBe(BigInt(TERMINATED));
      expect(read(address, '_ETHREAD', 'ExitTime.QuadPart')).toBe(exitTime);
      expect(holders(address).length).toBeGreaterThan(0);
    }
  });

  it('leaves a machine that agrees with itself, also after a minute', () => {
    expectWhole();
    expectWhole(MINUTE);
  });
});

describe('what a process had', () => {
  beforeEach(async () => {
    machine = await createMachine({ machine: 'tiny', seed: 8 });
    machine.advance(1000);
  });

  it('goes back: threads, pool, frames, handles', () => {
    const process = named('winlogon.exe');
    const { threads, address, endedThreads } = process;
    const before = { memory: memory(), threads: allocated('Thre'), stacks: threads.length };
    const own = read(address, '_EPROCESS', 'NumberOfPrivatePages');
    expect(endOne(process)).toBe('done');
    const kept = machine.stage.processes.includes(process) ? process.endedThreads.length : 0;
    expect(allocated('Thre')).toBe(before.threads - before.stacks - endedThreads.length + kept);
    const after = memory();
    const total = ({ active, free, standby, zeroed, modifiedPrivate }: typeof after) =>
      active + free + standby + zeroed + modifiedPrivate;
    expect(total(after)).toBe(total(before.memory));
    // Private pages, and seven of a kernel stack for each thread; page tables come on top.
    const least = Number(own) + 7 * before.stacks;
    expect(before.memory.active - after.active).toBeGreaterThanOrEqual(least);
    expect(after.free - before.memory.free).toBeGreaterThanOrEqual(least);
    expectWhole();
  });

  it('goes for every process that may end, one after the other', () => {
    const ended = living()
      .filter(({ spec }) => !spec.traits.includes('critical')) // with one of those the machine stops
      .filter((process) => machine.act(process.pid, { do: 'end' }) === 'done');
    expect(ended.length).toBeGreaterThan(2);
    for (const process of ended) expect(living()).not.toContain(process);
    expectWhole();
    expectWhole(MINUTE);
  });

  it('is the same however time is cut before and after', async () => {
    const bytes = async (steps: readonly number[]) => {
      const other = await createMachine({ machine: 'tiny', seed: 8 });
      for (const ms of steps) {
        if (ms === 0)
          other.act(other.stage.processes.find(({ name }) => name === 'explorer.exe')!.pid, { do: 'end' });
        else other.advance(ms);
      }
      const { exports } = other.kernel.core;
      return JSON.stringify([
        other.truth().pool,
        exports.memoryFramesOn(1).toString(),
        other.truth().processes,
      ]);
    };
    expect(await bytes([1500, 0, 4000])).toBe(await bytes([700, 800, 0, 1, 2999, 1000]));
  });
});

describe('who may end what', () => {
  beforeAll(async () => {
    machine = await createMachine({ machine: 'classroom', seed: 4 });
  });

  const end = (name: string, administrator = true) =>
    machine.act(
      living().find((process) => process.name.toLowerCase() === name)!.pid,
      { do: 'end' },
      administrator,
    );

  it('protected processes and those of others are denied', () => {
    expect(end('csrss.exe')).toBe('denied');
    expect(end('system')).toBe('denied');
    expect(end('spoolsv.exe', false)).toBe('denied');
    expect(machine.act(999_999, { do: 'end' })).toBe('gone');
  });

  it('the process that asks for dumps is not ended', () => {
    expect(end('taskmgr.exe')).toBe('needed');
  });

  it('a tree goes with all that comes from it', () => {
    const parent = living().find(
      ({ pid, spec, program, modules }) =>
        !spec.traits.includes('critical') &&
        program.protection === 0 &&
        modules.length > 0 &&
        living().some(({ parentPid }) => parentPid === pid) &&
        !living().some(({ parentPid, name }) => parentPid === pid && name.toLowerCase() === 'taskmgr.exe'),
    )!;
    const children = living().filter(({ parentPid }) => parentPid === parent.pid);
    const handles = machine.truth().processes.reduce((sum, process) => sum + process.handles.count, 0);
    expect(machine.act(parent.pid, { do: 'end', tree: true })).toBe('done');
    for (const process of [parent, ...children]) expect(living()).not.toContain(process);
    expect(machine.truth().processes.reduce((sum, process) => sum + process.handles.count, 0)).toBeLessThan(
      handles,
    );
    expectWhole();
    expectWhole(5000);
  });

  it("a standard user ends what is the user's", () => {
    expect(end('onedrive.exe', false)).toBe('done');
    expectWhole();
  });
});

describe('what a process leaves to others', () => {
  const thread = (event: Record<string, unknown>, name = 'thread') => BigInt(event[name] as string);

  it('a mutant that it owned goes to who waits for it, and one that nobody wants is free and abandoned', async () => {
    machine = await boot([
      { do: 'lock-mutants', thread: 'A', process: 'winlogon.exe', owns: ['M', 'N'] },
      { do: 'lock-mutants', thread: 'B', process: 'explorer.exe', wants: 'M' },
      { do: 'lock-mutants', thread: 'C', process: 'dwm.exe', wants: 'M' },
      { do: 'run', for: '1 s' },
    ]);
    const [first, second] = machine.events as unknown as Record<string, unknown>[];
    const [m, n] = [thread(first!, 'owns M'), thread(first!, 'owns N')];
    // Somebody keeps the other one.
    const { exports } = machine.kernel.core;
    exports.handleOpen(exports.handleTable(named('dwm.exe').address), n, 0x1f0001, 0);
    expect(endOne(named('winlogon.exe'))).toBe('done');
    expect(read(m, '_KMUTANT', 'OwnerThread')).toBe(thread(second!));
    expect(read(m, '_DISPATCHER_HEADER', 'SignalState', 4)).toBe(0n);
    expect(read(m, '_KMUTANT', 'MutantFlags', 1) & 1n).toBe(0n);
    expect(read(thread(second!), '_KTHREAD', 'WaitStatus')).toBe(BigInt(STATUS_ABANDONED));
    expect(read(n, '_KMUTANT', 'OwnerThread')).toBe(0n);
    expect(read(n, '_DISPATCHER_HEADER', 'SignalState', 4)).toBe(1n);
    expect(read(n, '_KMUTANT', 'MutantFlags', 1) & 1n).toBe(1n);
    expectWhole();
    expectWhole(MINUTE);
    // It has the mutant and waits for something else; the third one still waits for it.
    const waiting = machine
      .truth()
      .processes.flatMap(({ threads }) => threads)
      .filter(({ waitObjects }) => waitObjects.some(({ address }) => BigInt(address) === m));
    expect(waiting).toHaveLength(1);
  });

  it('a client whose server ends waits for no reply any more', async () => {
    machine = await boot([
      { do: 'lock-mutants', thread: 'S', process: 'dwm.exe' },
      { do: 'call-server', thread: 'C', process: 'explorer.exe', server: 'S' },
      { do: 'run', for: '1 s' },
    ]);
    const client = thread((machine.events as unknown as Record<string, unknown>[])[1]!);
    expect(read(client, '_ETHREAD', 'AlpcMessage')).not.toBe(0n);
    expect(endOne(named('dwm.exe'))).toBe('done');
    expect(read(client, '_ETHREAD', 'AlpcMessage')).toBe(0n);
    expectWhole();
    expectWhole(MINUTE);
  });

  it('a thread whose request no driver can cancel stays, and its process with all that it has', async () => {
    machine = await boot([{ do: 'stuck-irp', thread: { process: 'explorer.exe' } }]);
    const process = named('explorer.exe');
    const stuck = thread({ ...machine.events[0]! } as Record<string, unknown>, 'irp');
    expect(endOne(process)).toBe('stuck');
    expect(process.threads).toHaveLength(1);
    expect(process.exitTime).toBeUndefined();
    expect(read(process.address, '_EPROCESS', 'ObjectTable')).not.toBe(0n);
    expect(machine.truth().io.requests.map(({ address }) => BigInt(address))).toContain(stuck);
    expectWhole();
    expectWhole(MINUTE);
  });
});

describe('a process whose threads are about to run, or have no stack in memory', () => {
  it.each(['Ready', 'Standby', 'DeferredReady', 'Transition', 'swapped out'])(
    'ends with one that is %s',
    async (state) => {
      const ended: string[] = [];
      for (const seed of [1, 2, 3, 4, 5]) {
        const machine = await createMachine({ machine: 'tiny', seed });
        const candidates = machine.stage.processes.filter(
          ({ threads, exitTime }) =>
            exitTime === undefined &&
            threads.some((thread) =>
              state === 'swapped out'
                ? thread.isSwappedOut && thread.state === 'Waiting'
                : thread.state === state,
            ),
        );
        // Others are critical ones, or the system's.
        const found = candidates.find(({ pid }) => machine.act(pid, { do: 'end' }) === 'done');
        if (!found) continue;
        ended.push(found.name);
        expect(machine.check()).toMatchObject({ ok: true });
        machine.advance(10_000);
        expect(machine.check()).toMatchObject({ ok: true });
      }
      expect(ended.length).toBeGreaterThan(0);
    },
    60_000,
  );
});
