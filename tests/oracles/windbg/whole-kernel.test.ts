import { afterAll, beforeAll, expect, it } from 'vitest';
import { generateDump, type GeneratedDump } from '../../support/generated-dump.js';
import { describeWith } from '../../support/tools.js';
import { address } from './answers.js';
import { WINDBG } from './engine.js';
import { EngineSession } from './session.js';
import { TypedMemory } from './typed-memory.js';
import { HandleWalk } from './walks/handles.js';
import { walkModules, walkProcesses, type WalkedProcess } from './walks/processes.js';
import { VadWalk } from './walks/vads.js';

describeWith([WINDBG], "the whole kernel as WinDbg's engine reads it", () => {
  let made: GeneratedDump;
  let session: EngineSession;
  let memory: TypedMemory;
  let processes: WalkedProcess[];

  beforeAll(async () => {
    made = generateDump(['--seed', '1']);
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

  it('has every VAD', async () => {
    const walk = await VadWalk.begin(memory);
    for (const process of processes) await walk.ofProcess(process.address);
  });
});
