// What !locks, !apc and !timer read: resources with owners and waiters, mutants, suspended threads, encoded DPCs.
import { describe, expect, it } from 'vitest';
import { ioTruth } from './io-truth.js';
import type { Kernel } from './kernel.js';
import { enumValue, offsetOf, sizeOf } from './layouts.js';
import { objectTypes, typeOf } from './objects.js';
import { vadsOf } from './vads.js';

const OWNED_EXCLUSIVE = 0x80n; // ResourceOwnedExclusive, wdm.h
const THREAD_BITS = 3n; // of OwnerThread: set when it is no thread
const DEFERRED_READY = 7n; // _KTHREAD_STATE
const SUSPENDED = BigInt(enumValue('_KWAIT_REASON', 'Suspended'));
const U64 = (1n << 64n) - 1n;
const TIMERS = 512;
/** Object types whose bodies are ETIMERs. */
const TIMER_TYPES = ['Timer', 'IRTimer'];
const IMAGE_MAP = 2; // MMVAD_FLAGS.VadType

/** The DPC of a timer, as readers decode it with nt!KiWaitNever and nt!KiWaitAlways. */
function decodedDpc(encoded: bigint, timer: bigint, never: bigint, always: bigint): bigint {
  const shift = never & 63n;
  const mixed = encoded ^ never;
  const turned = ((mixed << shift) | (mixed >> (64n - shift))) & U64;
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(turned ^ timer);
  return bytes.readBigUInt64BE() ^ always;
}

