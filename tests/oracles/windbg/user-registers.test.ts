// Registers of user mode in dumps of processes: those that WinDbg's engine finds when it unwinds the same threads' kernel
// stacks in a full dump, and as before after a minute in which user mode has not moved.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CaptureLab } from '../../support/capture-lab.js';
import { describeWith } from '../../support/tools.js';
import { MinidumpFile } from '../minidump/minidump-file.js';
import { WINDBG } from './engine.js';
import { EngineSession } from './session.js';

const PROCESSES = ['explorer.exe', 'winlogon.exe', 'svchost.exe', 'dwm.exe', 'Taskmgr.exe'];
const SERVICE_CALL = 'nt!KiSystemServiceCopyEnd';
/** In CONTEXT of x64; a service call's trap frame has no place for them. */
const REGISTERS = { r12: 0xd8, r13: 0xe0, r14: 0xe8, r15: 0xf0 };
const POSITION = { rsp: 0x98, rip: 0xf8 };

type Registers = Record<string, bigint>;

/** Registers of each thread, by its id, as a dump of the process has them. */
function registersIn(lab: CaptureLab, process: number, wanted: Readonly<Record<string, number>>) {
  const path = lab.writeProcess(`${process}.dmp`, process);
  const file = new MinidumpFile(path);
  const found = file
    .threads()
    .map(({ id, context }): [number, Registers] => [
      id,
      Object.fromEntries(Object.entries(wanted).map(([name, at]) => [name, file.u64(context.rva + at)])),
    ]);
  file.close();
  lab.drop(path);
  return new Map(found);
}

describeWith([WINDBG], 'registers of user mode', () => {
  let lab: CaptureLab;
  beforeAll(async () => {
    // A thread that never waits takes processors from others, whose stacks are then laid out anew.
    lab = await CaptureLab.boot({ scenario: 'busy-process', machine: 'tiny', seed: 11 });
  });
  afterAll(() => lab?.remove());

  it("are those that the engine's unwinding of kernel stacks comes to", async () => {
    const { path, truth } = lab.write('full.dmp', {});
    const session = await EngineSession.open(path, lab.symbols, '-');
    let compared = 0;
    const values = new Set<bigint>();
    try {
      for (const { pid, name, threads } of truth.processes) {
        if (!PROCESSES.includes(name)) continue;
        const dumped = registersIn(lab, pid, REGISTERS);
        const calling = threads.filter(({ stack }) => stack.at(-1)?.startsWith(SERVICE_CALL));
        const answers = await session.execute(
          calling.flatMap(({ address, stack }) => [
            `.thread ${address}`,
            `.frame /c ${(stack.length - 1).toString(16)}`,
            `r ${Object.keys(REGISTERS).join(',')}`,
          ]),
        );
        calling.forEach(({ tid }, index) => {
          const said = [...answers[index * 3 + 2]!.matchAll(/(r1[2-5])=([0-9a-f]{16})/g)];
          const expected: Registers = {};
          for (const [, register, hex] of said) expected[register!] = BigInt(`0x${hex}`);
          expect(Object.keys(expected), `${name} ${tid}`).toEqual(Object.keys(REGISTERS));
          expect(dumped.get(tid), `${name} ${tid}`).toEqual(expected);
          Object.values(expected).forEach((value) => values.add(value));
          compared++;
        });
      }
    } finally {
      await session.close();
      lab.drop(path);
    }
    expect(compared).toBeGreaterThan(20);
    expect(values.size).toBeGreaterThan(20);
  });

  it('stay while time passes and user mode does not move', () => {
    const everything = { ...REGISTERS, ...POSITION };
    const pids = lab.machine.stage.processes
      .filter(({ name }) => PROCESSES.includes(name))
      .map(({ pid }) => pid);
    const before = pids.map((pid) => registersIn(lab, pid, everything));
    for (let times = 0; times < 40; times++) {
      lab.machine.advance(1_507);
      pids.forEach((pid, index) => {
        const now = registersIn(lab, pid, everything);
        for (const [tid, registers] of before[index]!)
          expect(now.get(tid), `${pid} ${tid}`).toEqual(registers);
      });
    }
  });
});
