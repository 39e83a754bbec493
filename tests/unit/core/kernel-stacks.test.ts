// Kernel stacks of every thread of every scenario that comes with the lab, and of paths asked for, walked by a reader of its own.
import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createMachine, type LabMachine } from '../../../sim/index.js';
import { corralProcessors } from '../../../sim/livedump/corral.js';
import { StackPlan } from '../../../sim/machine/stack-plan.js';
import type { StagedThread } from '../../../sim/world/stage.js';
import { PeFile } from '../../oracles/images/pe-file.js';
import { KernelWalk, UserWalk, type Walk, type WalkedFrame } from '../../support/kernel-walk.js';

const scenarios = readdirSync(new URL('../../../sim/scenarios/catalogue', import.meta.url)).map((file) =>
  file.replace('.json', ''),
);
const RUNNING = 2n; // _KTHREAD_STATE
const LINKAGE = 'nt!KiServiceLinkage';
/** What functions that call through a register call: services, handlers of exceptions, filters of scope tables. */
const THROUGH_REGISTER: Readonly<Record<string, RegExp>> = {
  'nt!KiSystemCall64': /!Nt/,
  'nt!RtlpExecuteHandlerForException': /^nt!__C_specific_handler$/,
  'nt!__C_specific_handler': /\$filt\$\d+$/,
};

/** Each return address follows a call to the function of the frame inside it, whatever kind of call it is. */
function expectCalls(walk: KernelWalk | UserWalk, frames: readonly WalkedFrame[]): void {
  for (const [index, frame] of frames.slice(1).entries()) {
    const inner = frames[index]!;
    if (inner.machineFrame) continue; // stands where it was interrupted
    const callee = walk.calleeOf(frame);
    if (callee === 'rax') {
      expect(Object.keys(THROUGH_REGISTER)).toContain(frame.name);
      expect(inner.name).toMatch(THROUGH_REGISTER[frame.name]!);
    } else if (inner.name === LINKAGE) expect(walk.nameOf(callee!)).toMatch(/^nt!Zw/);
    else expect(callee, `${frame.name} > ${inner.name}`).toBe(inner.begin);
  }
}

/** Every function that checks a cookie before it returns finds the one that it stored; how many there are. */
function expectCookies(walk: KernelWalk, frames: readonly WalkedFrame[]): number {
  const cookies = frames.flatMap((frame) => walk.cookieOf(frame) ?? []);
  for (const { found, expected } of cookies) expect(found).toBe(expected);
  return cookies.length;
}

/** Returns how many stack cookies there were on the way. */
function expectWhole(walk: KernelWalk, thread: bigint, stack: readonly string[], walked: Walk): number {
  const { frames, rsp } = walked;
  expectCalls(walk, frames);
  const cookies = expectCookies(walk, frames);
  expect(frames.map(({ rip }) => rip)).toHaveLength(stack.length);
  const initial = walk.memory.get(thread, '_KTHREAD', 'InitialStack');
  if (frames.at(-1)!.machineFrame) {
    // To user mode: the trap frame at the top of the stack says where RSP was.
    expect(walk.memory.get(initial - 0x190n, '_KTRAP_FRAME', 'Rsp')).toBe(rsp);
    return cookies;
  }
  expect(frames.at(-1)!.name).toMatch(/^nt!Ki(StartSystemThread|IdleLoop)$/);
  expect(rsp).toBe(initial - 0x28n + 8n); // home space and a return address of 0
  return cookies;
}

/** A user stack leads from the service's stub to the function that the kernel starts threads in, at its very top. */
function expectWholeInUserMode(
  walk: UserWalk,
  { userMode, address }: StagedThread,
  { registers }: Walk,
): Walk {
  const initial = walk.memory.get(address, '_KTHREAD', 'InitialStack');
  const walked = walk.inService(initial - 0x190n, registers);
  const { frames, rsp } = walked;
  expectCalls(walk, frames);
  const stack = userMode!.stack.map((name) => name.replace(/\+0x.*/, ''));
  expect(frames.map(({ name }) => name)).toEqual(stack);
  expect(frames.at(-1)!.name).toMatch(/^ntdll!(RtlUserThreadStart|LdrInitializeThunk)$/);
  expect(rsp).toBe(walk.memory.get(userMode!.teb, '_TEB', 'NtTib.StackBase') - 0x20n); // home space
  const limit = walk.memory.get(userMode!.teb, '_TEB', 'NtTib.StackLimit');
  expect(frames[0]!.registers['rsp']).toBeGreaterThan(limit);
  return walked;
}

