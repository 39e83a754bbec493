// Runs leaf functions instruction by instruction, with registers and memory. It knows the instructions that they are made
// of; any other ends the test. Independent of who wrote them: iced-x86 decodes the bytes of the file.
import { Code, MemorySizeExt, OpKind, Register, RegisterExt, type Instruction } from 'iced-x86';
import { decode } from '../oracles/images/stack-machine.js';
import type { PeFile } from '../oracles/images/pe-file.js';

const MOST_STEPS = 200_000;

const wrap = (value: bigint, bits = 64) => BigInt.asUintN(bits, value);

/** A byte of memory that nobody has written is not there. */
export class Fault extends Error {}

export class LeafMachine {
  readonly registers: Record<string, bigint> = {};
  readonly #bytes = new Map<bigint, number>();
  #zero = false;
  #below = false;

  /** `gs` is where GS points. */
  constructor(readonly gs = 0n) {
    for (const [index, name] of 'rax rcx rdx rbx rsp rbp rsi rdi r8 r9 r10 r11 r12 r13 r14 r15'
      .split(' ')
      .entries())
      // prettier-ignore
      this.registers[name] = 0xdead_0000n + BigInt(index);
  }

  write(address: bigint, bytes: Iterable<number>): void {
    let at = address;
    for (const byte of bytes) this.#bytes.set(wrap(at++), byte);
  }

  read(address: bigint, length: number): Uint8Array {
    return Uint8Array.from({ length }, (_, index) => {
      const byte = this.#bytes.get(wrap(address + BigInt(index)));
      if (byte === undefined) throw new Fault(`nothing at 0x${(address + BigInt(index)).toString(16)}`);
      return byte;
    });
  }

  /** Runs the function at `rva` of a file up to its return. @throws Fault where it reads what is not there */
  call(file: PeFile, { rva, size }: { rva: number; size: number }): bigint {
    const code = decode(file.at(rva, size), rva);
    let at = 0;
    for (let steps = 0; steps < MOST_STEPS; steps++) {
      const instruction = code[at++];
      if (!instruction) throw new Error('it runs out of its code');
      if (instruction.code === Code.Retnq) return this.registers['rax']!;
      if (this.#jumps(instruction)) at = code.findIndex(({ ip }) => ip === instruction.nearBranchTarget);
      if (at < 0) throw new Error('it jumps between instructions');
    }
    throw new Error('it does not return');
  }

  /** Executes an instruction; whether it is a jump that is taken. */
  #jumps(i: Instruction): boolean {
    switch (i.code) {
      case Code.Jmp_rel8_64:
        return true;
      case Code.Je_rel8_64:
        return this.#zero;
      case Code.Jne_rel8_64:
        return !this.#zero;
      case Code.Jb_rel8_64:
        return this.#below;
    }
    const [left, right] = [() => this.#operand(i, 0), () => this.#operand(i, 1)];
    switch (i.code) {
      case Code.Mov_r64_rm64:
      case Code.Mov_rm64_r64:
      case Code.Mov_r8_rm8:
      case Code.Mov_rm8_r8:
      case Code.Mov_r64_imm64:
      case Code.Movzx_r32_rm8:
        this.#set(i, right());
        break;
      case Code.Lea_r64_m:
        this.#set(i, this.#address(i));
        break;
      case Code.Sub_r64_rm64:
      case Code.Sub_r32_rm32:
        this.#set(i, this.#compare(left(), right(), i));
        break;
      case Code.Cmp_r64_rm64:
      case Code.Cmp_r8_rm8:
      case Code.Cmp_rm8_imm8:
      case Code.Cmp_rm16_imm8:
        this.#compare(left(), right(), i);
        break;
      case Code.Test_rm64_r64:
        this.#flags(left() & right());
        break;
      case Code.Xor_r32_rm32:
        this.#set(i, this.#flags(left() ^ right()));
        break;
      case Code.And_rm32_imm8:
        this.#set(i, this.#flags(left() & right()));
        break;
      case Code.Shr_rm64_imm8:
        this.#set(i, this.#flags(left() >> right()));
        break;
      case Code.Imul_r64_rm64:
        this.#set(i, wrap(left() * right()));
        break;
      case Code.Inc_rm64:
        this.#set(i, this.#counted(wrap(left() + 1n)));
        break;
      case Code.Dec_rm64:
        this.#set(i, this.#counted(wrap(left() - 1n)));
        break;
      default:
        throw new Error(`what does ${Code[i.code]} do?`);
    }
    return false;
  }

  /** INC and DEC leave the carry as it was. */
  #counted(value: bigint): bigint {
    this.#zero = value === 0n;
    return value;
  }

  #flags(value: bigint): bigint {
    this.#below = false;
    return this.#counted(value);
  }

  #compare(left: bigint, right: bigint, i: Instruction): bigint {
    const bits = 8 * widthOf(i);
    this.#below = wrap(left, bits) < wrap(right, bits);
    return this.#counted(wrap(left - right, bits));
  }

  #address(i: Instruction): bigint {
    const base = i.memoryBase === Register.None ? 0n : this.registers[fullName(i.memoryBase)]!;
    const index = i.memoryIndex === Register.None ? 0n : this.registers[fullName(i.memoryIndex)]!;
    const segment = i.segmentPrefix === Register.GS ? this.gs : 0n;
    return wrap(segment + base + index * BigInt(i.memoryIndexScale) + i.memoryDisplacement);
  }

  #operand(i: Instruction, index: number): bigint {
    const register = i.opRegister(index);
    if (register !== Register.None)
      return wrap(this.registers[fullName(register)]!, 8 * RegisterExt.size(register));
    if (index > 0 && !isMemory(i, index)) return wrap(i.immediate(index));
    const bytes = this.read(this.#address(i), memoryBytes(i));
    return bytes.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);
  }

  #set(i: Instruction, value: bigint): void {
    const register = i.op0Register;
    if (register === Register.None) {
      const length = memoryBytes(i);
      this.read(this.#address(i), length); // what is written to is there
      this.write(
        this.#address(i),
        Array.from({ length }, (_, at) => Number((value >> BigInt(8 * at)) & 0xffn)),
      );
      return;
    }
    const name = fullName(register);
    const size = RegisterExt.size(register);
    // 32-bit results clear the upper half, narrower ones leave the rest.
    const kept = size >= 4 ? 0n : (this.registers[name]! >> BigInt(8 * size)) << BigInt(8 * size);
    this.registers[name] = kept | wrap(value, 8 * size);
  }
}

const fullName = (register: Register) => Register[RegisterExt.fullRegister(register)]!.toLowerCase();
const isMemory = (i: Instruction, index: number) => (index === 0 ? i.op0Kind : i.op1Kind) === OpKind.Memory;
const memoryBytes = (i: Instruction) => MemorySizeExt.size(i.memorySize);
const widthOf = (i: Instruction) =>
  i.op0Kind === OpKind.Register ? RegisterExt.size(i.op0Register) : memoryBytes(i);
