import { CodeWriter } from '../code-writer.js';

const GENERAL = ['eax', 'ecx', 'edx', 'ebx', 'esp', 'ebp', 'esi', 'edi'] as const;

export type Register32 = (typeof GENERAL)[number];

const NUMBERS = Object.fromEntries(GENERAL.map((name, number) => [name, number])) as Record<
  Register32,
  number
>;

/** Encodes the x86 instructions that 32-bit functions of the lab are made of. Encodings as in the processors' manuals. */
export class Assembler32 extends CodeWriter {
  push(register: Register32): this {
    return this.bytes(0x50 | NUMBERS[register]);
  }

  pop(register: Register32): this {
    return this.bytes(0x58 | NUMBERS[register]);
  }

  moveImmediate(to: Register32, value: number): this {
    this.out.u8(0xb8 | NUMBERS[to]).u32(value >>> 0);
    return this;
  }

  /** `mov to, offset target`. */
  moveAddress(to: Register32, target: string): this {
    this.out.u8(0xb8 | NUMBERS[to]);
    return this.#address(target);
  }

  /** An instruction with opcode `op` on two registers: `op reg, rm`. */
  registers(op: number, reg: Register32, rm: Register32): this {
    return this.bytes(op, 0xc0 | (NUMBERS[reg] << 3) | NUMBERS[rm]);
  }

  /** An instruction whose operand is at `base + displacement`, a byte; `base` is not ESP. */
  memory(
    op: readonly number[],
    reg: Register32,
    base: Exclude<Register32, 'esp'>,
    displacement: number,
  ): this {
    return this.bytes(...op, 0x40 | (NUMBERS[reg] << 3) | NUMBERS[base], displacement & 0xff);
  }

  /** An instruction whose operand is the symbol `target`. */
  absolute(op: readonly number[], reg: number, target: string): this {
    this.out.u8(...op, (reg << 3) | 5);
    return this.#address(target);
  }

  /** `sub esp, bytes`. */
  subtractEsp(bytes: number): this {
    if (bytes < 128) return this.bytes(0x83, 0xec, bytes);
    this.out.u8(0x81, 0xec).u32(bytes);
    return this;
  }

  call(target: string): this {
    this.out.u8(0xe8);
    const offset = this.offset;
    this.out.u32(0);
    this.fixups.push({ offset, end: this.offset, target });
    return this;
  }

  /** `call [slot]`, a pointer of the module. */
  callPointer(slot: string): this {
    return this.absolute([0xff], 2, slot);
  }

  callRegister(register: Register32): this {
    return this.bytes(0xff, 0xd0 | NUMBERS[register]);
  }

  /** Returns, and takes `bytes` of arguments off the stack. */
  ret(bytes: number): this {
    if (bytes === 0) return this.bytes(0xc3);
    this.out.u8(0xc2).u16(bytes);
    return this;
  }

  /** Four bytes for the address of a symbol, wherever the image is loaded. */
  #address(target: string): this {
    const offset = this.offset;
    this.out.u32(0);
    this.fixups.push({ offset, end: this.offset, target, absolute: true });
    return this;
  }
}
