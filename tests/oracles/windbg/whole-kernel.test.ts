import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  generateDump,
  type GeneratedDump,
  type TruthRange,
  type TruthThread,
} from '../../support/generated-dump.js';
import { describeWith } from '../../support/tools.js';
import { address, complaints, stackFrames } from './answers.js';
import { WINDBG } from './engine.js';
import { EngineSession } from './session.js';
import { TypedMemory } from './typed-memory.js';
import { HandleWalk } from './walks/handles.js';
import { walkPageLists } from './walks/page-lists.js';
import { walkPoolTags } from './walks/pool.js';
import { walkModules, walkProcesses, type WalkedProcess } from './walks/processes.js';
import { VadWalk, type WalkedVad } from './walks/vads.js';

const MACHINES: { machine: string; seed: number; scenario?: string }[] = [
  { machine: 'tiny', seed: 1 },
  { machine: 'classroom', seed: 1 },
  { machine: 'classroom', seed: 2 },
  { machine: 'classroom', seed: 3 },
  { machine: 'workstation', seed: 1 },
  {
    machine: 'classroom',
    seed: 4,
    scenario: fileURLToPath(new URL('three-levels.jsonc', import.meta.url)),
  },
  {
    machine: 'classroom',
    seed: 5,
    scenario: fileURLToPath(new URL('ended-processes.jsonc', import.meta.url)),
  },
];
const THREADS_AT_ONCE = 200;
const USER_MODE = /^0x0000[0-7]/;

for (const { machine, seed, scenario = 'baseline' } of MACHINES)
  describeWith([WINDBG], `a ${machine} of seed ${seed}, all of it, as WinDbg's engine reads it`, () => {
    let made: GeneratedDump;
    let session: EngineSession;
    let memory: TypedMemory;
    let processes: WalkedProcess[];

    beforeAll(async () => {
      made = generateDump(['--machine', machine, '--seed', String(seed), '--scenario', scenario]);
      session = await EngineSession.open(made.dump, made.symbols, made.symbols);
      memory = new TypedMemory(session);
      processes = await walkProcesses(memory);
    });
    afterAll(async () => {
      await session?.close();
      made?.remove();
    });

    it('has every process on PsActiveProcessHead', () => {
      expect(processes.map(({ address, pid, name }) => ({ address, pid, name }))).toEqual(
        made.truth.processes.map((process) => ({
          address: BigInt(process.address),
          pid: process.pid,
          name: process.name,
        })),
      );
    });

    it('has processes of 32-bit code that say so', () => {
      const living = made.truth.processes.filter(({ exitTime }) => exitTime === undefined);
      const seen = processes.filter(({ pid }) => living.some((process) => process.pid === pid));
      expect(seen.map(({ pid, machine, wow64NtdllType }) => ({ pid, machine, wow64NtdllType }))).toEqual(
        living.map(({ pid, machine }) => ({
          pid,
          machine: machine === 'I386' ? 0x14c : 0x8664,
          wow64NtdllType: machine === 'I386' ? 1 : undefined, // PsWowX86SystemDll
        })),
      );
    });

    it('has every thread on its lists', () => {
      const seen = processes.map(({ pid, threads }) =>
        threads.map(({ address, tid, pid: owner }) => ({ address, tid, same: owner === pid })),
      );
      expect(seen).toEqual(
        made.truth.processes.map(({ threads }) =>
          threads.map((thread) => ({ address: BigInt(thread.address), tid: thread.tid, same: true })),
        ),
      );
    });

    it('has every module on PsLoadedModuleList', async () => {
      const modules = await walkModules(memory);
      expect(modules.map(({ base, size }) => ({ base, size }))).toEqual(
        made.truth.modules.map(({ base, size }) => ({ base: address(base), size })),
      );
    });

    it('has every handle of every process', async () => {
      const walk = await HandleWalk.begin(memory);
      for (const [index, process] of processes.entries()) {
        const open: Record<string, string[]> = {};
        for (const { value, object, type, access } of await walk.ofProcess(process.address))
          (open[type] ??= []).push(
            `0x${value.toString(16)} 0x${object.toString(16)} 0x${access.toString(16)}`,
          );
        const truth = made.truth.processes[index]!.handles;
        expect(open, process.name).toEqual(truth.open);
      }
    });

    it('has every range of every process, and the files behind them', async () => {
      const walk = await VadWalk.begin(memory);
      for (const [index, process] of processes.entries()) {
        const seen = (await walk.ofProcess(process.address)).map(rangeOf);
        expect(seen, process.name).toEqual(made.truth.processes[index]!.memory);
      }
    });

    it("has every tag's pool", async () => {
      const tags = await walkPoolTags(memory, made.truth.processors.length);
      expect(Object.fromEntries(tags)).toEqual(
        Object.fromEntries(made.truth.pool.map(({ tag, ...use }) => [tag, use])),
      );
    });

    it('has as many pages on each list', async () => {
      const { zeroed, free, standby, modifiedPrivate, modifiedFile, modifiedNoWrite, bad } =
        made.truth.physicalMemory.lists;
      expect(await walkPageLists(memory)).toEqual({
        zeroed,
        free,
        standby,
        modified: modifiedPrivate + modifiedFile,
        modifiedNoWrite,
        bad,
      });
    });

    it('unwinds the kernel stack of every thread by name to its first function', async () => {
      const threads = made.truth.processes.flatMap((process) => process.threads);
      for (let at = 0; at < threads.length; at += THREADS_AT_ONCE) {
        const part = threads.slice(at, at + THREADS_AT_ONCE);
        const answers = await session.execute(part.flatMap((thread) => [`.thread ${thread.address}`, 'k']));
        part.forEach((thread, i) => expectStack(thread, answers[2 * i]!, answers[2 * i + 1]!));
      }
    });
  });

/** Kernel frames in order; a user thread ends in one address of user mode, whose pages are not in the dump. */
function expectStack(thread: TruthThread, context: string, output: string): void {
  expect(complaints(context)).toEqual([]);
  const sites = stackFrames(output).map(({ site }) => site);
  expect(thread.stack.length, thread.address).toBeGreaterThan(0);
  expect(sites.slice(0, thread.stack.length), thread.address).toEqual(thread.stack);
  const rest = sites.slice(thread.stack.length);
  expect(rest.length, thread.address).toBeLessThanOrEqual(1);
  for (const site of rest) expect(site.replace('`', '')).toMatch(USER_MODE);
}

const IMAGE_MAP = 2;
const PAGE_BITS = 12n;
/** As !vad prints the low three bits of a protection. */
const ACCESS = [
  'NO_ACCESS',
  'READONLY',
  'EXECUTE',
  'EXECUTE_READ',
  'READWRITE',
  'WRITECOPY',
  'EXECUTE_READWRITE',
  'EXECUTE_WRITECOPY',
];

/** A descriptor in the truth's words. */
function rangeOf({ start, end, type, protection, isPrivate, committed, file }: WalkedVad): TruthRange {
  const text = (page: bigint) => `0x${(page << PAGE_BITS).toString(16).padStart(16, '0')}`;
  return {
    start: text(start),
    end: text(end + 1n),
    kind: isPrivate ? 'private' : type === IMAGE_MAP ? 'image' : 'mapped',
    protection: ACCESS[protection & 7]!,
    committed,
    ...(file === undefined ? {} : { file }),
  };
}