export function lockRules(opened: () => Kernel): void {
  const threads = () => opened().truth.processes.flatMap((process) => process.threads);
  const thread = (address: bigint, path: string) => opened().get(address, '_KTHREAD', path);

  describe('locks', () => {
    it('resources: owners are threads, and waiters wait for what the resource names', () => {
      const kernel = opened();
      const all = kernel.list(kernel.address('ExpSystemResourcesList'), '_ERESOURCE', 'SystemResourcesList');
      expect(all).toContain(kernel.address('PsLoadedModuleResource'));
      expect(all.length).toBeGreaterThan(100);
      const known = new Set(threads().map(({ address }) => BigInt(address)));
      const wanting: bigint[] = [];
      let held = 0;
      for (const resource of all) {
        const get = (path: string) => kernel.get(resource, '_ERESOURCE', path);
        const isOwned = get('ActiveCount') !== 0n;
        expect(get('ActiveEntries') !== 0n).toBe(isOwned);
        expect(get('OwnerEntry.OwnerThread') !== 0n).toBe(isOwned);
        if (isOwned) {
          held++;
          expect(get('OwnerEntry.OwnerThread') & THREAD_BITS).toBe(0n);
          expect(known).toContain(get('OwnerEntry.OwnerThread'));
          expect(get('OwnerEntry.OwnerCount')).toBe(1n);
          if ((get('Flag') & OWNED_EXCLUSIVE) !== 0n) expect(get('ActiveEntries')).toBe(1n);
        }
        for (const [object, number, type] of [
          ['SharedWaiters', 'NumberOfSharedWaiters', 5n],
          ['ExclusiveWaiters', 'NumberOfExclusiveWaiters', 1n],
        ] as const) {
          const waited = get(object);
          expect(waited !== 0n).toBe(get(number) !== 0n);
          if (waited === 0n) continue;
          expect(isOwned).toBe(true);
          expect(kernel.get(waited, '_DISPATCHER_HEADER', 'Type')).toBe(type);
          const head = waited + BigInt(offsetOf('_DISPATCHER_HEADER', 'WaitListHead'));
          const blocks = kernel.list(head, '_KWAIT_BLOCK', 'WaitListEntry');
          expect(BigInt(blocks.length)).toBe(get(number));
          wanting.push(...blocks.map((block) => kernel.get(block, '_KWAIT_BLOCK', 'Thread')));
        }
        expect(get('ContentionCount') >= get('NumberOfSharedWaiters') + get('NumberOfExclusiveWaiters')).toBe(
          true,
        );
      }
      expect(held).toBeGreaterThan(0);
      const expected = threads().filter(({ waitReason }) => waitReason === 'WrResource');
      expect(expected.length).toBeGreaterThan(0);
      expect(wanting.sort()).toEqual(expected.map(({ address }) => BigInt(address)).sort());
    });

    it('mutants waited for are owned, and their owners list them', () => {
      const kernel = opened();
      const mutants = threads().flatMap(({ waitObjects }) =>
        waitObjects.filter(({ type }) => type === 'Mutant').map(({ address }) => BigInt(address)),
      );
      expect(mutants.length).toBeGreaterThan(0);
      for (const mutant of mutants) {
        const owner = kernel.get(mutant, '_KMUTANT', 'OwnerThread');
        const head = owner + BigInt(offsetOf('_KTHREAD', 'MutantListHead'));
        expect(kernel.list(head, '_KMUTANT', 'MutantListEntry')).toContain(mutant);
      }
    });

    it('APCs: every thread carries its own, and what is queued is pending', () => {
      const kernel = opened();
      let queued = 0;
      for (const address of threads().map((each) => BigInt(each.address))) {
        expect(thread(address, 'SchedulerApc.Thread')).toBe(address);
        expect(thread(address, 'SchedulerApc.Type')).toBe(BigInt(enumValue('_KOBJECTS', 'ApcObject')));
        expect(Number(thread(address, 'SchedulerApc.Size'))).toBe(sizeOf('_KAPC'));
        const routines = ['KernelRoutine', 'RundownRoutine', 'NormalRoutine', 'NormalContext'].map((path) =>
          thread(address, `SchedulerApc.${path}`),
        );
        const nothing = kernel.address('EmpCheckErrataList');
        expect(routines).toEqual([nothing, nothing, kernel.address('KiSchedulerApc'), address]);
        const head = address + BigInt(offsetOf('_KTHREAD', 'ApcState.ApcListHead'));
        const apcs = kernel.list(head, '_KAPC', 'ApcListEntry');
        expect(thread(address, 'ApcState.KernelApcPending')).toBe(apcs.length > 0 ? 1n : 0n);
        for (const apc of apcs) {
          expect(kernel.get(apc, '_KAPC', 'Thread')).toBe(address);
          expect(kernel.get(apc, '_KAPC', 'Inserted')).toBe(1n);
          // One with a routine to call waits for the end of a critical region; a special one for the thread to run.
          if (kernel.get(apc, '_KAPC', 'NormalRoutine') !== 0n)
            expect(thread(address, 'KernelApcDisable')).not.toBe(0n);
          else expect(thread(address, 'State')).toBe(DEFERRED_READY);
        }
        queued += apcs.length;
        if (thread(address, 'WaitReason') === SUSPENDED) expect(thread(address, 'SuspendCount')).toBe(1n);
      }
      expect(queued).toBeGreaterThan(0);
    });

    it('APCs of user mode: queued to threads that do not wait for them, with routines of ntdll and the program', () => {
      const kernel = opened();
      const inKernel = (at: bigint) =>
        kernel.truth.modules.some(({ base, size }) => at >= BigInt(base) && at < BigInt(base) + BigInt(size));
      let queued = 0;
      for (const process of kernel.truth.processes)
        for (const { address, state } of process.threads) {
          const head = BigInt(address) + BigInt(offsetOf('_KTHREAD', 'ApcState.ApcListHead')) + 16n;
          const apcs = kernel.list(head, '_KAPC', 'ApcListEntry');
          if (apcs.length === 0) expect(thread(BigInt(address), 'ApcState.UserApcPending')).toBe(0n);
          else if (state === 'Waiting') {
            expect(thread(BigInt(address), 'Alertable')).toBe(0n);
            expect(thread(BigInt(address), 'ApcState.UserApcPending')).toBe(0n);
          }
          const areas = vadsOf(kernel, BigInt(process.address)).filter(({ type }) => type === IMAGE_MAP);
          const inImage = (at: bigint) => areas.some(({ start, end }) => at >= start && at < end);
          for (const apc of apcs) {
            const get = (path: string) => kernel.get(apc, '_KAPC', path);
            expect([get('Thread'), get('ApcMode'), get('Inserted')]).toEqual([BigInt(address), 1n, 1n]);
            expect(get('Type')).toBe(BigInt(enumValue('_KOBJECTS', 'ApcObject')));
            expect(inKernel(get('KernelRoutine'))).toBe(true);
            expect(inImage(get('NormalRoutine'))).toBe(true);
            expect(inImage(get('NormalContext'))).toBe(true);
          }
          queued += apcs.length;
        }
      expect(queued).toBeGreaterThan(0);
    });

    it('timers that queue an APC are on the list of the thread that set them', () => {
      const kernel = opened();
      const types = objectTypes(kernel);
      let found = 0;
      for (const address of threads().map((each) => BigInt(each.address))) {
        const head = address + BigInt(offsetOf('_ETHREAD', 'ActiveTimerListHead'));
        for (const timer of kernel.list(head, '_ETIMER', 'ActiveTimerListEntry')) {
          expect(TIMER_TYPES).toContain(typeOf(kernel, timer, types));
          const get = (path: string) => kernel.get(timer, '_ETIMER', path);
          expect(get('TimerApc.Thread')).toBe(address);
          expect(get('TimerApc.KernelRoutine')).toBe(kernel.address('ExpTimerApcRoutine'));
          expect(get('TimerDpc.DeferredRoutine')).toBe(kernel.address('ExpTimerDpcRoutine'));
          expect(get('TimerDpc.DeferredContext')).toBe(timer);
          expect(thread(address, 'Alertable')).toBe(1n);
          found++;
        }
      }
      expect(found).toBeGreaterThan(0);
    });

    it("timers' DPCs decode to DPCs of code, or to none where a thread waits or a program asked for none", () => {
      const kernel = opened();
      const types = objectTypes(kernel);
      const [never, always] = [kernel.pointer('KiWaitNever'), kernel.pointer('KiWaitAlways')];
      const inCode = (at: bigint) =>
        kernel.truth.modules.some(({ base, size }) => at >= BigInt(base) && at < BigInt(base) + BigInt(size));
      const ofDrivers = new Set(ioTruth(kernel).timers.map(({ dpc }) => BigInt(dpc)));
      const seen = { dpc: 0, thread: 0, object: 0 };
      for (const { address } of kernel.truth.processors) {
        const table = BigInt(address) + BigInt(offsetOf('_KPRCB', 'TimerTable.TimerEntries'));
        for (let i = 0; i < TIMERS; i++) {
          const head =
            table + BigInt(i * sizeOf('_KTIMER_TABLE_ENTRY') + offsetOf('_KTIMER_TABLE_ENTRY', 'Entry'));
          for (const timer of kernel.list(head, '_KTIMER', 'TimerListEntry')) {
            const dpc = decodedDpc(kernel.get(timer, '_KTIMER', 'Dpc'), timer, never, always);
            // What stands before a driver's own timer is no object's header, though it may look like one.
            const type = ofDrivers.has(dpc) ? undefined : typeOf(kernel, timer, types);
            const inObject = TIMER_TYPES.includes(type ?? '');
            if (inObject) {
              const own = kernel.get(timer, '_ETIMER', 'ApcAssociated') === 1n;
              expect(dpc).toBe(own ? timer + BigInt(offsetOf('_ETIMER', 'TimerDpc')) : 0n);
              expect(kernel.get(timer, '_ETIMER', 'Period')).toBe(kernel.get(timer, '_KTIMER', 'Period'));
              seen.object++;
              continue;
            }
            if (dpc === 0n) {
              const owner = timer - BigInt(offsetOf('_KTHREAD', 'Timer'));
              expect(threads().some((each) => BigInt(each.address) === owner)).toBe(true);
              seen.thread++;
              continue;
            }
            expect(kernel.get(dpc, '_KDPC', 'Type')).toBe(BigInt(enumValue('_KOBJECTS', 'DpcObject')));
            expect(inCode(kernel.get(dpc, '_KDPC', 'DeferredRoutine'))).toBe(true);
            seen.dpc++;
          }
        }
      }
      expect(Math.min(seen.dpc, seen.thread, seen.object)).toBeGreaterThan(3);
    });
  });
}
