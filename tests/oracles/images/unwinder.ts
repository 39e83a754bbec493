// Unwinds one frame as the published rules for x64 exception data say. It sees a PE file, registers and memory.
import type { PeFile, RuntimeFunction } from './pe-file.js';

const NAMES = 'rax rcx rdx rbx rsp rbp rsi rdi r8 r9 r10 r11 r12 r13 r14 r15'.split(' ');

export interface Registers {
  [name: string]: bigint;
}

/** Reads 8 bytes of stack; 16-byte values are two of them. */
export type ReadStack = (address: bigint) => bigint;

export interface Unwound {
  registers: Registers;
  returnAddress: bigint;
  /** Whether the frame was an interrupt's, whose return address follows no call. */
  machineFrame: boolean;
  /** Where the return address lay: on the stack, or in what the hardware pushed. */
  returnSlot: bigint;
}

/** The caller's registers, for a function stopped at `offset` bytes after its start, outside its epilog. */
export function unwind(
  file: PeFile,
  range: RuntimeFunction,
  offset: number,
  start: Registers,
  read: ReadStack,
): Unwound {
  const registers = { ...start };
  const info = range.unwind;
  if ((file.u8(info) & 7) !== 1) throw new Error('unwind version');
  const prologSize = file.u8(info + 1);
  const count = file.u8(info + 2);
  const frame = file.u8(info + 3);
  // Saved values lie relative to RSP of the finished frame; with a frame pointer, relative to what it pointed from.
  const base = () =>
    (frame & 15) !== 0 && frameIsSet(file, info, count, offset)
      ? registers[NAMES[frame & 15]!]! - BigInt((frame >> 4) * 16)
      : registers['rsp']!;
  const frameBase = base();
  for (let slot = 0; slot < count;) {
    const code = info + 4 + 2 * slot;
    const at = file.u8(code);
    const op = file.u8(code + 1) & 15;
    const operand = file.u8(code + 1) >> 4;
    const near = () => BigInt(file.u16(code + 2));
    const far = () => BigInt(file.u32(code + 2));
    slot += [1, operand === 0 ? 2 : 3, 1, 1, 2, 3, 0, 0, 2, 3, 1][op]!;
    if (offset < at && offset < prologSize) continue;
    const rsp = registers['rsp']!;
    if (op === 0) {
      registers[NAMES[operand]!] = read(rsp);
      registers['rsp'] = rsp + 8n;
    } else if (op === 1) registers['rsp'] = rsp + (operand === 0 ? near() * 8n : far());
    else if (op === 2) registers['rsp'] = rsp + BigInt(operand * 8 + 8);
    else if (op === 3) registers['rsp'] = frameBase;
    else if (op === 4) registers[NAMES[operand]!] = read(frameBase + near() * 8n);
    else if (op === 5) registers[NAMES[operand]!] = read(frameBase + far());
    else if (op === 8) registers[`xmm${operand}`] = read(frameBase + near() * 16n);
    else if (op === 10) {
      const hardware = rsp + (operand === 1 ? 8n : 0n);
      registers['rsp'] = read(hardware + 24n);
      return { registers, returnAddress: read(hardware), machineFrame: true, returnSlot: hardware };
    } else throw new Error(`unwind operation ${op}`);
  }
  // A part of a function was entered behind the whole prolog of what it is a part of.
  const outer = file.continued(range);
  if (outer) return unwind(file, outer, Infinity, registers, read);
  return popReturn(registers, read);
}

/** What a function without unwind data leaves to its caller: it moves no register but RSP, by its return. */
export function unwindLeaf(start: Registers, read: ReadStack): Unwound {
  return popReturn({ ...start }, read);
}

function popReturn(registers: Registers, read: ReadStack): Unwound {
  const returnSlot = registers['rsp']!;
  registers['rsp'] = returnSlot + 8n;
  return { registers, returnAddress: read(returnSlot), machineFrame: false, returnSlot };
}

function frameIsSet(file: PeFile, info: number, count: number, offset: number): boolean {
  for (let slot = 0; slot < count; slot++) {
    const code = info + 4 + 2 * slot;
    if ((file.u8(code + 1) & 15) === 3) return offset >= file.u8(code);
    if ([1, 4, 8].includes(file.u8(code + 1) & 15)) slot++;
  }
  return false;
}
