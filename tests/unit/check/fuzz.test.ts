// Pointers that lead anywhere: the check may find what it likes, but it must end with an answer.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fieldsOf } from '../../oracles/readers/layouts.js';
import { Subject } from './subject.js';

const RUNS = 300;
const POINTER_BYTES = 8;
const MINUTE = 60_000;

const subject = await Subject.boot(11);

/** Structures by a path to each, and the type whose pointers are corrupted there. */
const STRUCTURES: readonly (readonly [path: string, type: string])[] = [
  ['process 0 / KPROCESS.Header', 'EPROCESS'],
  ['process 3 / KPROCESS.Header', 'EPROCESS'],
  ['process 5 / KPROCESS.Header', 'KPROCESS'],
  ['thread 0 1 / KTHREAD.Header', 'KTHREAD'],
  ['thread 4 0 / KTHREAD.Header', 'ETHREAD'],
  ['process 4 / EPROCESS.ObjectTable -> HANDLE_TABLE.NextHandleNeedingPool', 'HANDLE_TABLE'],
  ['nt!PspCidTable -> HANDLE_TABLE.NextHandleNeedingPool', 'HANDLE_TABLE'],
  ['thread 4 0 / KTHREAD.WaitBlockList -> KWAIT_BLOCK.WaitListEntry', 'KWAIT_BLOCK'],
  ['process 3 / EPROCESS.VadRoot.Root -> RTL_BALANCED_NODE.Left', 'RTL_BALANCED_NODE'],
  ['process 4 / EPROCESS.Session -> MM_SESSION_SPACE.ReferenceCount', 'MM_SESSION_SPACE'],
  ['nt!PsLoadedModuleList -> KLDR_DATA_TABLE_ENTRY.InLoadOrderLinks', 'KLDR_DATA_TABLE_ENTRY'],
  ['nt!PsProcessType -> OBJECT_TYPE.TypeList', 'OBJECT_TYPE'],
  ['nt!KiProcessorBlock -> KPRCB.MxCsr', 'KPRCB'],
  ['nt!KiProcessorBlock / @0 <- KPCR.Prcb', 'KPCR'],
  ['nt!MmPhysicalMemoryBlock -> PHYSICAL_MEMORY_DESCRIPTOR.NumberOfRuns', 'PHYSICAL_MEMORY_DESCRIPTOR'],
  ['nt!KdDebuggerDataBlock', 'LIST_ENTRY'],
  ['pfn (process 3) / MMPFN.u1', 'MMPFN'],
  ['pte (process 3)', 'MMPTE'],
  ['pte (thread 3 0)', 'MMPTE'],
  ['nt!ObTypeIndexTable', 'LIST_ENTRY'],
];

const pointers = STRUCTURES.flatMap(([path, type]) => {
  const { address } = subject.find(path);
  return fieldsOf(`_${type}`)
    .filter(({ bytes }) => bytes === POINTER_BYTES)
    .map(({ offset }) => address + BigInt(offset));
});

const somewhere = fc.oneof(
  fc.record({ flip: fc.bigInt({ min: 1n, max: (1n << 64n) - 1n }) }),
  fc.nat(63).map((bit) => ({ flip: 1n << BigInt(bit) })),
  fc.constantFrom(...pointers).map((to) => ({ to })),
  fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }).map((to) => ({ to })),
);

describe('the check of a broken machine', () => {
  it(
    'ends with an answer, and is content again when it is mended',
    () => {
      fc.assert(
        fc.property(fc.constantFrom(...pointers), somewhere, (address, change) => {
          const before = subject.read(address, POINTER_BYTES);
          const value = 'to' in change ? change.to : before ^ change.flip;
          subject.write(address, POINTER_BYTES, value);
          const result = subject.machine.check();
          subject.write(address, POINTER_BYTES, before);
          if (!result.ok) expect(result.message).toMatch(/^[A-Z].*\. .* at 0x[0-9a-f]+ is 0x[0-9a-f]+, not/);
          expect(subject.machine.check().ok).toBe(true);
        }),
        { numRuns: RUNS, seed: 20231114 },
      );
    },
    MINUTE,
  );
});
