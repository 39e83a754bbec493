// Every kind of dump in WinDbg's engine: it opens, calls it what it is, unwinds what the truth says and reads the
// machine's bytes, or nothing exactly where the truth says that the page is missing.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CaptureLab } from '../../../support/capture-lab.js';
import { describeWith } from '../../../support/tools.js';
import { complaints, stackFrames } from '../answers.js';
import { WINDBG } from '../engine.js';
import { EngineSession } from '../session.js';
import { casesOf, type Case } from './matrix.js';
import { Dice, samplePage, type SampledPage } from './sampled-pages.js';
import type { Truth, TruthThread } from '../../../../sim/index.js';

const MACHINES = (['tiny', 'classroom'] as const).flatMap((machine) =>
  [1, 2].map((seed) => ({ machine, seed })),
);
const SAMPLES = 200;
const USER_PROCESSES = 5;
const SAMPLES_OF_PROCESS = 12;
const BYTES = 16;
const DIRECTORY_TABLE_BASE = 0x28n; // in _KPROCESS

interface Made {
  bytes: number;
}

describeWith([WINDBG], "dumps of every kind in WinDbg's engine", () => {
  describe.each(MACHINES.map((one) => [`${one.machine} of seed ${one.seed}`, one] as const))(
    '%s',
    (_, { machine, seed }) => {
      let lab: CaptureLab;
      const made: Made[] = [];
      beforeAll(async () => {
        lab = await CaptureLab.boot({ machine, seed });
      });
      afterAll(() => lab?.remove());

      it('opens, unwinds, reads', async () => {
        for (const asked of casesOf(lab.machine)) {
          const { path, bytes, truth } = lab.write(`${asked.name}.dmp`, asked.options);
          made.push({ bytes });
          const session = await EngineSession.open(path, lab.symbols, '-');
          try {
            await judge(lab, session, asked, truth);
          } finally {
            await session.close();
            lab.drop(path);
          }
        }
      });

      it('has sizes in the order of what was asked for', () => {
        const sizes = made.map(({ bytes }) => bytes);
        expect(new Set(sizes).size).toBe(sizes.length);
        expect(sizes).toEqual([...sizes].sort((a, b) => a - b));
      });
    },
  );
});

async function judge(lab: CaptureLab, session: EngineSession, asked: Case, truth: Truth): Promise<void> {
  const lacking = framesLacking(truth);
  expect(session.opening, asked.name).toContain(
    `Kernel Bitmap Dump File: ${asked.banner} is available, User address space may not be available.`,
  );
  expect(complaints(session.opening), asked.name).toEqual([]);
  await judgeStacks(lab, session, asked, truth, lacking);
  await judgeMemory(lab, session, asked, truth, lacking);
  if (asked.options.userPages && asked.options.pageBudget === undefined)
    await judgeUserStacks(session, truth);
}

/** Frames in use that the truth says the dump lacks. */
function framesLacking(truth: Truth): Set<number> {
  const frames = new Set<number>();
  for (const { missing } of truth.dump!.classes)
    for (const stretch of missing) {
      const [first, count] = stretch.split('+').map(Number) as [number, number];
      for (let pfn = first; pfn < first + count; pfn++) frames.add(pfn);
    }
  return frames;
}

/** Without those in user mode, which `k` adds where it can. */
function kernelSites(output: string): string[] {
  return stackFrames(output)
    .map(({ site }) => site)
    .filter((site) => !/^0x0000[0-7]/.test(site.replace('`', '')));
}

/** Whether something that the thread's stack needs is missing: the thread, its stack, a driver's unwind data. */
function mayBeCut(lab: CaptureLab, thread: TruthThread, sites: string[], lacking: Set<number>): boolean {
  const { kernel } = lab.machine;
  const bytes = (address: bigint, length: number): Buffer => {
    kernel.core.exports.memoryRead(address, length);
    return Buffer.from(kernel.core.view(kernel.core.exports.exchangeBuffer(), length));
  };
  const address = BigInt(thread.address);
  const base = bytes(address + 0x38n, 8).readBigUInt64LE(); // _KTHREAD.StackBase
  const top = bytes(address + 0x58n, 8).readBigUInt64LE(); // _KTHREAD.KernelStack
  const needed = [address, address + 0x8ffn];
  for (let page = top & ~0xfffn; page < base; page += 0x1000n) needed.push(page);
  if (needed.some((at) => lacking.has(Number(lab.machine.walk(at).physical! >> 12n)))) return true;
  const cut = sites.findIndex((site, index) => site !== thread.stack[index]);
  const last = cut < 0 ? sites.length : cut;
  return [thread.stack[last], thread.stack[last - 1]].some(
    (site) => site !== undefined && !site.startsWith('nt!'),
  );
}