/** Follows every stack of a machine; what there was to see on the way. */
function expectAllWhole(machine: LabMachine) {
  const walk = new KernelWalk(machine);
  const { core, loaded } = machine.kernel;
  const processorBlocks = loaded.address('nt!KiProcessorBlock');
  const seen = {
    kernel: 0,
    user: 0,
    running: 0,
    cookies: 0,
    parts: 0,
    userParts: 0,
    largest: 0n,
    largestOfUser: 0n,
  };
  for (const process of [machine.stage.idle, ...machine.stage.processes]) {
    const threads = process.threads.filter(({ stack }) => stack.length > 0);
    let user: UserWalk | undefined;
    for (const thread of threads) {
      const context = contextOf(walk, thread.address, processorBlocks);
      const walked = context === undefined ? walk.waiting(thread.address) : walk.running(context);
      if (context !== undefined) seen.running++;
      else expect(walk.nameOf(walk.calleeOf(walked.frames[0]!) as bigint)).toBe('nt!SwapContext');
      seen.cookies += expectWhole(walk, thread.address, thread.stack, walked);
      seen.largest = largestOf(walked, seen.largest);
      seen.parts += walked.frames.filter(({ inPart }) => inPart).length;
      seen.kernel++;
      if (!thread.userMode) continue;
      core.exports.processAttach(process.address);
      user ??= new UserWalk(machine, process);
      const ofUser = expectWholeInUserMode(user, thread, walked);
      seen.largestOfUser = largestOf(ofUser, seen.largestOfUser);
      seen.userParts += ofUser.frames.filter(({ inPart }) => inPart).length;
      seen.user++;
    }
  }
  return seen;
}

/** CONTEXT with which the processor of a running thread was stopped, where the thread's stack ends as that says. */
function contextOf({ memory }: KernelWalk, thread: bigint, processorBlocks: bigint): bigint | undefined {
  if (memory.get(thread, '_KTHREAD', 'State') !== RUNNING) return undefined;
  const number = memory.get(thread, '_KTHREAD', 'NextProcessor');
  const context = memory.get(memory.read(processorBlocks + 8n * number), '_KPRCB', 'Context');
  const rsp = memory.get(context, '_CONTEXT', 'Rsp');
  return rsp === memory.get(thread, '_KTHREAD', 'KernelStack') ? context : undefined;
}

/** Bytes of the largest frame of a stack, or `known` where that is larger. */
function largestOf({ frames }: Walk, known: bigint): bigint {
  const sizes = frames.slice(1).map(({ registers }, index) => registers['rsp']! - frames[index]!.registers['rsp']!); // prettier-ignore
  return sizes.reduce((most, size) => (size > most ? size : most), known);
}

describe.each(scenarios)('stacks of %s', (scenario) => {
  it('unwind to the frame that each thread began with, call by call', async () => {
    const machine = await createMachine({ machine: 'tiny', seed: 7, scenario });
    for (const moment of ['boot', 'later', 'capture']) {
      if (moment === 'later') machine.advance(20_000);
      if (moment === 'capture') corralProcessors(machine.kernel, machine.stage);
      const seen = expectAllWhole(machine);
      expect(seen.kernel).toBeGreaterThan(100);
      expect(seen.user).toBeGreaterThan(50);
      expect(seen.running).toBe(moment === 'capture' ? machine.stage.idle.threads.length : 0);
      expect(seen.cookies).toBeGreaterThan(20);
      expect(seen.parts).toBeGreaterThan(20);
      expect(seen.userParts).toBeGreaterThan(0);
      // Frames that their prologs had to probe the stack for.
      expect(seen.largestOfUser).toBeGreaterThan(0x1000n);
      if (moment === 'capture') expect(seen.largest).toBeGreaterThan(0x1000n);
    }
  });
});

it('indirect calls of every kernel module go through the kernel’s dispatcher', async () => {
  const machine = await createMachine({ machine: 'tiny', seed: 9 });
  const { exports } = machine.kernel.core;
  // win32k is there for the processes of a session only.
  exports.processAttach(machine.stage.processes.find(({ name }) => name === 'explorer.exe')!.address);
  const walk = new KernelWalk(machine);
  for (const { image, base } of machine.kernel.loaded.modules) {
    const { rva } = new PeFile(image.file).directories[10]!;
    const pointer = walk.memory.read(base + BigInt(rva + 0x78)); // GuardCFDispatchFunctionPointer
    expect(walk.nameOf(walk.memory.read(pointer)), image.spec.module).toBe('nt!_guard_dispatch_icall');
  }
});

