import { beforeEach, expect, it } from 'vitest';
import { createMachine, type LabMachine } from '../../../sim/index.js';
import type { StagedProcess } from '../../../sim/world/stage.js';

// Microsoft's bug check code reference: CRITICAL_PROCESS_DIED is 0xEF, its first parameter the process object, its
// second 0 for a process; the others are reserved.
const CRITICAL_PROCESS_DIED = 0xef;
const STOPPED =
  'The machine has stopped with CRITICAL_PROCESS_DIED (0xEF). Only a new boot makes it run again.';
let machine: LabMachine;
let critical: StagedProcess;

/** The five words of nt!KiBugCheckData, found by the symbol and read as memory. */
function bugCheckData(): bigint[] {
  const { core, loaded } = machine.kernel;
  core.exports.memoryRead(loaded.address('nt!KiBugCheckData'), 40);
  return [0, 8, 16, 24, 32].map((at) => core.exchange.getBigUint64(at, true));
}

beforeEach(async () => {
  machine = await createMachine({ machine: 'tiny', seed: 1 });
  critical = machine.stage.processes.find(
    ({ spec, program, modules }) =>
      spec.traits.includes('critical') && program.protection === 0 && modules.length > 0,
  )!;
});

it('a machine that runs has no bug check', () => {
  expect(machine.bugCheck).toBeUndefined();
  expect(bugCheckData()).toEqual([0n, 0n, 0n, 0n, 0n]);
});

it('the end of a critical process stops the machine, and its memory says why', () => {
  expect(machine.act(critical.pid, { do: 'end' })).toBe('bug-check');
  expect(bugCheckData()).toEqual([BigInt(CRITICAL_PROCESS_DIED), critical.address, 0n, 0n, 0n]);
  expect(machine.bugCheck).toEqual({
    name: 'CRITICAL_PROCESS_DIED',
    code: CRITICAL_PROCESS_DIED,
    parameters: [critical.address, 0n, 0n, 0n],
  });
  // It stands where it was: the process is still there, and all structures agree.
  expect(machine.stage.processes).toContain(critical);
  expect(critical.exitTime).toBeUndefined();
  const result = machine.check();
  expect(result.ok ? '' : result.message).toBe('');
});

it('a stopped machine does nothing more, and says so', () => {
  machine.advance(1000);
  machine.act(critical.pid, { do: 'end' });
  const { time } = machine;
  const [other] = machine.stage.processes.filter(({ spec }) => !spec.traits.includes('critical'));
  for (const command of [
    () => machine.advance(1000),
    () => machine.act(other!.pid, { do: 'efficiency', on: true }),
    () => machine.run('notepad'),
    () => machine.control('Spooler', 'restart'),
    () => machine.capture(),
    () => machine.captureProcess(other!.pid),
    () => machine.end(other!, 1),
  ])
    expect(command).toThrow(STOPPED);
  expect(machine.time).toBe(time);
});

it('a tree ends no further than the critical process in it', () => {
  const parent = machine.stage.processes.find(({ pid }) => pid === critical.parentPid);
  expect(parent).toBeDefined();
  machine.act(critical.pid, { do: 'end', tree: true });
  const living = machine.stage.processes.filter(({ exitTime }) => exitTime === undefined);
  expect(living).toContain(critical);
  expect(machine.bugCheck!.parameters[0]).toBe(critical.address);
});

it('who may not end it does not stop the machine', () => {
  const isProtected = machine.stage.processes.find(
    ({ spec, program }) => spec.traits.includes('critical') && program.protection !== 0,
  )!;
  expect(machine.act(isProtected.pid, { do: 'end' })).toBe('denied');
  expect(machine.act(critical.pid, { do: 'end' }, false)).toBe('denied');
  expect(machine.bugCheck).toBeUndefined();
});

it('a dump that is being written is given up', () => {
  machine.capture();
  expect(machine.isDumping).toBe(true);
  machine.act(critical.pid, { do: 'end' });
  expect(machine.isDumping).toBe(false);
});
