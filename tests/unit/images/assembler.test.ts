import fc from 'fast-check';
import { Decoder, DecoderOptions, Formatter, FormatterSyntax } from 'iced-x86';
import { describe, expect, it } from 'vitest';
import { Assembler } from '../../../sim/images/code/assembler.js';
import type { Register } from '../../../sim/images/code/registers.js';

const REGISTERS = 'rax rcx rdx rbx rsp rbp rsi rdi r8 r9 r10 r11 r12 r13 r14 r15'.split(' ') as Register[];
const register = fc.constantFrom(...REGISTERS);
const displacement = fc.oneof(
  fc.integer({ min: -0x80000000, max: 0x7fffffff }),
  fc.integer({ min: -130, max: 130 }),
);

/** The instructions in `asm` as text. Fails when the last one is cut short. */
function text(asm: Assembler): string[] {
  const decoder = new Decoder(64, asm.out.bytes.slice(), DecoderOptions.None);
  const formatter = new Formatter(FormatterSyntax.Intel);
  const lines: string[] = [];
  let end = 0n;
  while (decoder.canDecode) {
    const instruction = decoder.decode();
    lines.push(formatter.format(instruction).replace(/\s+/g, ' '));
    end = instruction.nextIP;
    instruction.free();
  }
  expect(Number(end)).toBe(asm.offset);
  decoder.free();
  formatter.free();
  return lines;
}

const memory = (base: string, offset: number) =>
  offset === 0 ? `[${base}]` : `[${base}${offset < 0 ? '-' : '+'}${hex(Math.abs(offset))}]`;

/** A number as the formatter writes it: `0A0h`, but `9`. */
function hex(value: number): string {
  const digits = value.toString(16).toUpperCase();
  if (value < 10) return digits;
  return `${/^[A-F]/.test(digits) ? '0' : ''}${digits}h`;
}

describe('assembler', () => {
  it('moves between registers and memory at any base and distance', () => {
    fc.assert(
      fc.property(register, register, displacement, (a, base, offset) => {
        expect(text(new Assembler().load(a, base, offset))).toEqual([`mov ${a},${memory(base, offset)}`]);
        expect(text(new Assembler().store(base, offset, a))).toEqual([`mov ${memory(base, offset)},${a}`]);
        expect(text(new Assembler().lea(a, base, offset))).toEqual([`lea ${a},${memory(base, offset)}`]);
      }),
    );
  });

  it('pushes, pops and moves every register', () => {
    fc.assert(
      fc.property(register, register, (a, b) => {
        expect(text(new Assembler().push(a).pop(b).move(a, b))).toEqual([
          `push ${a}`,
          `pop ${b}`,
          `mov ${a},${b}`,
        ]);
      }),
    );
  });

  it('saves vector registers', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 15 }), register, displacement, (vector, base, offset) => {
        expect(text(new Assembler().storeVector(base, offset, vector))).toEqual([
          `movaps ${memory(base, offset)},xmm${vector}`,
        ]);
        expect(text(new Assembler().loadVector(vector, base, offset))).toEqual([
          `movaps xmm${vector},${memory(base, offset)}`,
        ]);
      }),
    );
  });

  it('moves the stack pointer', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0x7fffffff }), (bytes) => {
        expect(text(new Assembler().subtractRsp(bytes).addRsp(bytes))).toEqual([
          `sub rsp,${hex(bytes)}`,
          `add rsp,${hex(bytes)}`,
        ]);
      }),
    );
  });

  it('remembers where displacements go, and forgets what was rewound', () => {
    const asm = new Assembler().call('A').relative([0x80], 7, 'B', [0], false);
    expect(asm.fixups).toEqual([
      { offset: 1, end: 5, target: 'A' },
      { offset: 7, end: 12, target: 'B' },
    ]);
    asm.rewind(5);
    expect(asm.fixups.map(({ target }) => target)).toEqual(['A']);
    expect(asm.offset).toBe(5);
  });
});