describe('a path of the call graph as a stack', async () => {
  const machine = await createMachine({ machine: 'tiny', seed: 8 });
  const walk = new KernelWalk(machine);
  const { core, loaded } = machine.kernel;
  const WAIT = ['nt!KiSwapContext', 'nt!KiSwapThread', 'nt!KiCommitThreadWait', 'nt!KeWaitForSingleObject'];
  const START = ['nt!PspSystemThreadStartup', 'nt!KiStartSystemThread'];
  const FAULT = [...WAIT, 'nt!MiWaitForInPageComplete', 'nt!MiIssueHardFault', 'nt!MiDispatchFault', 'nt!MmAccessFault', 'nt!KiPageFault']; // prettier-ignore

  /** Lays the path out as the stack of a worker, in the place of its own. */
  const layOut = (functions: readonly string[], faultAddress?: bigint) => {
    const thread = machine.stage.processes[0]!.threads.find(({ archetype }) => archetype === 'exworker')!;
    const plan = StackPlan.waiting(loaded, functions, faultAddress);
    core.exports.stackBegin(thread.address, 0n, 0n);
    core.exports.stackLayOutWaiting(thread.address, plan.put(core));
    return { thread: thread.address, ...walk.waiting(thread.address) };
  };
  const names = (frames: readonly WalkedFrame[]) => frames.map(({ name }) => name);

  it('a page fault in the middle keeps the trap frame of the code that faulted', () => {
    const address = 0xffff_9a01_2345_6780n;
    const { frames, rsp, thread } = layOut([...FAULT, 'nt!ExpWorkerThread', ...START], address);
    expectCalls(walk, frames);
    expect(names(frames)).toEqual([...FAULT, 'nt!ExpWorkerThread', ...START]);
    const fault = frames[FAULT.length - 1]!;
    expect(fault.machineFrame).toBe(true);
    const trapFrame = fault.registers['rbp']! - 0x80n;
    const get = (field: string) => walk.memory.get(trapFrame, '_KTRAP_FRAME', field);
    expect(get('FaultAddress')).toBe(address);
    expect([get('ExceptionActive'), get('PreviousMode'), get('SegCs')]).toEqual([1n, 0n, 0x10n]);
    const worker = frames[FAULT.length]!;
    expect([get('Rip'), get('Rsp')]).toEqual([worker.rip, worker.registers['rsp']]);
    expect(rsp).toBe(walk.memory.get(thread, '_KTHREAD', 'InitialStack') - 0x20n);
  });

  it('a leaf function that faults has its caller’s return address on top', () => {
    const { frames } = layOut([...FAULT, 'nt!memcpy', 'nt!CcCopyRead', 'Ntfs!NtfsCommonRead', 'Ntfs!NtfsFspDispatch', 'nt!ExpWorkerThread', ...START]); // prettier-ignore
    expectCalls(walk, frames);
    expect(names(frames).slice(FAULT.length, FAULT.length + 2)).toEqual(['nt!memcpy', 'nt!CcCopyRead']);
  });

  it('a service that the kernel asks for returns through KiServiceLinkage', () => {
    const before = ['nt!AlpcpSignalAndWait', 'nt!AlpcpReceiveMessage', 'nt!NtAlpcSendWaitReceivePort'];
    const { frames, thread } = layOut([...WAIT, ...before, 'nt!KiSystemServiceCopyEnd', LINKAGE, 'nt!SepRmCommandServerThread', ...START]); // prettier-ignore
    expectCalls(walk, frames);
    expect(names(frames)).toEqual([...WAIT, ...before, 'nt!KiSystemCall64', LINKAGE, 'nt!SepRmCommandServerThread', ...START]); // prettier-ignore
    const trapFrame = walk.memory.get(thread, '_KTHREAD', 'TrapFrame');
    const get = (field: string) => walk.memory.get(trapFrame, '_KTRAP_FRAME', field);
    expect(get('Rip')).toBe(loaded.address(LINKAGE));
    expect([get('ExceptionActive'), get('TrapFrame')]).toEqual([2n, 0n]);
  });

  it('a processor that another one asked for something stands on what it interrupted', () => {
    const IPI = ['nt!KiIpiGenericCallTarget', 'nt!KiIpiProcessRequests', 'nt!KiIpiInterruptSubDispatch', 'nt!KiIpiInterrupt']; // prettier-ignore
    const IDLE = ['nt!HalProcessorIdle', 'nt!PpmIdleDefaultExecute', 'nt!PpmIdleExecuteTransition', 'nt!PoIdle', 'nt!KiIdleLoop']; // prettier-ignore
    const processor = 1;
    const idle = machine.stage.idle.threads[processor]!;
    const plan = StackPlan.running(loaded, [...IPI, ...IDLE]);
    core.exports.stackBegin(idle.address, 0n, 0n);
    core.exports.stackLayOutRunning(idle.address, plan.put(core), processor);
    const context = contextOf(walk, idle.address, loaded.address('nt!KiProcessorBlock'))!;
    const { frames, rsp } = walk.running(context);
    expectCalls(walk, frames);
    expect(names(frames)).toEqual([...IPI, ...IDLE]);
    // The barrier that all processors wait at for each other is a loop with a pause in it.
    expect(walk.before(frames[0]!)).toBe('Pause');
    const interrupt = frames[IPI.length - 1]!;
    expect(interrupt.machineFrame).toBe(true);
    const trapFrame = interrupt.registers['rbp']! - 0x80n;
    const get = (field: string) => walk.memory.get(trapFrame, '_KTRAP_FRAME', field);
    const halted = frames[IPI.length]!;
    expect([get('Rip'), get('Rsp'), get('SegCs')]).toEqual([halted.rip, halted.registers['rsp'], 0x10n]);
    expect([get('ExceptionActive'), get('PreviousMode')]).toEqual([0n, 0n]);
    expect(walk.before(halted)).toBe('Hlt');
    expect(rsp).toBe(walk.memory.get(idle.address, '_KTHREAD', 'InitialStack') - 0x20n);
  });

  it('a path that the graph does not have is refused by name', () => {
    expect(() => layOut([...WAIT, 'nt!NtClose', ...START])).toThrow(
      'nt!NtClose does not call nt!KeWaitForSingleObject',
    );
  });
});
