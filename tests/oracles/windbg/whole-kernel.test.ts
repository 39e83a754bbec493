import { afterAll, beforeAll, expect, it } from 'vitest';
import { generateDump, type GeneratedDump, type TruthRange } from '../../support/generated-dump.js';
import { describeWith } from '../../support/tools.js';
import { address } from './answers.js';
import { WINDBG } from './engine.js';
import { EngineSession } from './session.js';
import { TypedMemory } from './typed-memory.js';
import { HandleWalk } from './walks/handles.js';
import { walkModules, walkProcesses, type WalkedProcess } from './walks/processes.js';
import { walkPoolTags } from './walks/pool.js';
import { VadWalk, type WalkedVad } from './walks/vads.js';

describeWith([WINDBG], "the whole kernel as WinDbg's engine reads it", () => {
  let made: GeneratedDump;
  let session: EngineSession;
  let memory: TypedMemory;
  let processes: WalkedProcess[];

  beforeAll(async () => {
    made = generateDump(['--machine', 'tiny', '--seed', '1']);
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

  it('has every handle', async () => {
    const walk = await HandleWalk.begin(memory);
    for (const process of processes) await walk.ofProcess(process.address);
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
});

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
