// What the scenarios' steps do, found in their dumps by somebody who has only the symbols: the way a learner goes.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generateDump, type GeneratedDump } from '../../support/generated-dump.js';
import { Kernel, type FullTruth } from './kernel.js';
import { enumValue, offsetOf } from './layouts.js';
import { lockRules } from './lock-rules.js';
import { processRules } from './process-rules.js';
import { threadRules } from './thread-rules.js';

type Event = Record<string, string & number>;
type Told = FullTruth & { events: Event[] };

const FAST_REFERENCE = 15n;
const PENDING_QUEUE_OF = (port: bigint): bigint => port + BigInt(offsetOf('_ALPC_PORT', 'PendingQueue'));
const state = (name: string): bigint => BigInt(enumValue('_KTHREAD_STATE', name));

/** Opens a dump of a scenario on a tiny machine, and holds what every dump must against it. */
function scenario(name: string, judge: (kernel: () => Kernel, events: () => Event[]) => void): void {
  describe(`the scenario ${name}`, () => {
    let made: GeneratedDump;
    let opened: Kernel;
    beforeAll(() => {
      made = generateDump(['--machine', 'tiny', '--seed', '11', '--scenario', name]);
      opened = new Kernel(made);
    });
    afterAll(() => made.remove());

    judge(
      () => opened,
      () => (opened.truth as Told).events,
    );
    threadRules(() => opened);
    processRules(() => opened);
    lockRules(() => opened);
  });
}

/** Every thread of every process, with its process. */
function threadsOf(kernel: Kernel): { thread: bigint; process: bigint }[] {
  return kernel.processes.flatMap((process) =>
    kernel
      .list(process + BigInt(offsetOf('_EPROCESS', 'ThreadListHead')), '_ETHREAD', 'ThreadListEntry')
      .map((thread) => ({ thread, process })),
  );
}

/** Threads that wait for an object, from its wait list. */
function waitersFor(kernel: Kernel, object: bigint): bigint[] {
  const head = object + BigInt(offsetOf('_DISPATCHER_HEADER', 'WaitListHead'));
  return kernel
    .list(head, '_KWAIT_BLOCK', 'WaitListEntry')
    .map((block) => kernel.get(block, '_KWAIT_BLOCK', 'Thread'));
}

function mutantNamed(kernel: Kernel, name: string): bigint {
  const { address } = kernel.truth.namedObjects.find(({ path }) => path === `\\BaseNamedObjects\\${name}`)!;
  return BigInt(address);
}

const tidOf = (kernel: Kernel, thread: bigint): number =>
  Number(kernel.get(thread, '_ETHREAD', 'Cid.UniqueThread'));

scenario('token-swap', (opened, events) => {
  it('two processes name one token, and one of them is not System', () => {
    const kernel = opened();
    const holders = new Map<bigint, number[]>();
    for (const process of kernel.processes) {
      const token = kernel.get(process, '_EPROCESS', 'Token.Value') & ~FAST_REFERENCE;
      holders.set(token, [...(holders.get(token) ?? []), kernel.pid(process)]);
    }
    const shared = [...holders].filter(([, pids]) => pids.length > 1);
    const swap = events()[0]!;
    expect(shared).toEqual([[BigInt(swap['token']!), [4, swap['pid']]]]);
    expect(swap['from']).toBe(4);
    expect(holders.has(BigInt(swap['before']!))).toBe(false);
  });
});

scenario('mutant-chain', (opened, events) => {
  it('who waits leads by owners to the thread that waits for no mutant', () => {
    const kernel = opened();
    const [holder, middle, shell, other] = events() as [Event, Event, Event, Event];
    const owner = (mutant: bigint) => kernel.get(mutant, '_KMUTANT', 'OwnerThread');
    const waitsFor = (thread: bigint) =>
      kernel.get(kernel.get(thread, '_KTHREAD', 'WaitBlockList'), '_KWAIT_BLOCK', 'Object');
    const [store, index] = [mutantNamed(kernel, 'SettingsStore'), mutantNamed(kernel, 'IndexFile')];
    expect(waitersFor(kernel, index).map((thread) => tidOf(kernel, thread))).toEqual([
      shell['tid'],
      other['tid'],
    ]);
    expect(tidOf(kernel, owner(index))).toBe(middle['tid']);
    expect(waitsFor(owner(index))).toBe(store);
    expect(waitersFor(kernel, store)).toEqual([owner(index)]);
    expect(tidOf(kernel, owner(store))).toBe(holder['tid']);
    const type = kernel.get(waitsFor(owner(store)), '_DISPATCHER_HEADER', 'Type');
    expect(type).toBe(BigInt(enumValue('_KOBJECTS', 'EventSynchronizationObject')));
  });
});

