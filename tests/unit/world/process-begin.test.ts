import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { createMachine, type LabMachine } from '../../../sim/index.js';
import { NoMemoryError, runnableNames } from '../../../sim/world/process-begin.js';
import { offsetOf } from '../../oracles/readers/layouts.js';

const MINUTE = 60_000;
const MEDIUM = 0x2000;
const HIGH = 0x3000;
const LOW = 0x1000;

let machine: LabMachine;

function complaint(): string {
  const result = machine.check();
  return result.ok ? '' : result.message;
}

function read(address: bigint, type: string, field: string): bigint {
  const { core } = machine.kernel;
  core.exports.memoryRead(address + BigInt(offsetOf(type, field)), 8);
  return core.exchange.getBigUint64(0, true);
}

const named = (name: string) => machine.stage.processes.find((process) => process.name === name)!;
const truthOf = (pid: number) => machine.truth().processes.find((process) => process.pid === pid)!;

/** Integrity level of a process, by the last of the groups in its token. */
function integrity(pid: number): number {
  return Number(truthOf(pid).token.groups.at(-1)!.sid.split('-').at(-1));
}

describe('on a classroom machine', () => {
  beforeAll(async () => {
    machine = await createMachine({ machine: 'classroom', seed: 3 });
    machine.advance(1000);
  });

  it.each(runnableNames())('%s starts, runs, and agrees with all else', (name) => {
    const before = new Set(machine.stage.processes);
    const ids = machine.stage.processes.flatMap(({ pid, threads }) => [
      pid,
      ...threads.map(({ tid }) => tid),
    ]);
    const process = machine.run(name)!;
    expect(complaint()).toBe('');
    expect(machine.stage.processes.filter((other) => !before.has(other))).toContain(process);
    expect(Math.min(process.pid, ...process.threads.map(({ tid }) => tid))).toBeGreaterThan(Math.max(...ids));
    expect(read(process.address, '_EPROCESS', 'CreateTime.QuadPart')).toBe(
      machine.kernel.core.exports.clockNow(),
    );
    const used = () => read(process.address, '_KPROCESS', 'CycleTime');
    expect(used()).toBe(0n);
    machine.advance(500);
    expect(used()).toBeGreaterThan(0n);
    expect(complaint()).toBe('');
  });

  it('a console program has a console host of its own', () => {
    const cmd = machine.run('"C:\\Windows\\System32\\cmd.exe" /k ver')!;
    const host = machine.stage.processes.at(-1)!;
    expect([host.name, host.parentPid]).toEqual(['conhost.exe', cmd.pid]);
    expect(cmd.spec.commandLine).toBe('"C:\\Windows\\System32\\cmd.exe" /k ver');
    expect(cmd.parentPid).toBe(named('Taskmgr.exe').pid);
  });

  it('runs as its user, with full rights where asked for, in a package with few', () => {
    expect(integrity(machine.run('notepad')!.pid)).toBe(MEDIUM);
    expect(integrity(machine.run('notepad', true)!.pid)).toBe(HIGH);
    expect(integrity(machine.run('calc')!.pid)).toBe(LOW);
  });

  it('is unknown by another name', () => {
    const before = machine.stage.processes.length;
    expect(machine.run('nothing-of-the-kind')).toBeUndefined();
    expect(machine.run('   ')).toBeUndefined();
    expect(machine.stage.processes).toHaveLength(before);
  });

  it("the subsystem of its session has it and its threads open, and nobody else's", () => {
    const process = machine.run('winver')!;
    const csrss = machine.stage.processes.find(
      ({ name, sessionId }) => name === 'csrss.exe' && sessionId === process.sessionId,
    )!;
    const open = JSON.stringify(truthOf(csrss.pid).handles.open);
    for (const { address } of [process, ...process.threads])
      expect(open).toContain(`0x${address.toString(16)} `);
  });

  it('its image and symbols are in the store', async () => {
    const fresh = await createMachine({ machine: 'tiny', seed: 3 });
    const paths = async () => [...(await fresh.symbols())].map(({ path }) => path);
    expect((await paths()).some((path) => path.startsWith('notepad.'))).toBe(false);
    fresh.run('notepad');
    const after = await paths();
    expect(after.some((path) => path.startsWith('notepad.pdb/'))).toBe(true);
    expect(after.some((path) => path.startsWith('notepad.exe/'))).toBe(true);
  });

  it('after a minute all agrees, and what was started ends without a trace', () => {
    machine.advance(MINUTE);
    expect(complaint()).toBe('');
    const open = () => machine.truth().processes.reduce((sum, { handles }) => sum + handles.count, 0);
    const count = machine.stage.processes.length;
    const handles = open();
    const process = machine.run('charmap')!;
    machine.advance(2000);
    expect(machine.act(process.pid, { do: 'end' })).toBe('done');
    expect(machine.stage.processes).toHaveLength(count);
    expect(machine.stage.processes).not.toContain(process);
    // Others open and close handles of their own meanwhile.
    expect(Math.abs(open() - handles)).toBeLessThan(40);
    expect(complaint()).toBe('');
    machine.advance(MINUTE);
    expect(complaint()).toBe('');
  });

  it('starts and ends as often as one likes', () => {
    const spare = machine.kernel.core.exports.memorySpareFrames();
    for (let i = 0; i < 30; i++) expect(machine.act(machine.run('mspaint')!.pid, { do: 'end' })).toBe('done');
    expect(complaint()).toBe('');
    // Pool, stacks' page tables and the image stay.
    expect(spare - machine.kernel.core.exports.memorySpareFrames()).toBeLessThan(2000);
  });
});

it('is refused when there is no memory left, and nothing has changed', async () => {
  machine = await createMachine({ machine: 'tiny', seed: 3 });
  expect(machine.run('notepad')).toBeDefined();
  const before = machine.stage.processes.length;
  expect(() => {
    for (let i = 0; i < 10; i++) machine.run('powershell');
  }).toThrow(NoMemoryError);
  expect(machine.stage.processes.length - before).toBeLessThan(10);
  expect(complaint()).toBe('');
  machine.advance(MINUTE);
  expect(complaint()).toBe('');
});

it('the same machine comes out however time is cut', async () => {
  const bytes = async (steps: readonly number[]) => {
    const other = await createMachine({ machine: 'tiny', seed: 8 });
    for (const ms of steps) {
      if (ms === 0) other.run('winver');
      else other.advance(ms);
    }
    return JSON.stringify([other.truth().pool, other.truth().processes, other.truth().physicalMemory]);
  };
  expect(await bytes([1500, 0, 4000])).toBe(await bytes([700, 800, 0, 1, 2999, 1000]));
});

it('a dump shows the instant of its capture, whatever starts and ends while it is read', async () => {
  const dumpOf = async (disturb: (machine: LabMachine) => void) => {
    const other = await createMachine({ machine: 'classroom', seed: 21 });
    const capture = other.capture({ kind: 'full', userPages: true });
    const hash = createHash('sha256');
    hash.update(capture.next()!);
    disturb(other);
    for (let piece = capture.next(); piece; piece = capture.next()) hash.update(piece);
    other.endCapture();
    return hash.digest('hex');
  };
  const still = await dumpOf(() => {});
  const busy = await dumpOf((other) => {
    for (const name of ['explorer.exe', 'spoolsv.exe', 'OneDrive.exe'])
      other.act(other.stage.processes.find((process) => process.name === name)!.pid, { do: 'end' });
    other.run('mspaint');
    other.advance(3000);
  });
  expect(busy).toBe(still);
});
