import { MemoryError, type Memory } from '../memory/memory.js';
import type { Module } from '../target/module.js';
import type { Context } from './context.js';
import { unwind } from './unwinder.js';

export interface Frame {
  /** Registers in this frame. */
  context: Context;
  /** 0 in the outermost frame. */
  returnAddress: bigint;
  /** Address of the slot with the return address. */
  returnAddressAt: bigint;
  /** Where parameters are shown from: the home space, or the interrupted stack behind a trap. */
  argumentsAt: bigint;
  /** KTRAP_FRAME below which the frame's function was entered, when it was by a trap. */
  trapFrame: bigint | undefined;
}

/** Where RIP lies in KTRAP_FRAME: a machine frame is the end of one. */
const TRAP_FRAME_TO_MACHINE_FRAME = 0x168n;

/** What stacks are walked in. */
export interface StackMemory {
  readonly memory: Memory;
  moduleAt(address: bigint): Module | undefined;
}

/** Walks a stack until there is no caller, the stack cannot be read or the walk stands still. */
export function walkStack(target: StackMemory, from: Context, most: number): Frame[] {
  const frames: Frame[] = [];
  let context = from;
  while (frames.length < most) {
    const frame: Frame = {
      context,
      returnAddress: 0n,
      returnAddressAt: 0n,
      argumentsAt: 0n,
      trapFrame: undefined,
    };
    frames.push(frame);
    const module = target.moduleAt(context.rip);
    if (!module && frames.length > 1) break;
    try {
      const caller = unwind(target.memory, module?.unwindSource, context);
      frame.returnAddress = caller.context.rip;
      frame.returnAddressAt = caller.returnAddressAt;
      frame.argumentsAt =
        caller.machineFrame === undefined ? caller.returnAddressAt + 8n : caller.context.registers.rsp;
      if (caller.machineFrame !== undefined)
        frame.trapFrame = caller.machineFrame - TRAP_FRAME_TO_MACHINE_FRAME;
      const stands =
        caller.context.rip === context.rip && caller.context.registers.rsp === context.registers.rsp;
      if (frame.returnAddress === 0n || stands) break;
      context = caller.context;
    } catch (error) {
      if (!(error instanceof MemoryError)) throw error;
      break;
    }
  }
  return frames;
}
