// Lays out stacks: each frame exactly as its function's unwind codes say that the prolog left it.
//
// The host lists call sites from the outermost function inwards. For each one the prolog is replayed (pushes,
// allocations, saved registers), then the return address that the call pushes is written:
//
//   InitialStack ─▶ home space, 0            the first function returns to nowhere, or
//                   KTRAP_FRAME              the system call's, which the unwind data calls a machine frame
//                   frame of the outermost function
//                   return address into it
//                   frame of the next one …
//
// Where a function of the list was entered by the processor (an interrupt, a fault, a system service that kernel code asked
// for), the KTRAP_FRAME of the code that it took the processor from stands in place of a return address.
//
// A user stack ends in the return address into whoever called the system service's stub; the registers that it leaves
// go on into the kernel stack of the same thread.
import { KSWITCHFRAME, KTHREAD, KTRAP_FRAME, NT_TIB, TEB } from '../generated/types';
import { offsetOf } from '../layout/fields';
import { at, getField, setField, write64 } from '../memory/virtual';
import { hash } from '../random';
import { listed } from '../host-buffer';
import { fillInterruptFrame, fillServiceFrame } from './trap-frame';
import { cpuReserved } from '../kernel/processes/wow64';
import { setProcessorContext } from '../kernel/processors/processor';
import * as unwind from './unwind-data';
import { unwindToUserMode, userRegister } from './user-registers';
import { FunctionUnwind, hasUnwind, unwindFound } from './unwind-data';

const RBX: u32 = 3;
const RSP: u32 = 4;
const RBP: u32 = 5;
const RSI: u32 = 6;
const RDI: u32 = 7;
const REGISTERS: i32 = 16;
const RETURN_HOME_BYTES: u64 = 0x28; // home space of four registers, and the return address
const WORDS_PER_CALL: i32 = 5;
const MACHINE_FRAME_BYTES: u64 = 0x28; // RIP, CS, EFLAGS, RSP, SS; an error code may follow below
const NO_LOCAL: u64 = u64.MAX_VALUE;
const ENTERED_BY_CALL: u64 = 0;
const ENTERED_BY_SERVICE: u64 = 3; // 1 and 2 are interrupts and exceptions: KTRAP_FRAME.ExceptionActive, plus one
const KIND_BITS: u64 = 8; // the service's number lies above
const MXCSR: u32 = 0x1f80;

const registers = new StaticArray<u64>(REGISTERS);
let seed: u64 = 0;
// What the functions of a stack work with: thread and process, or their environment blocks.
let pointer: u64 = 0;
let secondPointer: u64 = 0;
let userThread: u64 = 0; // whose user stack was laid out last, the registers being those that it left
const order = new StaticArray<u32>(256); // of a prolog's codes
const chain = new StaticArray<u64>(32); // unwind data of the parts that a function's code is in, the innermost first
let saved: u32 = 0; // bit for each register that the function entered last may change
let trapFrameEnd: u64 = 0;

export function seedStacks(value: u64): void {
  seed = value;
}

/** What a function keeps in a non-volatile register: a pointer it works with or a small number. */
function bodyValue(register: u32, begin: u64, stack: u64): u64 {
  const bits = hash(seed, begin ^ (u64(register) << 56));
  if ((bits & 3) == 0) return pointer;
  if ((bits & 3) == 1) return secondPointer;
  if ((bits & 3) == 2) return (bits >> 8) & 0xff;
  return stack + ((bits >> 8) & 0x78);
}

/** Moves RSP down through a function's prolog and stores what it saves; returns RSP in the function's body. */
function enter(code: FunctionUnwind, entry: u64): u64 {
  let parts = 0;
  do unchecked((chain[parts++] = code.info));
  while (code.goOn());
  // The function's own prolog comes first, that of the part in which the call stands last.
  saved = 0;
  let stack = entry;
  for (let i = parts - 1; i >= 0; i--) {
    code.turnBackTo(unchecked(chain[i]));
    stack = replay(code, stack);
  }
  for (let i = parts - 1; i >= 0; i--) {
    code.turnBackTo(unchecked(chain[i]));
    storeSaves(code, stack);
  }
  code.turnBackTo(unchecked(chain[parts - 1]));
  const cookie = code.cookieOffset;
  if (cookie != unwind.NO_COOKIE) write64(stack + cookie, code.cookieFor(stack));
  const frameRegister = code.frameRegister;
  for (let register: u32 = 0; register < u32(REGISTERS); register++)
    if ((saved & (1 << register)) != 0 && register != frameRegister)
      unchecked((registers[register] = bodyValue(register, code.begin, stack)));
  return stack;
}

/** Puts the slots of a prolog's codes into `order`, as they stand: in the order of unwinding. Returns their number. */
function listCodes(code: FunctionUnwind): i32 {
  let steps = 0;
  for (let slot: u32 = 0; slot < code.codeCount; slot += code.slots(slot)) unchecked((order[steps++] = slot));
  return steps;
}

