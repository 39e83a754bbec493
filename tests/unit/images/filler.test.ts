import fc from 'fast-check';
import {
  Decoder,
  DecoderOptions,
  InstructionInfoFactory,
  Mnemonic,
  OpAccess,
  Register,
  RegisterExt,
} from 'iced-x86';
import { expect, it } from 'vitest';
import { Assembler } from '../../../sim/images/code/assembler.js';
import { Dice } from '../../../sim/images/code/dice.js';
import { emitFiller } from '../../../sim/images/code/filler.js';
import type { Register as RegisterName } from '../../../sim/images/code/registers.js';

const WRITES: number[] = [OpAccess.Write, OpAccess.ReadWrite, OpAccess.CondWrite, OpAccess.ReadCondWrite];
const VOLATILE = ['RAX', 'RCX', 'RDX', 'R8', 'R9', 'R10', 'R11'];
const saved = fc.subarray<RegisterName>(['rbx', 'rsi', 'rdi', 'r12', 'r13', 'r14', 'r15']);

it('fills any number of bytes with whole instructions that only touch what they may', () => {
  const factory = new InstructionInfoFactory();
  fc.assert(
    fc.property(fc.string(), fc.integer({ min: 0, max: 400 }), saved, (seed, count, registers) => {
      const asm = new Assembler();
      const locals = [0x20, 0x28, 0x40];
      emitFiller(asm, new Dice(seed), { saved: registers, locals, globals: ['A', 'B'] }, count);
      expect(asm.offset).toBe(count);
      const allowed = [...VOLATILE, ...registers.map((name) => name.toUpperCase())];
      const decoder = new Decoder(64, asm.out.bytes.slice(), DecoderOptions.None);
      while (decoder.canDecode) {
        const instruction = decoder.decode();
        expect(instruction.mnemonic).not.toBe(Mnemonic.INVALID);
        const info = factory.info(instruction);
        for (const used of info.usedRegisters())
          if (WRITES.includes(used.access))
            expect(allowed).toContain(Register[RegisterExt.fullRegister(used.register)]);
        for (const used of info.usedMemory())
          if (WRITES.includes(used.access)) {
            expect(used.base).toBe(Register.RSP);
            expect(locals).toContain(Number(used.displacement));
          }
        instruction.free();
      }
      decoder.free();
    }),
  );
  factory.free();
});

it('is the same for the same name, and another for another', () => {
  const bytes = (seed: string) => {
    const asm = new Assembler();
    emitFiller(asm, new Dice(seed), { saved: [], locals: [], globals: [] }, 64);
    return [...asm.out.bytes];
  };
  expect(bytes('nt!KiSwapThread')).toEqual(bytes('nt!KiSwapThread'));
  expect(bytes('nt!KiSwapThread')).not.toEqual(bytes('nt!KiSwapContext'));
});
