import type { Assembler } from './assembler.js';

/** Routines that copy, fill and compare memory: short loops that keep every promise of their documentation. */
export type MemoryRoutine =
  'copy-memory' | 'fill-memory' | 'compare-memory' | 'equal-memory' | 'string-length' | 'wide-string-length';

const JB = 0x72;
const JE = 0x74;
const JNE = 0x75;
const JMP = 0xeb;
const SUB = 0x2b;
const CMP = 0x3b;
const EVERY_BYTE = 0x0101010101010101n;

/** Writes one of the routines and its return; says at which offset it first touches memory, where it may fault. */
export function emitMemoryRoutine(asm: Assembler, routine: MemoryRoutine): number {
  switch (routine) {
    case 'copy-memory':
      return emitCopy(asm);
    case 'fill-memory':
      return emitFill(asm);
    case 'compare-memory':
      return emitCompare(asm);
    case 'equal-memory':
      return emitEqual(asm);
    case 'string-length':
      return emitLength(asm, [0x80, 0x3c, 0x01, 0x00]); // cmp byte ptr [rcx+rax], 0
    case 'wide-string-length':
      return emitLength(asm, [0x66, 0x83, 0x3c, 0x41, 0x00]); // cmp word ptr [rcx+rax*2], 0
  }
}

/** memmove(rcx, rdx, r8), which is a memcpy, too: backwards where the end of the source would be overwritten. */
function emitCopy(asm: Assembler): number {
  asm.move('rax', 'rcx').move('r9', 'rcx').registers(SUB, 'r9', 'rdx', true);
  asm.registers(CMP, 'r9', 'r8', true);
  const toBackwards = ahead(asm, JB); // unsigned: the destination begins inside the source
  const toBytes = emitWordCount(asm);
  const words = asm.offset;
  asm.load('r10', 'rdx', 0).store('rcx', 0, 'r10').lea('rdx', 'rdx', 8).lea('rcx', 'rcx', 8);
  decrement(asm, 'r9');
  back(asm, JNE, words);
  toBytes();
  const toEnd = emitByteCount(asm);
  const bytes = asm.offset;
  asm.bytes(0x44, 0x8a, 0x12, 0x44, 0x88, 0x11); // mov r10b, [rdx]; mov [rcx], r10b
  asm.lea('rdx', 'rdx', 1).lea('rcx', 'rcx', 1);
  decrement(asm, 'r8');
  back(asm, JNE, bytes);
  toEnd();
  asm.ret();
  toBackwards();
  const backwards = asm.offset;
  asm.bytes(0x46, 0x8a, 0x54, 0x02, 0xff); // mov r10b, [rdx+r8-1]
  asm.bytes(0x46, 0x88, 0x54, 0x01, 0xff); // mov [rcx+r8-1], r10b
  decrement(asm, 'r8');
  back(asm, JNE, backwards);
  asm.ret();
  return words;
}

/** memset(rcx, dl, r8) */
function emitFill(asm: Assembler): number {
  asm.move('rax', 'rcx').bytes(0x0f, 0xb6, 0xd2); // movzx edx, dl
  asm.bytes(0x49, 0xb9).out.u64(EVERY_BYTE); // mov r9, imm64
  asm.bytes(0x49, 0x0f, 0xaf, 0xd1); // imul rdx, r9
  const toBytes = emitWordCount(asm);
  const words = asm.offset;
  asm.store('rcx', 0, 'rdx').lea('rcx', 'rcx', 8);
  decrement(asm, 'r9');
  back(asm, JNE, words);
  toBytes();
  const toEnd = emitByteCount(asm);
  const bytes = asm.offset;
  asm.bytes(0x88, 0x11).lea('rcx', 'rcx', 1); // mov [rcx], dl
  decrement(asm, 'r8');
  back(asm, JNE, bytes);
  toEnd();
  asm.ret();
  return words;
}

/** memcmp(rcx, rdx, r8): the difference of the first bytes that differ. */
function emitCompare(asm: Assembler): number {
  asm.registers(0x85, 'r8', 'r8', true); // test r8, r8
  const toEqual = ahead(asm, JE);
  const loop = asm.offset;
  asm.bytes(0x0f, 0xb6, 0x01, 0x44, 0x0f, 0xb6, 0x0a); // movzx eax, byte ptr [rcx]; movzx r9d, byte ptr [rdx]
  asm.registers(SUB, 'rax', 'r9', false);
  const toEnd = ahead(asm, JNE);
  asm.lea('rcx', 'rcx', 1).lea('rdx', 'rdx', 1);
  decrement(asm, 'r8');
  back(asm, JNE, loop);
  toEqual();
  asm.registers(0x33, 'rax', 'rax', false); // xor eax, eax
  toEnd();
  asm.ret();
  return loop;
}

/** RtlCompareMemory(rcx, rdx, r8): how many bytes are equal up to the first that is not. */
function emitEqual(asm: Assembler): number {
  asm.registers(0x33, 'rax', 'rax', false);
  const loop = asm.offset;
  asm.registers(CMP, 'rax', 'r8', true);
  const toEnd = ahead(asm, JE);
  const compare = asm.offset;
  asm.bytes(0x44, 0x8a, 0x0c, 0x01, 0x44, 0x3a, 0x0c, 0x02); // mov r9b, [rcx+rax]; cmp r9b, [rdx+rax]
  const toOther = ahead(asm, JNE);
  asm.bytes(0x48, 0xff, 0xc0); // inc rax
  back(asm, JMP, loop);
  toEnd();
  toOther();
  asm.ret();
  return compare;
}

/** strlen(rcx) or wcslen(rcx), by the comparison of one character with 0. */
function emitLength(asm: Assembler, comparison: readonly number[]): number {
  asm.registers(0x33, 'rax', 'rax', false);
  const loop = asm.offset;
  asm.bytes(...comparison);
  const toEnd = ahead(asm, JE);
  asm.bytes(0x48, 0xff, 0xc0); // inc rax
  back(asm, JMP, loop);
  toEnd();
  asm.ret();
  return loop;
}

/** R9 is how many whole words R8 bytes have; with none it goes on elsewhere. */
function emitWordCount(asm: Assembler): () => void {
  asm.move('r9', 'r8').bytes(0x49, 0xc1, 0xe9, 0x03); // shr r9, 3
  return ahead(asm, JE);
}

/** R8 is how many bytes are left behind the words; with none it goes on elsewhere. */
function emitByteCount(asm: Assembler): () => void {
  asm.bytes(0x41, 0x83, 0xe0, 0x07); // and r8d, 7
  return ahead(asm, JE);
}

function decrement(asm: Assembler, register: 'r8' | 'r9'): void {
  asm.bytes(0x49, 0xff, register === 'r8' ? 0xc8 : 0xc9);
}

/** A short jump to a place that comes later: what it returns is to be called there. */
function ahead(asm: Assembler, op: number): () => void {
  const from = asm.bytes(op, 0).offset;
  return () => {
    asm.out.bytes[from - 1] = asm.offset - from;
  };
}

/** A short jump to a place that has been. */
function back(asm: Assembler, op: number, target: number): void {
  asm.bytes(op, (target - (asm.offset + 2)) & 0xff);
}