scenario('hung-server', (opened, events) => {
  it('messages lead from the program through two servers to the owner of a mutant', () => {
    const kernel = opened();
    const [holder, store, broker, window] = events() as [Event, Event, Event, Event];
    const message = (thread: bigint, path: string) =>
      kernel.get(kernel.get(thread, '_ETHREAD', 'AlpcMessage'), '_KALPC_MESSAGE', path);
    const start = threadsOf(kernel).find(({ thread }) => tidOf(kernel, thread) === window['tid'])!;
    expect(kernel.pid(start.process)).toBe(window['pid']);

    const chain = [start.thread];
    for (let thread = start.thread; ;) {
      const reason = kernel.get(thread, '_KTHREAD', 'WaitReason');
      if (reason !== BigInt(enumValue('_KWAIT_REASON', 'WrLpcReply'))) break;
      expect(message(thread, 'WaitingThread')).toBe(thread);
      const port = message(thread, 'PortQueue');
      const queued = kernel.list(PENDING_QUEUE_OF(port), '_KALPC_MESSAGE', 'Entry');
      expect(queued).toContain(kernel.get(thread, '_ETHREAD', 'AlpcMessage'));
      expect(BigInt(queued.length)).toBe(kernel.get(port, '_ALPC_PORT', 'PendingQueueLength'));
      const own = message(thread, 'OwnerPort');
      expect(kernel.get(own, '_ALPC_PORT', 'OwnerProcess')).toBe(kernel.get(thread, '_KTHREAD', 'Process'));
      const server = message(thread, 'ServerThread');
      expect(kernel.get(port, '_ALPC_PORT', 'OwnerProcess')).toBe(kernel.get(server, '_KTHREAD', 'Process'));
      expect(message(thread, 'PortMessage.MessageId')).toBe(kernel.get(thread, '_ETHREAD', 'AlpcMessageId'));
      expect(message(thread, 'PortMessage.ClientId.UniqueThread')).toBe(BigInt(tidOf(kernel, thread)));
      chain.push(server);
      thread = server;
    }
    const mutant = mutantNamed(kernel, 'SettingsStore');
    expect(waitersFor(kernel, mutant)).toEqual([chain.at(-1)]);
    chain.push(kernel.get(mutant, '_KMUTANT', 'OwnerThread'));
    expect(chain.map((thread) => tidOf(kernel, thread))).toEqual(
      [window, broker, store, holder].map((event) => event['tid']),
    );
  });
});

/** The thread that runs on the last processor, and how much of the last ten seconds it has had. */
function busiest(kernel: Kernel): { thread: bigint; ticks: bigint; isRunning: boolean } {
  const found = threadsOf(kernel)
    .map(({ thread }) => {
      const get = (path: string) => kernel.get(thread, '_KTHREAD', path);
      return {
        thread,
        ticks: get('KernelTime') + get('UserTime'),
        created: kernel.get(thread, '_ETHREAD', 'CreateTime.QuadPart'),
      };
    })
    .sort((a, b) => Number(b.created - a.created))[0]!;
  const isRunning = kernel.get(found.thread, '_KTHREAD', 'State') === state('Running');
  return { ...found, isRunning };
}

const TICKS = 640n; // of 15.625 ms in the ten seconds

scenario('busy-driver', (opened, events) => {
  it('the last processor runs the thread, in the loop of the driver, with nothing between', () => {
    const kernel = opened();
    const busy = events()[0]!;
    const { thread, ticks, isRunning } = busiest(kernel);
    expect(tidOf(kernel, thread)).toBe(busy['tid']);
    expect(isRunning).toBe(true);
    const processor = kernel.truth.processors[busy['processor']!]!;
    expect(kernel.get(BigInt(processor.address), '_KPRCB', 'CurrentThread')).toBe(thread);
    expect(ticks).toBeGreaterThan((TICKS * 95n) / 100n);
    expect(kernel.get(thread, '_KTHREAD', 'UserTime')).toBe(0n);
    const told = kernel.truth.processes[0]!.threads.find(({ tid }) => tid === busy['tid'])!;
    expect(told.stack.some((frame) => frame.startsWith(`${busy['function']}+`))).toBe(true);
    expect(told.stack.join()).not.toContain('nt!KeDelayExecutionThread');
  });

  it('the thread may run on no other processor', () => {
    const kernel = opened();
    const affinity = kernel.get(busiest(kernel).thread, '_KTHREAD', 'Affinity');
    expect(kernel.space.u64(affinity + BigInt(offsetOf('_KAFFINITY_EX', 'StaticBitmap')))).toBe(
      1n << BigInt(events()[0]!['processor']!),
    );
  });
});

scenario('busy-process', (opened, events) => {
  it("the process's time is its busy thread's, most of it in the kernel", () => {
    const kernel = opened();
    const busy = events()[0]!;
    const { thread, ticks } = busiest(kernel);
    expect(tidOf(kernel, thread)).toBe(busy['tid']);
    expect(ticks).toBeGreaterThan((TICKS * 80n) / 100n);
    const user = kernel.get(thread, '_KTHREAD', 'UserTime');
    expect(user).toBeGreaterThan(ticks / 4n);
    expect(user).toBeLessThan(ticks / 2n);
    const process = kernel.processes.find((each) => kernel.pid(each) === busy['pid'])!;
    const own = (path: string) => kernel.get(process, '_KPROCESS', path);
    expect(own('KernelTime') + own('UserTime')).toBeGreaterThanOrEqual(ticks);
  });
});
