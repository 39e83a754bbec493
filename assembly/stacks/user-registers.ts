// The non-volatile registers with which a thread left user mode. A system call's KTRAP_FRAME has no place for R12 to R15: they
// lie where the functions of the kernel that changed them saved them, and unwinding the stack finds them, as a
// request for a thread's context does.
import { CONTEXT, KPRCB, KSWITCHFRAME, KTHREAD, KTRAP_FRAME } from '../generated/types';
import { processorBlock } from '../kernel/processors/processor';
import { offsetOf } from '../layout/fields';
import { beginPeeking, peek64, peekField } from '../memory/peek';
import { at } from '../memory/virtual';
import * as unwind from './unwind-data';
import { FunctionUnwind, hasUnwind, unwindFound } from './unwind-data';

const REGISTERS: i32 = 16;
const RSP: u32 = 4;
const RBP: u32 = 5;
const RUNNING: u64 = 2; // _KTHREAD_STATE
const PRIVILEGE: u64 = 3; // of a code selector
const LONGEST: i32 = 256; // frames

const registers = new StaticArray<u64>(REGISTERS);
let address: u64 = 0; // where the processor stands in the frame that is unwound
let machineFrame: u64 = 0; // of the function whose codes name one, 0 for any other

/** The trap frame in which user mode's state lies: at the top of the thread's stack. 0 for a thread of the kernel. */
export function userTrapFrame(thread: u64): u64 {
  beginPeeking(); // the stack may be swapped out
  const frame = peekField(thread, KTHREAD.InitialStack) - offsetOf(KTRAP_FRAME.SIZE);
  return peekField(thread, KTHREAD.Teb) != 0 && cameFromUser(at(frame, KTRAP_FRAME.Rip)) ? frame : 0;
}

/** Unwinds a thread's kernel stack to user mode, for {@link userRegister}. */
export function unwindToUserMode(thread: u64): void {
  beginPeeking();
  const end = peekField(thread, KTHREAD.InitialStack);
  start(thread, end);
  for (let frames = 0; frames < LONGEST && unchecked(registers[RSP]) < end; frames++) {
    if (hasUnwind(address)) leave(unwindFound());
    else machineFrame = 0;
    const stack = unchecked(registers[RSP]);
    if (machineFrame == 0) {
      address = peek64(stack);
      unchecked((registers[RSP] = stack + 8));
    } else if (cameFromUser(machineFrame)) return;
    else {
      address = peek64(machineFrame);
      unchecked((registers[RSP] = peek64(machineFrame + 24)));
    }
  }
}

/** A non-volatile register of the thread unwound last, by its number in instructions; 0 when nothing saved it. */
export function userRegister(register: u32): u64 {
  return unchecked(registers[register]);
}

/** The registers that are known of a thread's innermost function: all of one that a processor was stopped in. */
function start(thread: u64, end: u64): void {
  memory.fill(changetype<usize>(registers), 0, REGISTERS << 3);
  const stack = peekField(thread, KTHREAD.KernelStack);
  const context = contextOf(thread);
  if (context != 0 && peekField(context, CONTEXT.Rsp) == stack) {
    for (let i = 0; i < REGISTERS; i++)
      unchecked((registers[i] = peek64(at(context, CONTEXT.Rax) + u64(i) * 8)));
    address = peekField(context, CONTEXT.Rip);
    return;
  }
  unchecked((registers[RSP] = stack + offsetOf(KSWITCHFRAME.SIZE)));
  if (stack == end) return; // it has never run
  unchecked((registers[RBP] = peekField(stack, KSWITCHFRAME.Rbp)));
  address = peekField(stack, KSWITCHFRAME.Return);
}

/** CONTEXT of the processor that a thread runs on, 0 when it does not run. */
function contextOf(thread: u64): u64 {
  if (peekField(thread, KTHREAD.State) != RUNNING) return 0;
  return peekField(processorBlock(u32(peekField(thread, KTHREAD.NextProcessor))), KPRCB.Context);
}

/** Undoes a function's prolog. */
function leave(code: FunctionUnwind): void {
  let stack = unchecked(registers[RSP]);
  const body = code.frameRegister == 0 ? stack : unchecked(registers[code.frameRegister]) - code.frameOffset;
  machineFrame = 0;
  do {
    stack = undo(code, stack, body);
  } while (code.goOn());
  unchecked((registers[RSP] = stack));
}

/** Undoes what the codes of one unwind information say; returns RSP then. */
function undo(code: FunctionUnwind, stack: u64, body: u64): u64 {
  for (let slot: u32 = 0; slot < code.codeCount; slot += code.slots(slot)) {
    const operand = code.operand(slot);
    switch (code.operation(slot)) {
      case unwind.PUSH_NONVOL:
        unchecked((registers[operand] = peek64(stack)));
        stack += 8;
        break;
      case unwind.ALLOC_SMALL:
        stack += operand * 8 + 8;
        break;
      case unwind.ALLOC_LARGE:
        stack += operand == 0 ? code.next16(slot) * 8 : code.next32(slot);
        break;
      case unwind.SET_FPREG:
        stack = body;
        break;
      case unwind.SAVE_NONVOL:
        unchecked((registers[operand] = peek64(body + code.next16(slot) * 8)));
        break;
      case unwind.SAVE_NONVOL_FAR:
        unchecked((registers[operand] = peek64(body + code.next32(slot))));
        break;
      case unwind.PUSH_MACHFRAME:
        machineFrame = operand == 0 ? stack : stack + 8; // an error code lies below it
        break;
      default:
        break; // vector registers are not asked for
    }
  }
  return stack;
}

/** Whether the machine frame at `frame` (RIP, CS, EFLAGS, RSP, SS) is of user mode. */
function cameFromUser(frame: u64): bool {
  return (peek64(frame + 8) & PRIVILEGE) == PRIVILEGE;
}
