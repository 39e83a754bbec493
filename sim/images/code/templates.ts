import type { FunctionSpec } from '../spec.js';
import type { Assembler } from './assembler.js';
import type { CodeScope } from './function.js';
import { importSlot } from '../spec-parts.js';
import { emitMemoryRoutine } from './memory-routines.js';
import { registerNumber } from './registers.js';
import { emitCheckCookie } from './stack-cookie.js';
import { emitProbeStack } from './stack-probe.js';

/** KUSER_SHARED_DATA.SystemCall as user mode sees it: whether `int 2Eh` must be used instead of `syscall`. */
const SHARED_SYSTEM_CALL = 0x7ffe0308;
const SYSTEM_CALL_VECTOR = 0x2e;
const KGDT64_R0_CODE = 0x10;
const VECTORS = 256;
const KPCR_CURRENT_THREAD = 0x188; // KPCR.Prcb.CurrentThread, through GS
const GS = 0x65;

/**
 * Writes a body that the ABI dictates whole, and says at which offset a processor that left it would come back.
 * None of them has unwind data: they call nobody.
 */
export function emitTemplate(asm: Assembler, spec: FunctionSpec, scope: CodeScope): number {
  switch (spec.template) {
    case 'service-stub':
      return emitServiceStub(asm, scope.serviceNumber(spec.name));
    case 'zw-stub':
      return emitZwStub(asm, scope.serviceNumber(spec.name.replace(/^Zw/, 'Nt')));
    case 'check-cookie':
      emitCheckCookie(asm);
      return 0;
    case 'break':
      asm.bytes(0xcc).ret();
      return 0;
    case 'probe-stack':
      emitProbeStack(asm);
      return 0;
    case 'isr-thunks':
      for (let vector = 0; vector < VECTORS; vector++) {
        if (vector > 0) asm.bytes(0xcc); // up to the 8 bytes of an entry
        asm.bytes(0x6a, vector).jump('KxUnexpectedInterrupt0'); // push vector
      }
      return 0;
    case 'jump':
      asm.jumpImport(importSlot(spec.tail!));
      return 0;
    case 'dispatch':
      asm.bytes(0xff, 0xe0); // jmp rax
      return 0;
    case 'getter':
      return emitGetter(asm, spec);
    case 'return':
    case 'wow64-transition':
    case undefined:
      asm.ret();
      return 0;
    default:
      return emitMemoryRoutine(asm, spec.template);
  }
}

/** Returns a field of a structure, or where it lies; says where it reads the structure. */
function emitGetter(asm: Assembler, { name, reads }: FunctionSpec): number {
  if (!reads) throw new Error(`${name} does not say what it reads`);
  const base = reads.from === 'thread' ? 'rax' : 'rcx';
  if (base === 'rax') asm.bytes(GS, 0x48, 0x8b, 0x04, 0x25).out.u32(KPCR_CURRENT_THREAD); // mov rax, gs:[…]
  const start = asm.offset;
  if (reads.offset !== undefined)
    if (reads.address) asm.lea('rax', base, reads.offset);
    else asm.load('rax', base, reads.offset);
  asm.ret();
  return start;
}

function emitServiceStub(asm: Assembler, service: number): number {
  asm.registers(0x8b, 'r10', 'rcx', true).moveImmediate('rax', service);
  asm.bytes(0xf6, 0x04, 0x25).out.u32(SHARED_SYSTEM_CALL).u8(1); // test byte ptr [SystemCall], 1
  asm.bytes(0x75, 3); // jne to the interrupt
  const afterCall = asm.bytes(0x0f, 0x05).offset; // syscall
  asm.ret().bytes(0xcd, SYSTEM_CALL_VECTOR).ret();
  return afterCall;
}

/** Pushes the frame of an interrupt that would return to KiServiceLinkage, whose `ret` then returns to the caller. */
function emitZwStub(asm: Assembler, service: number): number {
  asm.move('rax', 'rsp').bytes(0xfa); // cli
  asm.subtractRsp(16).push('rax').bytes(0x9c, 0x6a, KGDT64_R0_CODE); // pushfq, push cs
  asm.relative([0x8d], registerNumber('rax'), 'KiServiceLinkage').push('rax');
  return asm.moveImmediate('rax', service).jump('KiServiceInternal').offset;
}
