import type { Assembler } from './assembler.js';
import type { Frame } from './frame.js';
import { registerNumber, type Register } from './registers.js';
import type { UnwindCode, UnwindInfo } from './unwind.js';

// Offsets in KPCR, reached through GS: UserRsp, and Prcb.RspBase.
const KPCR_USER_RSP = 0x10;
const KPCR_PRCB_RSP_BASE = 0x1a8;

// Offsets in KTRAP_FRAME, whose start is RSP after the prolog.
const TRAP_FRAME = {
  Rax: 0x30,
  Rcx: 0x38,
  Rdx: 0x40,
  R8: 0x48,
  R9: 0x50,
  R10: 0x58,
  R11: 0x60,
  Rbx: 0x140,
  Rdi: 0x148,
  Rsi: 0x150,
  Rbp: 0x158,
  Rip: 0x168,
  EFlags: 0x178,
  Rsp: 0x180,
};
/** RBP points this far into the trap frame, so that most of it is within a byte's reach. */
const FRAME_POINTER = 0x80;
const KGDT64_R3_DATA = 0x2b;
const KGDT64_R3_CODE = 0x33;

const VOLATILE: [keyof typeof TRAP_FRAME, Register][] = [
  ['Rax', 'rax'],
  ['Rcx', 'rcx'],
  ['Rdx', 'rdx'],
  ['R8', 'r8'],
  ['R9', 'r9'],
  ['R10', 'r10'],
  ['R11', 'r11'],
];
const KEPT_BY_SYSTEM_CALL: [keyof typeof TRAP_FRAME, Register][] = [
  ['Rbx', 'rbx'],
  ['Rdi', 'rdi'],
  ['Rsi', 'rsi'],
];

const SWAPGS = [0x0f, 0x01, 0xf8];
const GS = 0x65;

/**
 * Writes the entry of an interrupt, a fault or a system call: below the hardware's frame it builds the rest of a
 * KTRAP_FRAME and points RBP into it. What it allocates after that, unwind data does not mention.
 */
export function emitTrapEntry(asm: Assembler, frame: Frame): UnwindInfo {
  const codes: UnwindCode[] = [];
  if (frame.machineFrame === 'system-call') emitHardwareFrame(asm);
  codes.push({ at: asm.offset, op: 'machine-frame', errorCode: frame.machineFrame === 'error-code' });
  if (frame.machineFrame === 'system-call') asm.move('rcx', 'r10');
  if (frame.machineFrame !== 'error-code') {
    asm.subtractRsp(8);
    codes.push({ at: asm.offset, op: 'allocate', size: 8 });
  }
  asm.push('rbp');
  codes.push({ at: asm.offset, op: 'push', register: registerNumber('rbp') });
  asm.subtractRsp(TRAP_FRAME.Rbp);
  codes.push({ at: asm.offset, op: 'allocate', size: TRAP_FRAME.Rbp });
  asm.lea('rbp', 'rsp', FRAME_POINTER);
  codes.push({ at: asm.offset, op: 'set-frame-pointer' });
  const prologSize = asm.offset;
  const saved = frame.machineFrame === 'system-call' ? KEPT_BY_SYSTEM_CALL : VOLATILE;
  for (const [field, register] of saved) asm.store('rbp', TRAP_FRAME[field] - FRAME_POINTER, register);
  if (frame.dynamicAllocation > 0) asm.subtractRsp(frame.dynamicAllocation);
  return { prologSize, codes, framePointer: { register: registerNumber('rbp'), offset: FRAME_POINTER } };
}

/** `syscall` pushes nothing: the entry switches to the thread's kernel stack and pushes what an interrupt would. */
function emitHardwareFrame(asm: Assembler): void {
  asm.bytes(...SWAPGS);
  asm.bytes(GS, 0x48, 0x89, 0x24, 0x25).out.u32(KPCR_USER_RSP); // mov gs:[UserRsp], rsp
  asm.bytes(GS, 0x48, 0x8b, 0x24, 0x25).out.u32(KPCR_PRCB_RSP_BASE); // mov rsp, gs:[RspBase]
  asm.bytes(0x6a, KGDT64_R3_DATA);
  asm.bytes(GS, 0xff, 0x34, 0x25).out.u32(KPCR_USER_RSP); // push gs:[UserRsp]
  asm.push('r11').bytes(0x6a, KGDT64_R3_CODE).push('rcx');
}

/** Restores what the entry saved and leaves to the interrupted code. */
export function emitTrapExit(asm: Assembler, frame: Frame): void {
  const field = (name: keyof typeof TRAP_FRAME) => TRAP_FRAME[name] - FRAME_POINTER;
  if (frame.machineFrame === 'system-call') {
    for (const [name, register] of KEPT_BY_SYSTEM_CALL) asm.load(register, 'rbp', field(name));
    asm.load('r11', 'rbp', field('EFlags')).load('rcx', 'rbp', field('Rip'));
    asm.load('r8', 'rbp', field('Rsp')).load('r9', 'rbp', field('Rbp'));
    asm
      .move('rbp', 'r9')
      .move('rsp', 'r8')
      .bytes(...SWAPGS, 0x48, 0x0f, 0x07); // sysretq
    return;
  }
  for (const [name, register] of VOLATILE) asm.load(register, 'rbp', field(name));
  asm.move('rsp', 'rbp').load('rbp', 'rbp', field('Rbp')).addRsp(field('Rip')).bytes(0x48, 0xcf); // iretq
}
