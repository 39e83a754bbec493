// Threads against truth: states, what each one waits for, and the processors they run on.
import { describe, expect, it } from 'vitest';
import type { FullTruth, Kernel } from './kernel.js';
import { enumValue, offsetOf, sizeOf } from './layouts.js';
import { vadsOf } from './vads.js';

/** DISPATCHER_HEADER.Type (_KOBJECTS) of what truth calls by the object type's name. */
const DISPATCHER_TYPES: Record<string, number[]> = {
  Event: [0, 1],
  Mutant: [2],
  Process: [3],
  Queue: [4],
  Semaphore: [5],
  Thread: [6],
  Gate: [7],
  Timer: [8, 9],
  PriQueue: [21],
};
/** _KTHREAD_STATE. */
const STATES: Record<string, number> = {
  Initialized: 0,
  Ready: 1,
  Running: 2,
  Standby: 3,
  Terminated: 4,
  Waiting: 5,
  Transition: 6,
  DeferredReady: 7,
};
/** KSWITCHFRAME, as ksamd64.inc has it. */
const SWITCH_FRAME = { returnAddress: 0x38n, size: 0x40n };
const IMAGE_MAP = 2; // MMVAD_FLAGS.VadType
const WAIT_BLOCK_ACTIVE = 4n;
const TYPE_MASK = 0x7fn; // the highest bit of a header's Type is its lock

const hex = (address: bigint) => `0x${address.toString(16).padStart(16, '0')}`;

type TruthThread = FullTruth['processes'][number]['threads'][number];