/** Moves RSP through a prolog and stores what it pushes; returns RSP behind it. */
function replay(code: FunctionUnwind, entry: u64): u64 {
  let stack = entry;
  for (let i = listCodes(code) - 1; i >= 0; i--) {
    const slot = unchecked(order[i]);
    const operand = code.operand(slot);
    switch (code.operation(slot)) {
      case unwind.PUSH_NONVOL:
        stack -= 8;
        write64(stack, unchecked(registers[operand]));
        saved |= 1 << operand;
        break;
      case unwind.ALLOC_SMALL:
        stack -= operand * 8 + 8;
        break;
      case unwind.ALLOC_LARGE:
        stack -= operand == 0 ? code.next16(slot) * 8 : code.next32(slot);
        break;
      case unwind.SET_FPREG:
        unchecked((registers[code.frameRegister] = stack + code.frameOffset));
        break;
      case unwind.PUSH_MACHFRAME:
        stack -= operand == 0 ? MACHINE_FRAME_BYTES : MACHINE_FRAME_BYTES + 8; // the trap frame holds it already
        break;
      default:
        break; // saves are relative to the finished frame
    }
  }
  return stack;
}

/** Stores what a prolog saves by moves, relative to RSP in the body. */
function storeSaves(code: FunctionUnwind, stack: u64): void {
  for (let i = listCodes(code) - 1; i >= 0; i--) {
    const slot = unchecked(order[i]);
    const operation = code.operation(slot);
    const register = code.operand(slot);
    if (operation == unwind.SAVE_NONVOL || operation == unwind.SAVE_NONVOL_FAR) {
      const offset = operation == unwind.SAVE_NONVOL ? code.next16(slot) * 8 : code.next32(slot);
      write64(stack + offset, unchecked(registers[register]));
      saved |= 1 << register;
    } else if (operation == unwind.SAVE_XMM128 || operation == unwind.SAVE_XMM128_FAR) {
      // No thread of this machine has put anything into a vector register yet.
      const offset = operation == unwind.SAVE_XMM128 ? code.next16(slot) * 16 : code.next32(slot);
      write64(stack + offset, 0);
      write64(stack + offset + 8, 0);
    }
  }
}

/**
 * The trap frame of code at `address` that was left with RSP at `stack`, in the way that `entry` says; returns its end,
 * where the function that took over starts.
 */
function trapFrame(stack: u64, address: u64, entry: u64): u64 {
  const end = stack & ~u64(15); // the processor aligns RSP, and so does a Zw stub
  const kind = entry & ((1 << KIND_BITS) - 1);
  if (kind == ENTERED_BY_SERVICE)
    fillServiceFrame(pointer, end, address, stack, u32(entry >> KIND_BITS), registers);
  else {
    const fault = u64(i64(entry) >> KIND_BITS); // canonical: the top byte is a copy of the bit below
    fillInterruptFrame(end, address, stack, u8(kind - 1), fault, registers);
  }
  return end;
}

const FRAMES_KEPT: i32 = 64;
const bodies = new StaticArray<u64>(FRAMES_KEPT);

/** RSP in the body of a function of the stack laid out last, counted from the outermost; 0 beyond what is kept. */
export function frameLaidOut(index: u32): u64 {
  return index < <u32>FRAMES_KEPT ? unchecked(bodies[index]) : 0;
}

/**
 * Lays out the frames of the `count` calls in the exchange buffer, outermost first, each as five u64: the address
 * after the call (for the innermost one of a running thread and for one that was interrupted, where it stands), bytes
 * allocated beyond the unwind data, offset of a local from RSP (all ones for none), the local's value, and how the
 * function was entered: 0 by a call, 1 by an interrupt, 2 by an exception, with the address that faulted above the low
 * byte, 3 by a request of the kernel for a system service, with its number there. `entry` is RSP when the outermost
 * function is entered. Returns RSP in the innermost function.
 */
function layOut(count: i32, entry: u64): u64 {
  let stack = entry;
  for (let i = 0; i < count; i++) {
    const address = listed(i * WORDS_PER_CALL);
    const local = listed(i * WORDS_PER_CALL + 2);
    // A leaf function that was interrupted has no frame.
    if (hasUnwind(address)) stack = enter(unwindFound(), stack) - listed(i * WORDS_PER_CALL + 1);
    if (i < FRAMES_KEPT) unchecked((bodies[i] = stack));
    if (local != NO_LOCAL) write64(stack + local, listed(i * WORDS_PER_CALL + 3));
    if (i == count - 1) return stack;
    const entered = listed((i + 1) * WORDS_PER_CALL + 4);
    if (entered != ENTERED_BY_CALL) stack = trapFrame(stack, address, entered);
    else {
      stack -= 8;
      write64(stack, address);
    }
  }
  return stack;
}

/** RSP at which a thread's first function is entered: its return address slot holds 0. */
function systemEntry(thread: u64): u64 {
  const entry = getField(thread, KTHREAD.InitialStack) - RETURN_HOME_BYTES;
  write64(entry, 0);
  return entry;
}

/**
 * Starts a kernel stack. `trapEnd` is where the processor pushed the machine frame that the outermost function entered
 * with, 0 for a thread of the kernel; the KTRAP_FRAME below it has the registers that user mode left.
 */
