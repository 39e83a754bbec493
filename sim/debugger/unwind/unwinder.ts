import { viewOf } from '../files/record.js';
import { readPointer, type Memory } from '../memory/memory.js';
import type { Image } from '../pe/image.js';
import { REGISTERS, type Context } from './context.js';
import type { FunctionTable, RuntimeFunction } from './function-table.js';
import { readUnwindInfo, UWOP, type UnwindCode, type UnwindInfo } from './unwind-info.js';

/** An image whose code can be unwound. */
export interface UnwindSource {
  image: Image;
  functions: FunctionTable;
}

/** What unwinding a frame found. */
export interface Unwound {
  /** Registers of the caller. */
  context: Context;
  /** Address of the slot that held the return address. */
  returnAddressAt: bigint;
  /** Address of the machine frame that the function began with: an interrupt, a trap or a system call. */
  machineFrame: bigint | undefined;
}

/** Parts of functions whose unwind data goes on in another's. */
export const DEEPEST_CHAIN = 32;
/** Machine frame: RIP, CS, EFLAGS, RSP, SS; an error code may come first. */
const MACHINE_FRAME = { rip: 0n, rsp: 24n };
const ERROR_CODE_BYTES = 8n;

/**
 * Undoes a function's frame by the rules of x64 exception handling, from anywhere in prolog, body or epilog.
 * @throws MemoryError when the stack or the unwind data is not in memory
 */
export function unwind(memory: Memory, source: UnwindSource | undefined, from: Context): Unwound {
  const context = from.copy();
  const { registers } = context;
  const rva = source ? Number(context.rip - source.image.base) : 0;
  const entry = source?.functions.find(rva);
  let machineFrame: bigint | undefined;
  if (source && entry && !undoEpilog(memory, source, entry, context)) {
    let current: RuntimeFunction | undefined = entry;
    for (let depth = 0; current && depth < DEEPEST_CHAIN; depth++) {
      const info: UnwindInfo = readUnwindInfo(source.image, current.unwindInfo);
      const inProlog = depth === 0 ? rva - current.begin : Infinity;
      const base = frameBase(info, context, inProlog);
      for (const code of info.codes) {
        if (code.offset > inProlog) continue;
        machineFrame = undo(memory, code, info, context, base) ?? machineFrame;
      }
      current = info.chained;
    }
    if (machineFrame !== undefined) return { context, returnAddressAt: machineFrame, machineFrame };
  }
  const returnAddressAt = registers.rsp;
  context.rip = readPointer(memory, returnAddressAt);
  registers.rsp = returnAddressAt + 8n;
  return { context, returnAddressAt, machineFrame };
}

/** Value of RSP right after the fixed part of the frame was made: what saved registers are relative to. */
function frameBase(info: UnwindInfo, { registers }: Context, inProlog: number): bigint {
  if (info.frameRegister === 0) return registers.rsp;
  const set = info.codes.find(({ operation }) => operation === UWOP.SET_FPREG);
  if (set && set.offset > inProlog) return registers.rsp;
  return registers[REGISTERS[info.frameRegister]!] - BigInt(info.frameOffset);
}

/** @returns the address of the machine frame, if it was one */
function undo(
  memory: Memory,
  code: UnwindCode,
  info: UnwindInfo,
  context: Context,
  base: bigint,
): bigint | undefined {
  const { registers } = context;
  switch (code.operation) {
    case UWOP.PUSH_NONVOL:
      registers[REGISTERS[code.info]!] = readPointer(memory, registers.rsp);
      registers.rsp += 8n;
      return undefined;
    case UWOP.ALLOC_SMALL:
    case UWOP.ALLOC_LARGE:
      registers.rsp += BigInt(code.value);
      return undefined;
    case UWOP.SET_FPREG:
      registers.rsp = registers[REGISTERS[info.frameRegister]!] - BigInt(info.frameOffset);
      return undefined;
    case UWOP.SAVE_NONVOL:
    case UWOP.SAVE_NONVOL_FAR:
      registers[REGISTERS[code.info]!] = readPointer(memory, base + BigInt(code.value));
      return undefined;
    case UWOP.PUSH_MACHFRAME: {
      const frame = registers.rsp + (code.info ? ERROR_CODE_BYTES : 0n);
      context.rip = readPointer(memory, frame + MACHINE_FRAME.rip);
      registers.rsp = readPointer(memory, frame + MACHINE_FRAME.rsp);
      return frame;
    }
    default:
      return undefined; // XMM registers are not shown by frames
  }
}

