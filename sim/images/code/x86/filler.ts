import type { Dice } from '../dice.js';
import type { Assembler32, Register32 } from './assembler.js';

/** What the instructions between calls may touch. */
export interface FillerScope32 {
  /** Registers that the prolog saved. */
  saved: readonly Register32[];
  /** Free locals, as distances below EBP. */
  locals: readonly number[];
  /** 4-byte arguments. */
  arguments: number;
  /** Data of the module, by name. */
  globals: readonly string[];
}

const VOLATILE = ['eax', 'ecx', 'edx'] as const;
const LONGEST = 8;
const REGISTERS: Readonly<Record<string, number>> = { eax: 0, ecx: 1, edx: 2, ebx: 3, esi: 6, edi: 7 };

type Pattern = (asm: Assembler32, dice: Dice, scope: FillerScope32) => void;

const anyRegister = (dice: Dice, scope: FillerScope32): Register32 =>
  scope.saved.length > 0 && dice.below(2) === 0 ? dice.pick(scope.saved) : dice.pick(VOLATILE);
const pointer = (dice: Dice, scope: FillerScope32) =>
  anyRegister(dice, scope) as Exclude<Register32, 'esp' | 'ebp'>;
const field = (dice: Dice) => 4 * dice.below(24);

/** Loads, stores of locals, comparisons and arithmetic, as compiled 32-bit code has them. */
const PATTERNS: readonly Pattern[] = [
  (asm, dice, scope) => asm.memory([0x8b], anyRegister(dice, scope), pointer(dice, scope), field(dice)),
  (asm, dice, scope) => asm.memory([0x8d], dice.pick(VOLATILE), pointer(dice, scope), field(dice)), // lea
  (asm, dice, scope) => asm.memory([0x0f, 0xb6], dice.pick(VOLATILE), pointer(dice, scope), dice.below(64)), // movzx
  (asm, dice, scope) => asm.registers(0x8b, anyRegister(dice, scope), anyRegister(dice, scope)),
  (asm, dice, scope) => asm.registers(0x03, dice.pick(VOLATILE), anyRegister(dice, scope)), // add
  (asm, dice, scope) => asm.registers(0x3b, anyRegister(dice, scope), dice.pick(VOLATILE)), // cmp
  (asm, dice) => {
    const register = dice.pick(VOLATILE);
    asm.registers(0x33, register, register); // xor r, r
  },
  (asm, dice) => asm.moveImmediate(dice.pick(VOLATILE), dice.below(0x200)),
  (asm, dice) => asm.bytes(0x83, 0xe0 | dice.below(3), 1 << dice.below(7)), // and e?x, imm8
  (asm, dice) => asm.bytes(0xc1, 0xe8 | dice.below(3), 1 + dice.below(15)), // shr e?x, imm8
  (asm, dice, scope) => {
    if (scope.locals.length > 0)
      asm.memory([0x89], anyRegister(dice, scope), 'ebp', -dice.pick(scope.locals));
  },
  (asm, dice, scope) => {
    if (scope.locals.length > 0) asm.memory([0x8b], dice.pick(VOLATILE), 'ebp', -dice.pick(scope.locals));
  },
  (asm, dice, scope) => {
    if (scope.arguments > 0)
      asm.memory([0x8b], anyRegister(dice, scope), 'ebp', 8 + 4 * dice.below(scope.arguments));
  },
  (asm, dice, scope) => {
    if (scope.globals.length > 0)
      asm.absolute([dice.pick([0x8b, 0x3b])], REGISTERS[dice.pick(VOLATILE)]!, dice.pick(scope.globals));
  },
];

/** Fills exactly `count` bytes with whole instructions: plausible ones, branches within them included. */
export function emitFiller32(asm: Assembler32, dice: Dice, scope: FillerScope32, count: number): void {
  const end = asm.offset + count;
  while (asm.offset < end) {
    const left = end - asm.offset;
    if (left >= 12 && dice.below(5) === 0) emitBranch(asm, dice, scope, left);
    else emitInstruction(asm, dice, scope, left);
  }
}

/** A test and a jump over the next few instructions. */
function emitBranch(asm: Assembler32, dice: Dice, scope: FillerScope32, left: number): void {
  const tested = anyRegister(dice, scope);
  asm.registers(0x85, tested, tested);
  const over = 3 + dice.below(Math.min(left - 7, 20) - 2);
  asm.bytes(0x70 | dice.pick([2, 3, 4, 5, 8, 0xc]), over);
  const end = asm.offset + over;
  while (asm.offset < end) emitInstruction(asm, dice, scope, end - asm.offset);
}

function emitInstruction(asm: Assembler32, dice: Dice, scope: FillerScope32, left: number): void {
  const start = asm.offset;
  if (left >= 2)
    for (let attempt = 0; attempt < 4; attempt++) {
      dice.pick(PATTERNS)(asm, dice, scope);
      if (asm.offset > start && asm.offset - start <= Math.min(left, LONGEST)) return;
      asm.rewind(start);
    }
  if (left === 1)
    asm.bytes(0x99); // cdq
  else asm.registers(0x33, 'eax', 'eax');
}
