// Memory given to a process after its start: what scenarios plant is described, mapped and charged as all the rest.
import { describe, expect, it } from 'vitest';
import { createMachine } from '../../../sim/index.js';
import { memoryOf } from './memory-view.js';

const machine = await createMachine({ machine: 'tiny', seed: 9 });
const { core } = machine.kernel;
const { bytes, get } = memoryOf(core);
const HEAPS = 1;
const EXECUTE_READ_WRITE = 6;

describe('a process that gets more memory', () => {
  it('has it in its tree and in its charges, where nothing else is', () => {
    const { exports } = core;
    const process = machine.stage.processes.find(({ modules }) => modules.length > 0)!;
    const before = machine.truth().processes.find(({ pid }) => pid === process.pid)!.memory;
    const read = (path: string) => get(process.address, '_EPROCESS', path);
    const [size, commit, count] = [read('VirtualSize'), read('CommitCharge'), read('VadCount')];
    exports.processAttach(process.address);
    exports.processReopenUserSpace(process.address);
    const address = exports.memoryCreatePrivate(HEAPS, 16, 8, 3, EXECUTE_READ_WRITE);
    exports.processEndUserSpace(process.address);
    exports.memorySettle();

    const { memory } = machine.truth().processes.find(({ pid }) => pid === process.pid)!;
    expect(memory.length).toBe(before.length + 1);
    const added = memory.find(({ start }) => BigInt(start) === address)!;
    expect(added).toMatchObject({ kind: 'private', protection: 'EXECUTE_READWRITE', committed: 8 });
    for (const [i, range] of memory.entries())
      if (i > 0) expect(BigInt(range.start) >= BigInt(memory[i - 1]!.end)).toBe(true);
    expect(read('VirtualSize')).toBe(size + 0x10000n);
    expect(read('CommitCharge')).toBe(commit + 8n);
    expect(read('VadCount')).toBe(count + 1n);
    expect(bytes(address, 3 * 4096).byteLength).toBe(3 * 4096);
    expect(bytes(address + 3n * 4096n, 1).byteLength).toBe(0);
    expect(machine.check()).toMatchObject({ ok: true });
  });
});
