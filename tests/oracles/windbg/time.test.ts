// After time has passed: WinDbg's engine unwinds every thread by name, in whatever state the scheduler left it.
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createMachine, type LabMachine } from '../../../sim/index.js';
import { describeWith } from '../../support/tools.js';
import { stackFrames } from './answers.js';
import { WINDBG, runWindbg } from './engine.js';

const MINUTE = 60_000; // ms
const LONGEST_SEARCH = 20_000; // ms
const REQUESTER = 'dump-requester';

type Thread = LabMachine['stage']['processes'][number]['threads'][number];

const threadsOf = (machine: LabMachine): Thread[] => [
  ...machine.stage.processes.flatMap(({ threads }) => threads),
  ...machine.stage.idle.threads,
];
const isPreempted = ({ state, stack }: Thread) =>
  state === 'Ready' && stack.some((site) => site.startsWith('nt!KiDpcInterrupt+'));

/** Moments that a debugger should see, each with what it takes for one. */
const MOMENTS: [string, (thread: Thread) => boolean][] = [
  ['a thread on standby', ({ state }) => state === 'Standby'],
  ['a thread of user mode that was preempted', (thread) => isPreempted(thread) && !!thread.userMode],
  [
    "a thread of the kernel's that runs elsewhere",
    ({ state, archetype, userMode }) =>
      state === 'Running' && archetype !== undefined && archetype !== REQUESTER && !userMode,
  ],
];

describeWith([WINDBG], 'threads after a minute and at moments of all kinds', () => {
  let folder: string;
  let machine: LabMachine;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'livedump-time-'));
    machine = await createMachine({ machine: 'tiny', seed: 1 });
    for (const { path, bytes } of await machine.symbols()) {
      const target = join(folder, 'symbols', path);
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, bytes());
    }
    machine.advance(MINUTE);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  function writeDump(path: string): void {
    const file = openSync(path, 'w');
    const capture = machine.capture();
    for (let chunk = capture.next(); chunk; chunk = capture.next()) writeSync(file, chunk);
    machine.endCapture();
    closeSync(file);
  }

  it.each(MOMENTS)('%s', async (_, isWanted) => {
    const before = machine.time;
    while (!threadsOf(machine).some(isWanted) && machine.time - before < LONGEST_SEARCH) machine.advance(1);
    expect(threadsOf(machine).some(isWanted)).toBe(true);
    const dump = join(folder, 'time.dmp');
    writeDump(dump);
    const threads = threadsOf(machine);
    const store = join(folder, 'symbols');
    const { answers } = await runWindbg(
      dump,
      store,
      store,
      threads.flatMap(({ address }) => [`.thread 0x${address.toString(16)}`, 'k']),
    );
    threads.forEach(({ tid, state, stack }, i) => {
      const frames = stackFrames(answers[2 * i + 1]!.output);
      const sites = frames.map(({ site }) => site).slice(0, stack.length);
      expect([tid, state, sites]).toEqual([tid, state, stack]);
      const next = frames[stack.length];
      expect(next === undefined ? frames.at(-1)!.returnAddress : next.childSp >> 47n).toBe(0n);
    });
  });
});