export function threadRules(opened: () => Kernel): void {
  const threads = (): TruthThread[] => opened().truth.processes.flatMap((process) => process.threads);
  const get = (thread: string, path: string) => opened().get(BigInt(thread), '_KTHREAD', path);
  const blocksOf = (thread: string): bigint[] => {
    const first = get(thread, 'WaitBlockList');
    return Array.from(
      { length: Number(get(thread, 'WaitBlockCount')) },
      (_, i) => first + BigInt(i * sizeOf('_KWAIT_BLOCK')),
    );
  };
  const block = (address: bigint, path: string) => opened().get(address, '_KWAIT_BLOCK', path);

  describe('threads against truth', () => {
    it('state and reason of waiting', () => {
      for (const { address, state, waitReason } of threads()) {
        expect([address, Number(get(address, 'State'))]).toEqual([address, STATES[state]]);
        if (waitReason === undefined) continue;
        expect(Number(get(address, 'WaitReason'))).toBe(enumValue('_KWAIT_REASON', waitReason));
      }
    });

    it('the wait blocks of a waiting thread lead to its objects, in order', () => {
      const waiting = threads().filter(({ state }) => state === 'Waiting');
      expect(waiting.length).toBeGreaterThan(50);
      for (const { address, waitObjects } of waiting) {
        const blocks = blocksOf(address);
        expect(blocks.map((at) => block(at, 'Object'))).toEqual(
          waitObjects.map((object) => BigInt(object.address)),
        );
        for (const [key, at] of blocks.entries()) {
          expect(block(at, 'Thread')).toBe(BigInt(address));
          expect(block(at, 'WaitKey')).toBe(BigInt(key));
          expect(block(at, 'BlockState')).toBe(WAIT_BLOCK_ACTIVE);
        }
      }
    });

    it('an object waited for is of its type, not signalled, and its list holds exactly those who wait', () => {
      const waiters = new Map<string, { type: string; blocks: bigint[] }>();
      for (const { address, waitObjects } of threads())
        for (const [i, object] of waitObjects.entries()) {
          const known = waiters.get(object.address) ?? { type: object.type, blocks: [] };
          known.blocks.push(blocksOf(address)[i]!);
          waiters.set(object.address, known);
        }
      expect(waiters.size).toBeGreaterThan(50);
      for (const [address, { type, blocks }] of waiters) {
        const object = BigInt(address);
        const header = (path: string) => opened().get(object, '_DISPATCHER_HEADER', path);
        expect(DISPATCHER_TYPES[type]).toContain(Number(header('Type') & TYPE_MASK));
        expect(header('SignalState')).toBe(0n);
        const head = object + BigInt(offsetOf('_DISPATCHER_HEADER', 'WaitListHead'));
        const listed = opened().list(head, '_KWAIT_BLOCK', 'WaitListEntry');
        expect([...listed].sort()).toEqual([...blocks].sort());
      }
    });

    it('stacks: limit, kernel stack and base in order, all of it in the dump', () => {
      const { space } = opened();
      for (const { address, state, isSwappedOut } of threads()) {
        const [limit, stack, initial, base] = ['StackLimit', 'KernelStack', 'InitialStack', 'StackBase'].map(
          (path) => get(address, path),
        ) as [bigint, bigint, bigint, bigint];
        expect(limit < initial && initial < base).toBe(true);
        if (state !== 'Running') expect(limit < stack && stack < initial).toBe(true);
        expect(get(address, 'KernelStackResident')).toBe(isSwappedOut ? 0n : 1n);
        for (let page = limit; page < base; page += 0x1000n)
          if (isSwappedOut) {
            expect(space.frameAt(page)).toBeUndefined();
            expect(space.dump.has(space.transitionAt(page)!)).toBe(true);
          } else expect(space.isReadable(page)).toBe(true);
        expect(space.frameAt(limit - 0x1000n)).toBeUndefined();
      }
    });

    it('threads in transition are those on the list of the swapper, and their stacks are swapped out', () => {
      const { space, address } = opened();
      const found: string[] = [];
      const head = address.call(opened(), 'KiStackInSwapListHead');
      for (let entry = space.u64(head); entry !== 0n; entry = space.u64(entry))
        found.push(hex(entry - BigInt(offsetOf('_KTHREAD', 'SwapListEntry'))));
      const inTransition = threads().filter(({ state }) => state === 'Transition');
      expect(found.sort()).toEqual(inTransition.map(({ address }) => address).sort());
      expect(inTransition.every(({ isSwappedOut }) => isSwappedOut)).toBe(true);
      const waiting = threads().filter(({ state, isSwappedOut }) => isSwappedOut && state === 'Waiting');
      // What waits without a stack is on no processor's list of threads whose stacks might leave memory.
      for (const { address } of waiting) expect(get(address, 'WaitListEntry.Flink')).toBe(0n);
    });

    it('threads that are being created: on both lists, in the table of ids, without a handle, at what starts them', () => {
      const kernel = opened();
      for (const process of kernel.truth.processes)
        for (const { address, tid, stack } of process.threads.filter(
          ({ state }) => state === 'Initialized',
        )) {
          const thread = BigInt(address);
          const of = (path: string) => kernel.get(thread, '_ETHREAD', path);
          const head = (path: string) => BigInt(process.address) + BigInt(offsetOf('_EPROCESS', path));
          expect(kernel.list(head('ThreadListHead'), '_ETHREAD', 'ThreadListEntry')).toContain(thread);
          expect(kernel.list(head('Pcb.ThreadListHead'), '_KTHREAD', 'ThreadListEntry')).toContain(thread);
          expect(Number(of('Cid.UniqueThread'))).toBe(tid);
          const header = thread - BigInt(offsetOf('_OBJECT_HEADER', 'Body'));
          expect(kernel.get(header, '_OBJECT_HEADER', 'HandleCount')).toBe(0n);
          expect([of('ThreadInserted'), of('Tcb.ContextSwitches'), of('Tcb.KernelTime')]).toEqual([
            0n,
            0n,
            0n,
          ]);
          // As a switch to it would find it: where it goes on, nothing to return to, and what it is to call.
          const frame = of('Tcb.KernelStack');
          const pushed = frame + SWITCH_FRAME.size;
          expect(kernel.space.u64(frame + SWITCH_FRAME.returnAddress)).toBe(
            kernel.address('KiStartSystemThread'),
          );
          expect(stack).toEqual(['nt!KiStartSystemThread']);
          expect(kernel.space.u64(pushed)).toBe(0n);
          expect(kernel.space.u64(pushed + 8n)).toBe(kernel.address('PspSystemThreadStartup'));
          expect(kernel.space.u64(pushed + 16n)).toBe(of('StartAddress'));
        }
    });

    it("threads that have ended: on the process's list and not the scheduler's, signalled, without a stack, held by a handle", () => {
      const kernel = opened();
      let found = 0;
      for (const process of kernel.truth.processes) {
        const head = (path: string) => BigInt(process.address) + BigInt(offsetOf('_EPROCESS', path));
        const all = kernel.list(head('ThreadListHead'), '_ETHREAD', 'ThreadListEntry');
        const scheduled = kernel.list(head('Pcb.ThreadListHead'), '_KTHREAD', 'ThreadListEntry');
        const ended = all.filter((thread) => !scheduled.includes(thread));
        const told = process.endedThreads ?? [];
        expect(ended).toEqual(told.map(({ address }) => BigInt(address)));
        for (const { tid, address, exitTime, exitStatus } of told) {
          const of = (path: string) => kernel.get(BigInt(address), '_ETHREAD', path);
          expect(Number(of('Cid.UniqueThread'))).toBe(tid);
          expect(Number(of('Tcb.State'))).toBe(STATES['Terminated']);
          expect([
            of('Tcb.Header.SignalState'),
            of('Terminated'),
            of('Tcb.InitialStack'),
            of('Tcb.Teb'),
          ]).toEqual([1n, 1n, 0n, 0n]);
          expect([of('ExitTime.QuadPart'), of('ExitStatus')]).toEqual([BigInt(exitTime), BigInt(exitStatus)]);
          expect(of('ExitTime.QuadPart') > of('CreateTime.QuadPart')).toBe(true);
          for (let page = of('Tcb.StackLimit'); page < of('Tcb.StackBase'); page += 0x1000n)
            expect(kernel.space.frameAt(page)).toBeUndefined();
          const handles = process.handles.open['Thread']!.map((handle) => handle.split(' ')[1]);
          expect(handles).toContain(address);
          found++;
        }
      }
      expect(found).toBeGreaterThan(0);
    });

    it('start addresses: in a kernel module, or in an image that the process has mapped', () => {
      const { truth } = opened();
      const [inKernel, inUser] = [
        (at: bigint) =>
          truth.modules.some(({ base, size }) => at >= BigInt(base) && at < BigInt(base) + BigInt(size)),
        (at: bigint, process: string) =>
          vadsOf(opened(), BigInt(process)).some(
            ({ type, start, end }) => type === IMAGE_MAP && at >= start && at < end,
          ),
      ];
      for (const process of truth.processes)
        for (const { address, tid } of process.threads) {
          const start = opened().get(BigInt(address), '_ETHREAD', 'StartAddress');
          const isKnown = start >> 63n === 1n ? inKernel(start) : inUser(start, process.address);
          expect([process.name, tid, isKnown]).toEqual([process.name, tid, true]);
        }
    });

    it('threads that serve a queue are on its list', () => {
      const { space } = opened();
      const serving = threads().filter(({ address }) => get(address, 'Queue') !== 0n);
      expect(serving.length).toBeGreaterThan(0);
      for (const { address } of serving) {
        const queue = get(address, 'Queue');
        const type = Number(space.get(queue, '_DISPATCHER_HEADER', 'Type') & TYPE_MASK);
        const structure = DISPATCHER_TYPES['PriQueue']!.includes(type) ? '_KPRIQUEUE' : '_KQUEUE';
        const head = queue + BigInt(offsetOf(structure, 'ThreadListHead'));
        expect(opened().list(head, '_KTHREAD', 'QueueListEntry')).toContain(BigInt(address));
      }
    });
  });

  describe('processors against truth', () => {
    it('KiProcessorBlock, current and idle threads', () => {
      const { space, truth } = opened();
      for (const [number, processor] of truth.processors.entries()) {
        const prcb = space.u64(opened().address('KiProcessorBlock') + BigInt(8 * number));
        expect(prcb).toBe(BigInt(processor.address));
        const read = (path: string) => space.get(prcb, '_KPRCB', path);
        expect(Number(read('Number'))).toBe(number);
        expect(read('CurrentThread')).toBe(BigInt(processor.currentThread));
        expect(read('IdleThread')).toBe(BigInt(processor.idleThread.address));
        expect(get(processor.currentThread, 'State')).toBe(BigInt(STATES['Running']!));
        expect(Number(get(processor.currentThread, 'NextProcessor'))).toBe(number);
        expect(get(processor.currentThread, 'Running')).toBe(1n);
      }
    });
  });
}