export function beginStack(thread: u64, trapEnd: u64, rbp: u64): void {
  pointer = thread;
  secondPointer = getField(thread, KTHREAD.Process);
  trapFrameEnd = trapEnd;
  if (userThread != thread) {
    clearRegisters();
    if (trapEnd != 0) takeUserRegisters(thread);
  }
  userThread = 0;
  unchecked((registers[RBP] = rbp));
  // A request of the kernel's own that is laid out on the way replaces it until it returns.
  setField(thread, KTHREAD.TrapFrame, trapEnd == 0 ? 0 : trapEnd - offsetOf(KTRAP_FRAME.SIZE));
  if (trapEnd == 0) return;
  const frame = trapEnd - offsetOf(KTRAP_FRAME.SIZE);
  unchecked((registers[RBX] = getField(frame, KTRAP_FRAME.Rbx)));
  unchecked((registers[RBP] = getField(frame, KTRAP_FRAME.Rbp)));
  unchecked((registers[RSI] = getField(frame, KTRAP_FRAME.Rsi)));
  unchecked((registers[RDI] = getField(frame, KTRAP_FRAME.Rdi)));
}

/** What user mode left in R12 to R15, from the stack that the thread has now: the trap frame has no place for them. */
function takeUserRegisters(thread: u64): void {
  unwindToUserMode(thread);
  for (let register: u32 = 12; register < u32(REGISTERS); register++)
    unchecked((registers[register] = userRegister(register)));
}

function clearRegisters(): void {
  for (let i = 0; i < REGISTERS; i++) unchecked((registers[i] = 0));
}

/**
 * Lays out the user stack of a thread of the attached process, from the first function that it ran to the one that
 * called a system service's stub; see {@link layOut} for the list. Returns RSP in the stub.
 */
export function layOutUser(thread: u64, count: i32): u64 {
  const teb = getField(thread, KTHREAD.Teb);
  pointer = teb;
  secondPointer = getField(teb, TEB.ProcessEnvironmentBlock);
  clearRegisters();
  userThread = thread;
  const entry = stackTop(teb) - RETURN_HOME_BYTES;
  write64(entry, 0);
  const stack = layOut(count, entry) - 8;
  write64(stack, listed((count - 1) * WORDS_PER_CALL));
  return stack;
}

/** Where a thread's 64-bit user stack begins: of 32-bit code, below the room for its registers. */
function stackTop(teb: u64): u64 {
  if (getField(teb, TEB.WowTebOffset) != 0) return cpuReserved(teb);
  return getField(at(teb, TEB.NtTib), NT_TIB.StackBase);
}

/** Whether the registers are those that user mode of `thread` left. */
export function leftByUserMode(thread: u64): bool {
  return thread == userThread;
}

/** A register's value at the end of the stack laid out last, by its number in instructions. */
export function registerLeft(register: u32): u64 {
  return unchecked(registers[register]);
}

/** RSP below which the outermost function's own pushes start. */
function outermostEntry(thread: u64): u64 {
  return trapFrameEnd != 0 ? trapFrameEnd : systemEntry(thread);
}

/** Lays out a thread that was switched out inside KiSwapContext, and points KTHREAD.KernelStack at its KSWITCHFRAME. */
export function layOutWaiting(thread: u64, count: i32): void {
  const stack = layOut(count, outermostEntry(thread));
  const frame = stack - offsetOf(KSWITCHFRAME.SIZE);
  setField(frame, KSWITCHFRAME.MxCsr, MXCSR);
  setField(frame, KSWITCHFRAME.Rbp, unchecked(registers[RBP]));
  setField(frame, KSWITCHFRAME.Return, listed((count - 1) * WORDS_PER_CALL));
  setField(thread, KTHREAD.KernelStack, frame);
}

/**
 * Leaves on the stack of a thread that has never run what it starts with, the first time that a processor switches to it:
 * `entry` is entered as if it had been called from nowhere, with the address of `startup`, which runs `routine` with a
 * context, in its home space.
 */
export function layOutStart(thread: u64, entry: u64, startup: u64, routine: u64, context: u64): void {
  const stack = systemEntry(thread);
  write64(stack + 8, startup);
  write64(stack + 16, routine);
  write64(stack + 24, context);
  const frame = stack - offsetOf(KSWITCHFRAME.SIZE);
  setField(frame, KSWITCHFRAME.MxCsr, MXCSR);
  setField(frame, KSWITCHFRAME.Rbp, 0);
  setField(frame, KSWITCHFRAME.Return, entry);
  setField(thread, KTHREAD.KernelStack, frame);
}

/** Lays out a thread that runs on a processor, which stands at the last address of the list. */
export function layOutRunning(thread: u64, count: i32, processor: u32): void {
  const stack = layOut(count, outermostEntry(thread));
  unchecked((registers[RSP] = stack));
  setProcessorContext(processor, registers, listed((count - 1) * WORDS_PER_CALL));
  setField(thread, KTHREAD.KernelStack, stack);
}
