import { beforeAll, describe, expect, it } from 'vitest';
import { createMachine, type LabMachine } from '../../../sim/index.js';

// Offsets of 22631's public symbols; PTE forms as the processor's manual and public descriptions of Windows have them.
const DIRECTORY = 0x28n; // _KPROCESS.DirectoryTableBase
const WORKING_SET_SIZE = 0x710n; // _EPROCESS.Vm.Instance.WorkingSetSize
const PFN_BYTES = 48n;
const TRANSITION = 0x800n;
const PROTOTYPE = 0x400n;
const FRAME = 0x000ffffffffff000n;
const [STANDBY, MODIFIED, ACTIVE] = [2, 3, 6];

describe('a private page of a process', () => {
  let machine: LabMachine;
  let process: bigint;
  let address: bigint;

  const read = (from: bigint, bytes: number): DataView => {
    const { core } = machine.kernel;
    expect(core.exports.memoryRead(from, bytes)).toBe(bytes);
    return new DataView(core.view(core.exports.exchangeBuffer(), bytes).slice().buffer);
  };
  const u64 = (from: bigint): bigint => read(from, 8).getBigUint64(0, true);
  const physical = (pfn: bigint, offset: number): bigint => {
    machine.kernel.core.exports.memoryReadPhysical(Number(pfn));
    return machine.kernel.core.exchange.getBigUint64(offset, true);
  };
  /** The lowest entry of the process's tables for an address, and the tables' entries at all levels. */
  const pte = (at: bigint): bigint => {
    let table = u64(process + DIRECTORY) >> 12n;
    for (const shift of [39n, 30n, 21n]) {
      const entry = physical(table, Number((at >> shift) & 511n) * 8);
      if ((entry & 1n) === 0n || (entry & 0x80n) !== 0n) return 0n;
      table = (entry & FRAME) >> 12n;
    }
    return physical(table, Number((at >> 12n) & 511n) * 8);
  };
  const location = (pfn: bigint): number =>
    read(u64(machine.kernel.loaded.address('nt!MmPfnDatabase')) + pfn * PFN_BYTES + 0x22n, 1).getUint8(0) & 7;
  const isPrivate = (entry: bigint): boolean => {
    if ((entry & 0x8000000000000fffn) === 0n || (entry & 7n) !== 7n) return false;
    const pfn = (entry & FRAME) >> 12n;
    const word = u64(u64(machine.kernel.loaded.address('nt!MmPfnDatabase')) + pfn * PFN_BYTES + 0x28n);
    return word >> 63n === 0n && pfn !== 0n;
  };
  const lists = () => {
    const { exports } = machine.kernel.core;
    return {
      modified: Number(exports.memoryFramesOn(MODIFIED)),
      standby: Number(exports.memoryFramesOn(STANDBY)),
    };
  };

  beforeAll(async () => {
    machine = await createMachine({ machine: 'tiny', seed: 11 });
    process = machine.stage.processes.find(({ name }) => name === 'services.exe')!.address;
    // The first private page from the lowest ranges that the truth of the scenario knows.
    const teb = 0x1000n;
    for (address = teb; !isPrivate(pte(address));) {
      let step = 0x1000n;
      let table = u64(process + DIRECTORY) >> 12n;
      for (const shift of [39n, 30n, 21n]) {
        const entry = physical(table, Number((address >> shift) & 511n) * 8);
        if ((entry & 1n) === 0n) {
          step = 1n << shift;
          break;
        }
        table = (entry & FRAME) >> 12n;
      }
      address = (address / step + 1n) * step;
    }
  });

  it('goes to the modified list as a PTE in transition and comes back as it was', () => {
    const { exports } = machine.kernel.core;
    const [entry, before] = [pte(address), lists()];
    const pfn = (entry & FRAME) >> 12n;
    expect(exports.memoryTrimPage(process, address)).toBe(true);
    exports.memorySettle();
    expect(pte(address) & (1n | PROTOTYPE | TRANSITION)).toBe(TRANSITION);
    expect((pte(address) & FRAME) >> 12n).toBe(pfn);
    expect(location(pfn)).toBe(MODIFIED);
    expect(lists()).toEqual({ ...before, modified: before.modified + 1 });
    expect(exports.memoryTrimPage(process, address)).toBe(false); // it is gone already

    expect(exports.memoryFaultPage(process, address)).toBe(true);
    exports.memorySettle();
    expect(pte(address)).toBe(entry);
    expect(location(pfn)).toBe(ACTIVE);
    expect(lists()).toEqual(before);
    expect(exports.memoryFaultPage(process, address)).toBe(false); // it is there
  });

  it('is not one where nothing or a shared image is mapped', () => {
    const { exports } = machine.kernel.core;
    expect(exports.memoryTrimPage(process, 0x1000n)).toBe(false);
    expect(exports.memoryFaultPage(process, 0x1000n)).toBe(false);
    expect(exports.memoryTrimPage(process, 0x7ffe0000n)).toBe(false); // KUSER_SHARED_DATA
  });

  it('keeps its working set in step', () => {
    const { exports } = machine.kernel.core;
    const size = () => u64(process + WORKING_SET_SIZE);
    const before = size();
    exports.memoryTrimPage(process, address);
    expect(size()).toBe(before - 1n);
    exports.memoryFaultPage(process, address);
    expect(size()).toBe(before);
  });
});
