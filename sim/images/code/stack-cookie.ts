import { RUNTIME } from '../runtime.js';
import type { Assembler } from './assembler.js';
import type { CallSite } from './function.js';
import { registerNumber } from './registers.js';

/** What `__GSHandlerCheck` must know of a function. */
export interface CookieData {
  /** Where the cookie lies, as offset from RSP in the body. */
  slot: number;
}

const XOR = 0x33;
const BITS_OF_COOKIE = 48; // the compiler's runtime keeps the upper 16 clear

/** Behind the prolog: keeps the module's cookie, mixed with RSP, above the locals. */
export function emitCookieStore(asm: Assembler, slot: number): void {
  asm.relative([0x8b], registerNumber('rax'), RUNTIME.cookie);
  asm.registers(XOR, 'rax', 'rsp', true).store('rsp', slot, 'rax');
}

/** Before the epilog: whether it is still the same. */
export function emitCookieCheck(asm: Assembler, slot: number): CallSite {
  asm.load('rcx', 'rsp', slot).registers(XOR, 'rcx', 'rsp', true).call(RUNTIME.checkCookie);
  return { to: RUNTIME.checkCookie, frame: undefined, via: 'direct', returnAt: asm.offset, slot: undefined };
}

/** `__security_check_cookie`: returns if RCX is the cookie, else goes on to report the failure. */
export function emitCheckCookie(asm: Assembler): void {
  const rotate = (op: number) => asm.bytes(0x48, 0xc1, op, 64 - BITS_OF_COOKIE);
  asm.relative([0x3b], registerNumber('rcx'), RUNTIME.cookie); // cmp rcx, [cookie]
  asm.bytes(0x75, 0x10); // jne to the report
  rotate(0xc1); // rol rcx
  asm.bytes(0x66, 0xf7, 0xc1, 0xff, 0xff); // test cx, 0FFFFh
  asm.bytes(0x75, 0x01).ret(); // jne over the return
  rotate(0xc9); // ror rcx
  asm.jump(RUNTIME.reportFailure);
}
