import { beforeAll, describe, expect, it } from 'vitest';
import { createMachine, type LabMachine } from '../../../sim/index.js';
import { parseScenario } from '../../../sim/scenarios/load.js';

/** Boots a tiny machine on which these steps happen. */
async function boot(steps: readonly object[]): Promise<LabMachine> {
  const text = JSON.stringify({ format: 1, name: 'mine', title: 'Mine', machine: 'tiny', steps });
  return createMachine({ scenario: parseScenario(text, 'mine.json'), seed: 5 });
}

/** Ids of the processes on nt!PsActiveProcessHead. */
function activeProcesses({ kernel: { core } }: LabMachine): number[] {
  const ids: number[] = [];
  for (let at = core.exports.processNext(0n); at !== 0n; at = core.exports.processNext(at)) {
    core.exports.processRead(at);
    ids.push(Number(core.exchange.getBigUint64(0, true)));
  }
  return ids;
}

describe('steps of a scenario', () => {
  let untouched: LabMachine;
  beforeAll(async () => {
    untouched = await boot([]);
  });

  it('run lets time pass', async () => {
    const machine = await boot([{ do: 'run', for: '90 s' }]);
    expect(machine.time - untouched.time).toBe(90_000);
    expect(machine.events).toEqual([{ do: 'run', ms: 90_000 }]);
  });

  it('unlink-process hides a process from the list and leaves the rest of it', async () => {
    const machine = await boot([{ do: 'unlink-process', process: 'services.exe' }]);
    const { pid } = untouched.stage.processes.find(({ name }) => name === 'services.exe')!;
    expect(activeProcesses(untouched)).toContain(pid);
    expect(activeProcesses(machine)).toEqual(activeProcesses(untouched).filter((id) => id !== pid));
    expect(
      machine
        .truth()
        .processes.filter(({ unlinked }) => unlinked)
        .map((process) => process.pid),
    ).toEqual([pid]);
  });

  it.each(['services.exe', 'smss.exe'])(
    'lock-mutants starts a thread in %s, which has few DLLs',
    async (process) => {
      const machine = await boot([
        { do: 'lock-mutants', thread: 'A', process, owns: ['M'] },
        { do: 'lock-mutants', thread: 'B', process, wants: 'M' },
      ]);
      expect(machine.check()).toMatchObject({ ok: true });
      const { modules, threads } = machine.truth().processes.find(({ name }) => name === process)!;
      const loaded = modules.map(({ name }) => name.replace(/\.\w+$/, '').toLowerCase());
      const called = threads
        .slice(-2)
        .flatMap(({ userStack }) => userStack!.map((site) => site.split('!')[0]!));
      expect(called.length).toBeGreaterThan(4);
      expect(loaded).toEqual(expect.arrayContaining(called.map((module) => module.toLowerCase())));
    },
  );

  it.each([
    [
      { do: 'unlink-process', process: 'notepad.exe' },
      /steps\[0\] \(unlink-process\): There is no process notepad/,
    ],
    [{ do: 'unlink-process', process: 'csrss.exe' }, /2 processes .* "index": 0/],
    [{ do: 'unlink-process', process: { image: 'csrss.exe', index: 9 } }, /index 9/],
    [{ do: 'unlink-process', process: { service: 'Spooler9' } }, /Spooler9/],
    [{ do: 'lock-resources', thread: 'A', wants: 'R' }, /A waits for R, which nobody owns/],
    [{ do: 'stuck-irp', thread: { process: 'explorer.exe' }, driver: 'floppy' }, /no floppy/],
    [{ do: 'map-memory', process: 'System', size: '4 KiB' }, /no user mode/],
    [{ do: 'lock-mutants', thread: 'A', process: 'System' }, /no user mode/],
    [{ do: 'lock-mutants', thread: 'A', process: 'dwm.exe', wants: 'M' }, /A waits for M, which nobody owns/],
    [{ do: 'call-server', thread: 'A', process: 'dwm.exe', server: { process: 'dwm.exe' } }, /own server/],
    [{ do: 'busy-thread', thread: 'A', process: 'smss.exe' }, /not loaded .* a program without Win32/],
    [
      { do: 'busy-thread', thread: 'A', process: { image: 'csrss.exe', index: 0 } },
      /not loaded .* a program without Win32/,
    ],
    [{ do: 'busy-thread', thread: 'A' }, /either a process or a driver/],
    [{ do: 'busy-thread', thread: 'A', driver: 'poller', processor: 9 }, /2 processors, none with number 9/],
    [{ do: 'swap-token', process: 'System' }, /has that token already/],
    [{ do: 'wait-in-filter', driver: 'leaky' }, /whose filter waits is clumsy/],
  ])('that name nobody are refused: %j', async (step, message) => {
    await expect(boot([step])).rejects.toThrow(message);
  });
});
