// The frames that a debugger needs before all others: what a dump is not valid without, and what tells processes,
// threads and their stacks. What a dump must have is in Microsoft's reference of kernel live dumps; what WinDbg
// reads to walk a stack was found by experiment.
import { NT } from '../generated/symbols';
import {
  CONTEXT,
  KDESCRIPTOR,
  KPCR,
  KPRCB,
  KPROCESSOR_STATE,
  KSPECIAL_REGISTERS,
  KTHREAD,
  KUSER_SHARED_DATA,
  PHYSICAL_MEMORY_DESCRIPTOR,
  PHYSICAL_MEMORY_RUN,
  UNLOADED_DRIVERS,
} from '../generated/types';
import { offsetOf } from '../layout/fields';
import { frameCount } from '../memory/frames';
import { beginPeeking, peek64, peekField } from '../memory/peek';
import { PAGE_SIZE } from '../memory/arena';
import { systemPml4 } from '../kernel/processes/process';
import { KERNEL_STACK_PAGES } from '../kernel/processes/thread';
import { SHARED_DATA } from '../kernel/scheduler/clock';
import { addressOf } from '../kernel/symbols';
import { FrameSet } from './frame-set';
import { mark, markFrame, markInto, markPage, markStructure, markText } from './marker';
import { markModuleList, markModules } from './mark-modules';
import { markInstruction, markProcesses, markProcessObject, markStack, markThread } from './mark-threads';

const MOST_PROCESSORS: u32 = 64;
const UNLOADED_ENTRIES: u32 = 50;
const STACK_BYTES: u64 = u64(KERNEL_STACK_PAGES) * PAGE_SIZE;

/** What a dump is not valid without. */
export const requiredFrames: FrameSet = new FrameSet();
/** What tells processes, threads and their stacks. */
export const importantFrames: FrameSet = new FrameSet();

/** Marks anew. */
export function markFrames(): void {
  const frames = (frameCount() + 63) & ~u32(63);
  requiredFrames.reset(frames);
  importantFrames.reset(frames);
  beginPeeking();
  markInto(requiredFrames);
  markFrame(systemPml4());
  markModuleList(); // with the kernel's image come its variables: debugger data, processor blocks, list heads
  markStructure(SHARED_DATA, KUSER_SHARED_DATA.SIZE);
  markMemoryBlock();
  for (let number: u32 = 0; number < MOST_PROCESSORS; number++) {
    const prcb = peek64(addressOf(NT.KiProcessorBlock) + u64(number) * 8);
    if (prcb != 0) markProcessor(prcb);
  }
  markInto(importantFrames);
  markModules();
  markProcesses();
  markUnloadedDrivers();
}

function markMemoryBlock(): void {
  const block = peek64(addressOf(NT.MmPhysicalMemoryBlock));
  const runs = peekField(block, PHYSICAL_MEMORY_DESCRIPTOR.NumberOfRuns);
  mark(block, offsetOf(PHYSICAL_MEMORY_DESCRIPTOR.Run) + runs * offsetOf(PHYSICAL_MEMORY_RUN.SIZE));
}

/** Registers, descriptor tables, what runs on the processor and on which page tables, and its stacks. */
function markProcessor(prcb: u64): void {
  markStructure(prcb - offsetOf(KPCR.Prcb), KPCR.SIZE);
  const special = prcb + offsetOf(KPRCB.ProcessorState) + offsetOf(KPROCESSOR_STATE.SpecialRegisters);
  markFrame(u32(peekField(special, KSPECIAL_REGISTERS.Cr3) >> 12));
  markTable(special + offsetOf(KSPECIAL_REGISTERS.Gdtr));
  markTable(special + offsetOf(KSPECIAL_REGISTERS.Idtr));
  const context = peekField(prcb, KPRCB.Context);
  markStructure(context, CONTEXT.SIZE);
  markInstruction(peekField(context, CONTEXT.Rip));
  const thread = peekField(prcb, KPRCB.CurrentThread);
  markThread(thread);
  markThread(peekField(prcb, KPRCB.IdleThread));
  markProcessObject(peekField(thread, KTHREAD.Process));
  markOwnStack(peekField(prcb, KPRCB.IsrStack), peekField(context, CONTEXT.Rsp));
  markOwnStack(peekField(prcb, KPRCB.DpcStack), peekField(context, CONTEXT.Rsp));
}

/** A descriptor table. */
function markTable(register: u64): void {
  mark(peekField(register, KDESCRIPTOR.Base), peekField(register, KDESCRIPTOR.Limit) + 1);
}

/** A processor's stack for interrupts or DPCs, when it is on it. */
function markOwnStack(base: u64, stackPointer: u64): void {
  if (stackPointer >= base - STACK_BYTES && stackPointer < base) markStack(stackPointer, base);
  else markPage(base - 1);
}

function markUnloadedDrivers(): void {
  const array = peek64(addressOf(NT.MmUnloadedDrivers));
  if (array == 0) return;
  for (let i: u32 = 0; i < UNLOADED_ENTRIES; i++) {
    const entry = array + u64(i) * offsetOf(UNLOADED_DRIVERS.SIZE);
    markStructure(entry, UNLOADED_DRIVERS.SIZE);
    markText(entry + offsetOf(UNLOADED_DRIVERS.Name));
  }
}