/** Instructions that an epilog may consist of, from `add rsp` or `lea rsp` over pops to `ret` or a jump out. */
const LONGEST_EPILOG = 48;

/** Where RIP is in an epilog, does what is left of it; the return address is then on top. @returns whether it was */
function undoEpilog(memory: Memory, source: UnwindSource, entry: RuntimeFunction, context: Context): boolean {
  const bytes = memory.read(context.rip, LONGEST_EPILOG);
  const pops: { register: number }[] = [];
  let at = 0;
  let add = 0n;
  let fromFrame: { register: number; offset: bigint } | undefined;
  const view = viewOf(bytes);
  const has = (count: number) => at + count <= bytes.length;
  if (has(4) && (bytes[at]! & 0xf8) === 0x48 && bytes[at + 1] === 0x83 && bytes[at + 2] === 0xc4) {
    add = BigInt(view.getInt8(at + 3));
    at += 4;
  } else if (has(7) && bytes[at] === 0x48 && bytes[at + 1] === 0x81 && bytes[at + 2] === 0xc4) {
    add = BigInt(view.getInt32(at + 3, true));
    at += 7;
  } else if (
    has(4) &&
    (bytes[at]! & 0xfe) === 0x48 &&
    bytes[at + 1] === 0x8d &&
    (bytes[at + 2]! & 0x38) === 0x20
  ) {
    const mode = bytes[at + 2]! >> 6;
    const register = (bytes[at + 2]! & 7) | ((bytes[at]! & 1) << 3);
    if ((register & 7) === 4) return false;
    if (mode === 1) fromFrame = { register, offset: BigInt(view.getInt8(at + 3)) };
    else if (mode === 2 && has(7)) fromFrame = { register, offset: BigInt(view.getInt32(at + 3, true)) };
    else return false;
    at += mode === 1 ? 4 : 7;
  }
  for (; has(2);) {
    if ((bytes[at]! & 0xf8) === 0x58) pops.push({ register: bytes[at++]! & 7 });
    else if (bytes[at] === 0x41 && (bytes[at + 1]! & 0xf8) === 0x58) {
      pops.push({ register: (bytes[at + 1]! & 7) + 8 });
      at += 2;
    } else break;
  }
  if (!endsFunction(bytes, at, context, source, entry)) return false;
  const { registers } = context;
  if (fromFrame) registers.rsp = registers[REGISTERS[fromFrame.register]!] + fromFrame.offset;
  registers.rsp += add;
  for (const { register } of pops) {
    registers[REGISTERS[register]!] = readPointer(memory, registers.rsp);
    registers.rsp += 8n;
  }
  return true;
}

/** Whether the instruction at `at` leaves the function: ret, or a jump to outside of it. */
function endsFunction(
  bytes: Uint8Array,
  at: number,
  { rip }: Context,
  { image }: UnwindSource,
  { begin, end }: RuntimeFunction,
): boolean {
  const first = bytes[at];
  if (first === 0xc3 || first === 0xc2 || (first === 0xf3 && bytes[at + 1] === 0xc3)) return true;
  if (first === 0x48 && bytes[at + 1] === 0xff && (bytes[at + 2]! & 0x38) === 0x20) return true;
  if (first === 0xff && bytes[at + 1] === 0x25) return true;
  const near = first === 0xe9 && at + 5 <= bytes.length;
  if (!near && !(first === 0xeb && at + 2 <= bytes.length)) return false;
  const view = viewOf(bytes);
  const distance = near ? view.getInt32(at + 1, true) + 5 : view.getInt8(at + 1) + 2;
  const target = Number(rip - image.base) + at + distance;
  return target <= begin || target >= end ? target !== begin : false;
}