async function judgeStacks(
  lab: CaptureLab,
  session: EngineSession,
  asked: Case,
  truth: Truth,
  lacking: Set<number>,
): Promise<void> {
  const threads = truth.processes.flatMap((process) => process.threads);
  const answers = await session.execute(threads.flatMap(({ address }) => [`.thread ${address}`, 'k']));
  let whole = 0;
  threads.forEach((thread, index) => {
    const sites = kernelSites(answers[index * 2 + 1]!).slice(0, thread.stack.length);
    if (sites.join('\n') === thread.stack.join('\n')) whole++;
    else if (asked.name === 'half-important')
      expect(mayBeCut(lab, thread, sites, lacking), `${asked.name} ${thread.address}`).toBe(true);
    else expect(sites, `${asked.name} ${thread.address}`).toEqual(thread.stack);
  });
  expect(whole).toBeGreaterThan(0);
  if (asked.name === 'half-important') expect(whole).toBeLessThan(threads.length);
}

async function judgeMemory(
  lab: CaptureLab,
  session: EngineSession,
  asked: Case,
  truth: Truth,
  lacking: Set<number>,
): Promise<void> {
  const dice = new Dice(truth.seed + asked.name.length);
  const read = (pfn: number): Buffer => lab.frame(pfn);
  const core = lab.machine.kernel.core;
  const directoryOf = (process: string): bigint => {
    core.exports.memoryRead(BigInt(process) + DIRECTORY_TABLE_BASE, 8);
    return core.exchange.getBigUint64(0, true);
  };
  // The engine starts in the process that runs on the first processor: through its tables the self-map shows its own.
  const { currentThread } = truth.processors[0]!;
  const current = truth.processes.find(({ threads }) =>
    threads.some(({ address }) => address === currentThread),
  )!;
  const root = Number(directoryOf(current.address) >> 12n);
  const users = truth.processes.filter(({ memory }) => memory.length > 0);
  const chosen = users.filter((_, index) => index % Math.ceil(users.length / USER_PROCESSES) === 0);
  const seen = { there: 0, missing: 0 };
  const ask = async (pages: SampledPage[]): Promise<void> => {
    const answers = await session.read(pages.map(({ address }) => ({ address, length: BYTES })));
    pages.forEach(({ address, frames, bytes }, index) => {
      const isThere = frames.every((pfn) => !lacking.has(pfn));
      const expected = isThere ? bytes.subarray(0, BYTES).toString('hex') : '';
      expect(answers[index]!.toString('hex'), `${asked.name} 0x${address.toString(16)}`).toBe(expected);
      seen[isThere ? 'there' : 'missing']++;
    });
  };
  const kernelSamples = SAMPLES - chosen.length * SAMPLES_OF_PROCESS;
  await ask(Array.from({ length: kernelSamples }, () => samplePage(read, root, 'kernel', dice)));
  for (const { address } of chosen) {
    await session.execute([`.process /p ${address}`]);
    const table = await session.read([{ address: BigInt(address) + DIRECTORY_TABLE_BASE, length: 8 }]);
    const directory = directoryOf(address);
    if (table[0]!.length === 8) expect(table[0]!.readBigUInt64LE()).toBe(directory);
    const pages = Array.from({ length: SAMPLES_OF_PROCESS }, () =>
      samplePage(read, Number(directory >> 12n), 'user', dice),
    );
    // Without the process or its PML4 the engine stays where it was.
    if (table[0]!.length === 8 && !lacking.has(Number(directory >> 12n))) await ask(pages);
  }
  expect(seen.there).toBeGreaterThan(0);
  if (!asked.options.userPages) expect(seen.missing).toBeGreaterThan(0);
}

/** Stacks into user mode, as `~*k` shows them once a process's modules are loaded. */
async function judgeUserStacks(session: EngineSession, truth: Truth): Promise<void> {
  const processes = truth.processes.filter(({ threads }) => threads.some(({ userStack }) => userStack));
  const step = Math.ceil(processes.length / USER_PROCESSES);
  for (const process of processes.filter((_, index) => index % step === 0)) {
    await session.execute([`.process /p /r ${process.address}`]);
    const threads = process.threads.filter(({ userStack }) => userStack);
    const answers = await session.execute(threads.flatMap(({ address }) => [`.thread ${address}`, 'k']));
    threads.forEach((thread, index) => {
      const sites = stackFrames(answers[index * 2 + 1]!).map(({ site }) => site);
      expect(sites, `${process.name} ${thread.tid}`).toEqual([...thread.stack, ...thread.userStack!]);
    });
  }
}
