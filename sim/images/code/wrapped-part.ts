import type { Assembler } from './assembler.js';
import type { Frame } from './frame.js';
import { registerNumber } from './registers.js';
import type { UnwindInfo } from './unwind.js';

/** A range of a function's code whose unwind data goes on in the function's own. */
export interface CodePart {
  start: number;
  end: number;
  unwind: UnwindInfo;
}

const TEST = 0x85;
const JUMP_IF_ZERO = [0x0f, 0x84];

/**
 * Writes a part of the body that is not always gone through: a test that jumps over it, what it saves, what `emitBody`
 * writes, and what it restores. Returns the part, and what is behind it: there the registers are the caller's again.
 */
export function emitWrapped(asm: Assembler, { wrappedSaves }: Frame, emitBody: () => void): CodePart[] {
  asm.registers(TEST, 'rax', 'rax', true).bytes(...JUMP_IF_ZERO);
  const jump = asm.offset;
  asm.out.u32(0);
  const start = asm.offset;
  const codes = wrappedSaves.map(({ register, offset }) => {
    asm.store('rsp', offset, register);
    return { at: asm.offset - start, op: 'save', register: registerNumber(register), offset } as const;
  });
  const prologSize = asm.offset - start;
  emitBody();
  for (const { register, offset } of wrappedSaves) asm.load(register, 'rsp', offset);
  const end = asm.offset;
  asm.out.setU32(jump, end - start);
  return [
    { start, end, unwind: { prologSize, codes } },
    { start: end, end, unwind: { prologSize: 0, codes: [] } },
  ];
}
