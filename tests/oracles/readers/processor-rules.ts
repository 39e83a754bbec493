// Processors as !running, !ready, !dpcs, !timer and !qlocks walk them: groups, nodes and every list of a KPRCB.
import { describe, expect, it } from 'vitest';
import { ioTruth, moduleAt } from './io-truth.js';
import type { Kernel } from './kernel.js';
import { enumValue, offsetOf, sizeOf } from './layouts.js';

const PRIORITIES = 32;
const TIMER_ENTRIES = 256;
const TIMER_HALVES = 2;
const LOCKS = 17;
/** Timers hang in the entry that bits 18 to 25 of their due time say. */
const HAND_SHIFT = 18n;
const DPC_OBJECT = 19n; // _KOBJECTS.DpcObject
const hex = (address: bigint) => `0x${address.toString(16).padStart(16, '0')}`;
const READY = BigInt(enumValue('_KTHREAD_STATE', 'Ready'));
const STANDBY = BigInt(enumValue('_KTHREAD_STATE', 'Standby'));
const DEFERRED_READY = BigInt(enumValue('_KTHREAD_STATE', 'DeferredReady'));
const WAITING = BigInt(enumValue('_KTHREAD_STATE', 'Waiting'));

export function processorRules(opened: () => Kernel): void {
  const prcbs = (): bigint[] => {
    const { space, truth } = opened();
    return truth.processors.map((_, i) => space.u64(opened().address('KiProcessorBlock') + BigInt(8 * i)));
  };
  const nameOf = (address: bigint) => moduleAt(opened(), address);
  const of = (prcb: bigint, path: string) => opened().get(prcb, '_KPRCB', path);
  const thread = (address: bigint, path: string) => opened().get(address, '_KTHREAD', path);
  const part = (prcb: bigint, path: string) => prcb + BigInt(offsetOf('_KPRCB', path));

  describe('processors', () => {
    it('counts, groups and nodes agree with nt!KeActiveProcessors', () => {
      const kernel = opened();
      const { space, truth } = kernel;
      const count = truth.processors.length;
      expect(space.u32(kernel.address('KeNumberProcessors'))).toBe(count);
      const active = kernel.address('KeActiveProcessors');
      const groups = Number(kernel.get(active, '_KAFFINITY_EX', 'Count'));
      const masks = Array.from({ length: groups }, (_, group) =>
        space.u64(active + BigInt(offsetOf('_KAFFINITY_EX', 'StaticBitmap') + 8 * group)),
      );
      const seen = masks.map(() => 0n);
      for (const prcb of prcbs()) {
        const group = Number(of(prcb, 'Group'));
        expect(of(prcb, 'GroupSetMember')).toBe(1n << of(prcb, 'GroupIndex'));
        expect(seen[group]! & of(prcb, 'GroupSetMember')).toBe(0n);
        seen[group]! |= of(prcb, 'GroupSetMember');
      }
      expect(seen).toEqual(masks);
      const nodes = Number(BigInt.asUintN(16, BigInt(space.u32(kernel.address('KeNumberNodes')))));
      let processors = 0;
      for (let i = 0; i < nodes; i++) {
        const node = space.u64(kernel.address('KeNodeBlock') + BigInt(8 * i));
        expect(Number(kernel.get(node, '_KNODE', 'NodeNumber'))).toBe(i);
        processors += Number(kernel.get(node, '_KNODE', 'MaximumProcessors'));
      }
      expect(processors).toBe(count);
    });

    it('ready lists hold ready threads of their priority, and the summary has a bit for each that is not empty', () => {
      const kernel = opened();
      const found: bigint[] = [];
      const walk = (heads: bigint, summary: bigint, isShared: boolean) => {
        let bits = 0n;
        let count = 0;
        for (let priority = 0; priority < PRIORITIES; priority++) {
          const listed = kernel.list(heads + BigInt(16 * priority), '_KTHREAD', 'WaitListEntry');
          if (listed.length > 0) bits |= 1n << BigInt(priority);
          count += listed.length;
          for (const address of listed) {
            expect(thread(address, 'State')).toBe(READY);
            expect(thread(address, 'Priority')).toBe(BigInt(priority));
            expect(thread(address, 'SharedReadyQueue')).toBe(isShared ? 1n : 0n);
          }
          found.push(...listed);
        }
        expect(summary).toBe(bits);
        return count;
      };
      const queues = new Set<bigint>();
      for (const prcb of prcbs()) {
        const own = walk(part(prcb, 'DispatcherReadyListHead'), of(prcb, 'ReadySummary'), false);
        expect(Number(of(prcb, 'ReadyThreadCount'))).toBe(own);
        queues.add(of(prcb, 'SharedReadyQueue'));
      }
      for (const queue of queues) {
        const get = (path: string) => kernel.get(queue, '_KSHARED_READY_QUEUE', path);
        const heads = queue + BigInt(offsetOf('_KSHARED_READY_QUEUE', 'ReadyListHead'));
        expect(Number(get('ReadyThreadCount'))).toBe(walk(heads, get('ReadySummary'), true));
        const sharers = prcbs().filter((prcb) => of(prcb, 'SharedReadyQueue') === queue);
        expect(sharers.length).toBe(Number(get('ProcCount')));
        const mask = sharers.reduce((bits, prcb) => bits | of(prcb, 'GroupSetMember'), 0n);
        expect(get('Affinity')).toBe(mask);
      }
      const ready = kernel.truth.processes.flatMap(({ threads }) =>
        threads.filter(({ state }) => state === 'Ready').map(({ address }) => BigInt(address)),
      );
      expect([...found].sort()).toEqual([...ready].sort());
    });

    it('the next thread of a processor is on standby for it', () => {
      const standby = new Map(
        opened().truth.processes.flatMap(({ threads }) =>
          threads.filter(({ state }) => state === 'Standby').map(({ address }) => [BigInt(address), false]),
        ),
      );
      for (const prcb of prcbs()) {
        const next = of(prcb, 'NextThread');
        if (next === 0n) continue;
        expect(thread(next, 'State')).toBe(STANDBY);
        expect(thread(next, 'NextProcessorNumber')).toBe(of(prcb, 'Number'));
        expect(standby.get(next)).toBe(false);
        standby.set(next, true);
      }
      expect([...standby.values()].every((isNext) => isNext)).toBe(true);
    });

    it('threads whose readiness is put off are on the lists of processors, each once', () => {
      const { space, truth } = opened();
      const found: bigint[] = [];
      for (const prcb of prcbs())
        for (let entry = of(prcb, 'DeferredReadyListHead.Next'); entry !== 0n; entry = space.u64(entry)) {
          const address = entry - BigInt(offsetOf('_KTHREAD', 'SwapListEntry'));
          expect(thread(address, 'State')).toBe(DEFERRED_READY);
          expect(found).not.toContain(address);
          found.push(address);
        }
      const told = truth.processes.flatMap(({ threads }) =>
        threads.filter(({ state }) => state === 'DeferredReady').map(({ address }) => BigInt(address)),
      );
      expect([...found].sort()).toEqual([...told].sort());
    });

    it('wait lists hold waiting threads that name the processor', () => {
      for (const prcb of prcbs())
        for (const address of opened().list(part(prcb, 'WaitListHead'), '_KTHREAD', 'WaitListEntry')) {
          expect(thread(address, 'State')).toBe(WAITING);
          expect(thread(address, 'WaitPrcb')).toBe(prcb);
        }
    });

    it('timers hang in the entry of their due time, still to come, and the entry knows the earliest', () => {
      const kernel = opened();
      const now = kernel.get(0xfffff78000000000n, '_KUSER_SHARED_DATA', 'InterruptTime.LowPart');
      const high = kernel.get(0xfffff78000000000n, '_KUSER_SHARED_DATA', 'InterruptTime.High1Time');
      const interruptTime = (high << 32n) | now;
      for (const prcb of prcbs())
        for (let i = 0; i < TIMER_HALVES * TIMER_ENTRIES; i++) {
          const entry =
            part(prcb, 'TimerTable') +
            BigInt(offsetOf('_KTIMER_TABLE', 'TimerEntries') + i * sizeOf('_KTIMER_TABLE_ENTRY'));
          const head = entry + BigInt(offsetOf('_KTIMER_TABLE_ENTRY', 'Entry'));
          const timers = kernel.list(head, '_KTIMER', 'TimerListEntry');
          let earliest: bigint | undefined;
          for (const timer of timers) {
            const get = (path: string) => kernel.get(timer, '_KTIMER', path);
            const due = kernel.space.u64(timer + BigInt(offsetOf('_KTIMER', 'DueTime')));
            expect(Number((due >> HAND_SHIFT) & BigInt(TIMER_ENTRIES - 1))).toBe(i % TIMER_ENTRIES);
            expect(due > interruptTime).toBe(true);
            expect(get('Header.Inserted')).toBe(1n);
            // One that repeats stays signalled once it has expired, until it is set anew.
            if (get('Period') === 0n) expect(get('Header.SignalState')).toBe(0n);
            expect(get('Processor')).toBe(of(prcb, 'Number'));
            if (earliest === undefined || due < earliest) earliest = due;
          }
          const time = kernel.space.u64(entry + BigInt(offsetOf('_KTIMER_TABLE_ENTRY', 'Time')));
          if (earliest !== undefined) expect(time).toBe(earliest);
          else expect(time >> 32n).toBe(0xffffffffn);
        }
    });

    it('queues of DPCs are chains that end where they say', () => {
      const { space, truth } = opened();
      for (const [number, prcb] of prcbs().entries()) {
        const queued: { address: string; routine: string | undefined }[] = [];
        for (let i = 0; i < 2; i++) {
          const data = part(prcb, 'DpcData') + BigInt(i * sizeOf('_KDPC_DATA'));
          const list = data + BigInt(offsetOf('_KDPC_DATA', 'DpcList'));
          let last = list;
          let depth = 0;
          for (let entry = space.u64(list); entry !== 0n; entry = space.u64(entry)) {
            last = entry;
            depth++;
            const dpc = entry - BigInt(offsetOf('_KDPC', 'DpcListEntry'));
            const get = (path: string) => opened().get(dpc, '_KDPC', path);
            expect(get('DpcData')).toBe(data);
            expect(get('Type')).toBe(DPC_OBJECT);
            queued.push({ address: hex(dpc), routine: nameOf(get('DeferredRoutine')) });
          }
          expect(opened().get(data, '_KDPC_DATA', 'DpcList.LastEntry')).toBe(last);
          expect(Number(opened().get(data, '_KDPC_DATA', 'DpcQueueDepth'))).toBe(depth);
        }
        expect(queued).toEqual(
          truth.processors[number]!.dpcs.map(({ address, routine }) => ({
            address,
            routine: routine.split('!')[0]!,
          })),
        );
      }
    });

    it("drivers' timers queue their DPCs, some of which lie in the extensions of their devices", () => {
      const kernel = opened();
      const { space } = kernel;
      const rotl = (value: bigint, by: bigint) => BigInt.asUintN(64, (value << by) | (value >> (64n - by)));
      const bytesTurned = (value: bigint) =>
        Buffer.from(value.toString(16).padStart(16, '0'), 'hex').readBigUInt64LE();
      const [never, always] = ['KiWaitNever', 'KiWaitAlways'].map((name) => space.u64(kernel.address(name)));
      /** What each timer in the tables queues: KTIMER.Dpc is kept encoded with the timer's address and two values. */
      const queues = new Map<bigint, bigint>();
      for (const prcb of prcbs())
        for (let i = 0; i < TIMER_HALVES * TIMER_ENTRIES; i++) {
          const at = offsetOf('_KTIMER_TABLE', 'TimerEntries') + i * sizeOf('_KTIMER_TABLE_ENTRY');
          const head = part(prcb, 'TimerTable') + BigInt(at + offsetOf('_KTIMER_TABLE_ENTRY', 'Entry'));
          for (const timer of kernel.list(head, '_KTIMER', 'TimerListEntry')) {
            const encoded = kernel.get(timer, '_KTIMER', 'Dpc');
            queues.set(bytesTurned(rotl(encoded ^ never!, never! & 63n) ^ timer) ^ always!, timer);
          }
        }
      let inDevices = 0;
      for (const { dpc, routine, periodMs, processor, device } of ioTruth(kernel).timers) {
        const timer = queues.get(BigInt(dpc))!;
        expect(timer).toBeDefined();
        expect(Number(kernel.get(timer, '_KTIMER', 'Period'))).toBe(periodMs);
        expect(Number(kernel.get(timer, '_KTIMER', 'Processor'))).toBe(processor);
        expect(nameOf(kernel.get(BigInt(dpc), '_KDPC', 'DeferredRoutine'))).toBe(routine.split('!')[0]);
        if (device === undefined) continue;
        const get = (path: string) => kernel.get(BigInt(device), '_DEVICE_OBJECT', path);
        const end = BigInt(device) + get('Size');
        expect(timer > get('DeviceExtension') && BigInt(dpc) + 64n <= end).toBe(true);
        inDevices++;
      }
      expect(inDevices).toBeGreaterThan(0);
    });

    it('input and output: processors, processes and threads have counted the same', () => {
      const kernel = opened();
      const sum = (values: bigint[]) => values.reduce((total, value) => total + value, 0n);
      const threads = kernel.truth.processes.flatMap((process) => [
        ...process.threads,
        ...(process.endedThreads ?? []),
      ]);
      for (const [name, counter] of [
        ['ReadOperationCount', 'ReadOperationCount'],
        ['ReadTransferCount', 'ReadTransferCount.QuadPart'],
        ['OtherOperationCount', 'OtherOperationCount'],
      ] as const) {
        const ofThreads = sum(threads.map(({ address }) => thread(BigInt(address), name)));
        const ofProcesses = sum(
          kernel.truth.processes.map(({ address }) =>
            kernel.get(BigInt(address), '_EPROCESS', `${name}.QuadPart`),
          ),
        );
        const ofProcessors = sum(prcbs().map((prcb) => of(prcb, `Io${counter}`)));
        expect(ofThreads).toBeGreaterThan(0n);
        // Threads and processes that are gone have taken what they counted with them.
        expect([name, ofThreads <= ofProcesses && ofProcesses <= ofProcessors]).toEqual([name, true]);
        if (kernel.processes.every((process) => kernel.get(process, '_EPROCESS', 'ProcessDelete') === 0n))
          expect([name, ofThreads, ofThreads]).toEqual([name, ofProcesses, ofProcessors]);
      }
    });

    it('queued spin locks: nobody holds or waits for one', () => {
      for (const prcb of prcbs())
        for (let i = 0; i < LOCKS; i++) {
          const at = part(prcb, 'LockQueue') + BigInt(i * sizeOf('_KSPIN_LOCK_QUEUE'));
          expect(opened().get(at, '_KSPIN_LOCK_QUEUE', 'Next')).toBe(0n);
          const lock = opened().get(at, '_KSPIN_LOCK_QUEUE', 'Lock');
          if (lock !== 0n) expect(opened().space.u64(lock)).toBe(0n);
        }
      // KSPIN_LOCK_QUEUE_NUMBER says which lock of the kernel each entry is for.
      const numbers = { Vacb: 'CcVacbSpinLock', Master: 'CcMasterSpinLock', IoCancel: 'IopCancelSpinLock', IoVpb: 'IopVpbSpinLock', IoDatabase: 'IopDatabaseLock', IoCompletion: 'IopCompletionLock' }; // prettier-ignore
      for (const prcb of prcbs())
        for (const [name, symbol] of Object.entries(numbers)) {
          const number = enumValue('_KSPIN_LOCK_QUEUE_NUMBER', `LockQueue${name}Lock`);
          const at = part(prcb, 'LockQueue') + BigInt(number * sizeOf('_KSPIN_LOCK_QUEUE'));
          expect(opened().get(at, '_KSPIN_LOCK_QUEUE', 'Lock')).toBe(opened().address(symbol));
        }
    });
  });
}
