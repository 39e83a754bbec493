import type { Assembler } from './assembler.js';
import type { Dice } from './dice.js';
import { registerNumber, type Register } from './registers.js';

/** What the instructions between calls may touch. */
export interface FillerScope {
  /** Non-volatile registers that the prolog saved. */
  saved: readonly Register[];
  /** Free locals, as offsets from RSP. */
  locals: readonly number[];
  /** Data of the module, by name. */
  globals: readonly string[];
}

const VOLATILE: readonly Register[] = ['rax', 'rcx', 'rdx', 'r8', 'r9', 'r10', 'r11'];
const KPCR_CURRENT_THREAD = 0x188; // KPCR.Prcb.CurrentThread, through GS
const LONGEST = 12;

type Pattern = (asm: Assembler, dice: Dice, scope: FillerScope) => void;

const anyRegister = (dice: Dice, scope: FillerScope) =>
  scope.saved.length > 0 && dice.below(2) === 0 ? dice.pick(scope.saved) : dice.pick(VOLATILE);
const pointer = (dice: Dice, scope: FillerScope) =>
  scope.saved.length > 0 && dice.below(4) !== 0 ? dice.pick(scope.saved) : dice.pick(['rcx', 'rdx'] as const);
const field = (dice: Dice) => 8 * dice.below(24);

/** Loads, stores of locals, comparisons and arithmetic, as compiled kernel code has them. */
const PATTERNS: Pattern[] = [
  (asm, dice, scope) => asm.load(anyRegister(dice, scope), pointer(dice, scope), field(dice)),
  (asm, dice, scope) =>
    asm.memory([0x8b], registerNumber(dice.pick(VOLATILE)), pointer(dice, scope), field(dice) + 4, false),
  (asm, dice, scope) => asm.move(anyRegister(dice, scope), anyRegister(dice, scope)),
  (asm, dice, scope) => asm.lea(dice.pick(VOLATILE), pointer(dice, scope), 8 + field(dice)),
  (asm, dice) => asm.moveImmediate(dice.pick(VOLATILE), dice.below(0x200)),
  (asm, dice) => {
    const register = dice.pick(VOLATILE);
    asm.registers(0x33, register, register, false); // xor r, r
  },
  (asm, dice, scope) => asm.registers(0x03, dice.pick(VOLATILE), anyRegister(dice, scope), true), // add
  (asm, dice, scope) => asm.registers(0x3b, anyRegister(dice, scope), dice.pick(VOLATILE), true), // cmp
  (asm, dice) => asm.bytes(0x83, 0xe0 | dice.below(3), 1 << dice.below(7)), // and e?x, imm8
  (asm, dice) => asm.bytes(0xc1, 0xe8 | dice.below(3), 1 + dice.below(15)), // shr e?x, imm8
  (asm, dice, scope) =>
    asm.memory(
      [0x0f, 0xb6],
      registerNumber(dice.pick(VOLATILE)),
      pointer(dice, scope),
      dice.below(64),
      false,
    ), // movzx
  (asm) => {
    asm.bytes(0x65, 0x48, 0x8b, 0x04, 0x25).out.u32(KPCR_CURRENT_THREAD); // mov rax, gs:[...]
  },
  (asm, dice, scope) => {
    if (scope.locals.length > 0) asm.store('rsp', dice.pick(scope.locals), anyRegister(dice, scope));
  },
  (asm, dice, scope) => {
    if (scope.locals.length > 0) asm.load(dice.pick(VOLATILE), 'rsp', dice.pick(scope.locals));
  },
  (asm, dice, scope) => {
    if (scope.globals.length > 0)
      asm.relative(
        [dice.pick([0x8b, 0x8d, 0x3b])],
        registerNumber(dice.pick(VOLATILE)),
        dice.pick(scope.globals),
      );
  },
  (asm, dice, scope) => {
    if (scope.globals.length > 0) asm.relative([0x80], 7, dice.pick(scope.globals), [0], false); // cmp byte, 0
  },
];

/** Fills exactly `count` bytes with whole instructions: plausible ones, branches within them included. */
export function emitFiller(asm: Assembler, dice: Dice, scope: FillerScope, count: number): void {
  const end = asm.offset + count;
  while (asm.offset < end) {
    const left = end - asm.offset;
    if (left >= 16 && dice.below(5) === 0) emitBranch(asm, dice, scope, left);
    else emitInstruction(asm, dice, scope, left);
  }
}

/** A test and a jump over the next few instructions. */
function emitBranch(asm: Assembler, dice: Dice, scope: FillerScope, left: number): void {
  const tested = anyRegister(dice, scope);
  asm.registers(0x85, tested, tested, true);
  const over = 4 + dice.below(Math.min(left - 9, 24) - 3);
  asm.bytes(0x70 | dice.pick([2, 3, 4, 5, 8, 0xc]), over);
  const end = asm.offset + over;
  while (asm.offset < end) emitInstruction(asm, dice, scope, end - asm.offset);
}

function emitInstruction(asm: Assembler, dice: Dice, scope: FillerScope, left: number): void {
  const start = asm.offset;
  if (left > 3)
    for (let attempt = 0; attempt < 4; attempt++) {
      dice.pick(PATTERNS)(asm, dice, scope);
      if (asm.offset > start && asm.offset - start <= Math.min(left, LONGEST)) return;
      asm.rewind(start);
    }
  if (left === 1)
    asm.bytes(0x99); // cdq
  else if (left === 2) asm.registers(0x33, 'rax', 'rax', false);
  else asm.move(dice.pick(VOLATILE), anyRegister(dice, scope));
}
