import { CodeWriter } from './code-writer.js';
import { registerNumber, type Register } from './registers.js';

const REX_W = 0x48;

/** Encodes the x64 instructions that the lab's functions are made of. Encodings as in the processors' manuals. */
export class Assembler extends CodeWriter {
  push(register: Register): this {
    return this.#short(0x50, register);
  }

  pop(register: Register): this {
    return this.#short(0x58, register);
  }

  /** `mov to, from`, 64 bits. */
  move(to: Register, from: Register): this {
    return this.#registers(0x8b, to, from, true);
  }

  /** An instruction with opcode `op` on two registers: `op reg, rm`. */
  registers(op: number, reg: Register, rm: Register, wide: boolean): this {
    return this.#registers(op, reg, rm, wide);
  }

  load(to: Register, base: Register, displacement: number): this {
    return this.memory([0x8b], registerNumber(to), base, displacement);
  }

  store(base: Register, displacement: number, from: Register): this {
    return this.memory([0x89], registerNumber(from), base, displacement);
  }

  lea(to: Register, base: Register, displacement: number): this {
    return this.memory([0x8d], registerNumber(to), base, displacement);
  }

  /** `movaps [base+displacement], xmmN` or its inverse. */
  storeVector(base: Register, displacement: number, vector: number): this {
    return this.memory([0x0f, 0x29], vector, base, displacement, false);
  }

  loadVector(vector: number, base: Register, displacement: number): this {
    return this.memory([0x0f, 0x28], vector, base, displacement, false);
  }

  subtractRsp(bytes: number): this {
    return this.#immediate(5, bytes);
  }

  addRsp(bytes: number): this {
    return this.#immediate(0, bytes);
  }

  moveImmediate(to: Register, value: number): this {
    this.#short(0xb8, to);
    this.out.u32(value >>> 0);
    return this;
  }

  /** An instruction whose memory operand is at `base + displacement`, in its shortest form. */
  memory(op: number[], reg: number, base: Register, displacement: number, wide = true): this {
    const rm = registerNumber(base);
    const rex = (wide ? REX_W : 0x40) | ((reg >> 3) << 2) | (rm >> 3);
    if (rex !== 0x40) this.out.u8(rex);
    this.out.u8(...op);
    // RBP and R13 have no form without displacement; RSP and R12 need a SIB byte.
    const mode =
      displacement === 0 && (rm & 7) !== 5 ? 0 : displacement >= -128 && displacement < 128 ? 1 : 2;
    this.out.u8((mode << 6) | ((reg & 7) << 3) | (rm & 7));
    if ((rm & 7) === 4) this.out.u8(0x24);
    if (mode === 1) this.out.u8(displacement & 0xff);
    if (mode === 2) this.out.u32(displacement >>> 0);
    return this;
  }

  /** An instruction whose memory operand is the symbol `target`; `immediate` bytes follow the displacement. */
  relative(op: number[], reg: number, target: string, immediate: number[] = [], wide = true): this {
    const rex = (wide ? REX_W : 0x40) | ((reg >> 3) << 2);
    if (rex !== 0x40) this.out.u8(rex);
    this.out.u8(...op, ((reg & 7) << 3) | 5);
    return this.#displacement(target, immediate);
  }

  call(target: string): this {
    this.out.u8(0xe8);
    return this.#displacement(target);
  }

  jump(target: string): this {
    this.out.u8(0xe9);
    return this.#displacement(target);
  }

  jumpIfNotZero(target: string): this {
    this.out.u8(0x0f, 0x85);
    return this.#displacement(target);
  }

  /** `call [slot]` as the compiler writes it for an import: with a prefix that leaves room for a patch. */
  callImport(slot: string): this {
    this.out.u8(REX_W, 0xff, 0x15);
    return this.#displacement(slot);
  }

  jumpImport(slot: string): this {
    this.out.u8(REX_W, 0xff, 0x25);
    return this.#displacement(slot);
  }

  callStack(slot: number): this {
    return this.memory([0xff], 2, 'rsp', slot, false);
  }

  /** `call [pointer]`, a pointer of the module. */
  callPointer(pointer: string): this {
    return this.relative([0xff], 2, pointer, [], false);
  }

  callRax(): this {
    return this.bytes(0xff, 0xd0);
  }

  ret(): this {
    return this.bytes(0xc3);
  }

  #displacement(target: string, immediate: number[] = []): this {
    const offset = this.offset;
    this.out.u32(0).u8(...immediate);
    this.fixups.push({ offset, end: this.offset, target });
    return this;
  }

  #short(op: number, register: Register): this {
    const number = registerNumber(register);
    if (number >= 8) this.out.u8(0x41);
    this.out.u8(op | (number & 7));
    return this;
  }

  #registers(op: number, reg: Register, rm: Register, wide: boolean): this {
    const r = registerNumber(reg);
    const m = registerNumber(rm);
    const rex = (wide ? REX_W : 0x40) | ((r >> 3) << 2) | (m >> 3);
    if (rex !== 0x40) this.out.u8(rex);
    this.out.u8(op, 0xc0 | ((r & 7) << 3) | (m & 7));
    return this;
  }

  #immediate(extension: number, value: number): this {
    const rsp = registerNumber('rsp');
    const modrm = 0xc0 | (extension << 3) | rsp;
    if (value < 128) return this.bytes(REX_W, 0x83, modrm, value);
    this.bytes(REX_W, 0x81, modrm);
    this.out.u32(value);
    return this;
  }
}
