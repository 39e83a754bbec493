// Requests as time passes: drivers complete them, and whoever asked asks again.
import { beforeAll, describe, expect, it } from 'vitest';
import { createMachine, type LabMachine } from '../../../sim/index.js';
import { offsetOf } from '../../oracles/readers/layouts.js';

const MINUTE = 60_000;
const SIGNALLED = 1n;

let machine: LabMachine;

const requests = () => machine.truth().io.requests;
const keyOf = ({ thread, file }: { thread?: string; file?: string }) => `${thread} ${file}`;

function read(address: string, type: string, field: string, bytes = 8): bigint {
  const { core } = machine.kernel;
  core.exports.memoryRead(BigInt(address) + BigInt(offsetOf(type, field)), bytes);
  const value = core.exchange.getBigUint64(0, true);
  return BigInt.asUintN(8 * bytes, value);
}

function expectWhole(): void {
  const result = machine.check();
  expect(result.ok ? '' : result.message).toBe('');
}

const listOf = (thread: string): string[] => {
  const head = BigInt(thread) + BigInt(offsetOf('_ETHREAD', 'IrpList'));
  const found: string[] = [];
  const next = (entry: bigint) => read(`0x${entry.toString(16)}`, '_LIST_ENTRY', 'Flink');
  for (let entry = next(head); entry !== head; entry = next(entry))
    found.push(`0x${(entry - BigInt(offsetOf('_IRP', 'ThreadListEntry'))).toString(16)}`);
  return found;
};

describe('a machine that has just booted', () => {
  beforeAll(async () => {
    machine = await createMachine({ machine: 'tiny', seed: 5 });
  });

  it('has a completed request, whose thread is about to learn of it', () => {
    const completed = requests().filter(({ isCompleted }) => isCompleted);
    expect(completed).toHaveLength(1);
    const { address, thread } = completed[0]!;
    expect(read(thread!, '_KTHREAD', 'ApcState.KernelApcPending', 1)).toBe(1n);
    expect(read(address, '_IRP', 'PendingReturned', 1)).toBe(1n);
    const states = machine.truth().processes.flatMap(({ threads }) => threads);
    expect(states.find((other) => other.address === thread)!.state).toBe('DeferredReady');
  });
});

describe('as time passes', () => {
  let before: ReturnType<typeof requests>;
  beforeAll(async () => {
    machine = await createMachine({ machine: 'classroom', seed: 5 });
    before = requests();
    machine.advance(10_000);
  });

  it('requests are completed and made again, on the same files', () => {
    const now = requests();
    const places = new Map(before.map((request, index) => [keyOf(request), index]));
    for (const request of now) expect(places.has(keyOf(request)), keyOf(request)).toBe(true);
    // The youngest stand last: those that were there before keep their order among themselves.
    const order = now.map((request) => places.get(keyOf(request))!);
    const firstMoved = order.findIndex((place, index) => index > 0 && place < order[index - 1]!);
    expect(firstMoved).toBeGreaterThan(0);
    expect(now.length - firstMoved).toBeGreaterThan(10);
    expectWhole();
  });

  it("the truth has what is on the threads' lists", () => {
    const expected = new Map<string, string[]>();
    for (const { thread, address } of requests())
      if (thread !== undefined) expected.set(thread, [...(expected.get(thread) ?? []), address]);
    for (const [thread, addresses] of expected) expect(listOf(thread)).toEqual(addresses);
  });

  it('what comes is counted, and files of requests under way are not signalled', () => {
    const moved = before.filter(({ major }) => major === 'DEVICE_CONTROL' || major === 'READ');
    const counted = moved.filter(
      ({ thread, major }) =>
        thread !== undefined &&
        read(thread, '_KTHREAD', major === 'READ' ? 'ReadTransferCount' : 'OtherTransferCount') > 0n,
    );
    expect(counted.length).toBeGreaterThan(10);
    for (const { file, isCompleted } of requests())
      if (file !== undefined && !isCompleted)
        expect(read(file, '_FILE_OBJECT', 'Event.Header.SignalState', 4)).not.toBe(SIGNALLED);
  });

  it('agrees with all else whenever it is looked at', { timeout: MINUTE }, () => {
    for (const ms of [1, 3, 10, 50, 400, 3000]) {
      machine.advance(ms);
      expectWhole();
    }
  });

  it('a process that ends takes its requests along', () => {
    const owner = machine.stage.processes.find(({ name }) => name === 'msedge.exe')!;
    const threads = new Set(owner.threads.map(({ address }) => `0x${address.toString(16)}`));
    expect(requests().some(({ thread }) => threads.has(thread ?? ''))).toBe(true);
    machine.act(owner.pid, { do: 'end' });
    expect(requests().some(({ thread }) => threads.has(thread ?? ''))).toBe(false);
    machine.advance(20_000);
    expect(requests().some(({ thread }) => threads.has(thread ?? ''))).toBe(false);
    expectWhole();
  });
});
