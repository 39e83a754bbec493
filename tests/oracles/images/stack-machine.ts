// Runs a function's instructions in order, as far as they matter to its stack: what they do to RSP, what they store
// there and load from there. Registers written in any other way get a value of their own.
import {
  Code,
  Decoder,
  DecoderOptions,
  InstructionInfoFactory,
  Mnemonic,
  OpAccess,
  OpKind,
  Register,
  RegisterExt,
  type Instruction,
} from 'iced-x86';
import type { Registers } from './unwinder.js';

const KERNEL_STACK = 0xffff_8000_0010_0000n;

export interface Step {
  /** RVA before the instruction, and its state then. */
  rva: number;
  registers: Registers;
  instruction: Instruction;
}

/** Decodes `bytes`, which lie at `rva`. The caller frees nothing: instructions are small and the tests end. */
export function decode(bytes: Uint8Array, rva: number): Instruction[] {
  const decoder = new Decoder(64, bytes, DecoderOptions.None);
  decoder.ip = BigInt(rva);
  const instructions: Instruction[] = [];
  while (decoder.canDecode) instructions.push(decoder.decode());
  decoder.free();
  return instructions;
}

export class StackMachine {
  readonly registers: Registers = {};
  readonly #memory = new Map<string, bigint>();
  #unique = 1n;

  constructor() {
    for (const name of 'rax rcx rdx rbx rbp rsi rdi r8 r9 r10 r11 r12 r13 r14 r15'.split(' '))
      this.registers[name] = this.unknown();
    for (let vector = 0; vector < 16; vector++) this.registers[`xmm${vector}`] = this.unknown();
    this.registers['rsp'] = KERNEL_STACK;
  }

  /** A value that nothing else has. */
  unknown(): bigint {
    return 0xdead_0000_0000_0000n + this.#unique++;
  }

  read = (address: bigint, segment = ''): bigint => {
    const key = segment + address;
    const known = this.#memory.get(key);
    if (known !== undefined) return known;
    const value = this.unknown();
    this.#memory.set(key, value);
    return value;
  };

  write(address: bigint, value: bigint, segment = ''): void {
    this.#memory.set(segment + address, value);
  }

  push(value: bigint): void {
    this.registers['rsp'] = this.registers['rsp']! - 8n;
    this.write(this.registers['rsp']!, value);
  }

  /** Runs until the return or jump at the end; yields before each instruction. */
  *run(instructions: readonly Instruction[]): Generator<Step> {
    for (const instruction of instructions) {
      yield { rva: Number(instruction.ip), registers: { ...this.registers }, instruction };
      this.#execute(instruction);
    }
  }

  #execute(instruction: Instruction): void {
    const { registers } = this;
    const operand = (index: number) => registerName(instruction.opRegister(index));
    const toMemory = instruction.op0Kind === OpKind.Memory;
    const fromMemory = instruction.op1Kind === OpKind.Memory;
    switch (instruction.mnemonic) {
      case Mnemonic.Push:
        if (toMemory) return this.push(this.read(...this.#address(instruction)));
        if (instruction.op0Kind === OpKind.Register) return this.push(registers[operand(0)]!);
        return this.push(instruction.immediate(0));
      case Mnemonic.Pop:
        registers[operand(0)] = this.read(registers['rsp']!);
        registers['rsp'] = registers['rsp']! + 8n;
        return;
      case Mnemonic.Sub:
      case Mnemonic.Add:
        if (operand(0) === 'rsp') {
          const amount =
            instruction.op1Kind === OpKind.Register ? registers[operand(1)]! : instruction.immediate(1);
          registers['rsp'] = registers['rsp']! + (instruction.mnemonic === Mnemonic.Sub ? -amount : amount);
          return;
        }
        break;
      case Mnemonic.Lea:
        if (!instruction.isIpRelMemoryOperand) registers[operand(0)] = this.#address(instruction)[0];
        else registers[operand(0)] = this.unknown();
        return;
      case Mnemonic.Mov:
      case Mnemonic.Movaps:
        if (toMemory && instruction.op1Kind === OpKind.Register && !instruction.isIpRelMemoryOperand)
          return this.write(
            this.#address(instruction)[0],
            registers[operand(1)]!,
            this.#address(instruction)[1],
          );
        if (fromMemory && isWide(instruction) && !instruction.isIpRelMemoryOperand) {
          registers[operand(0)] = this.read(...this.#address(instruction));
          return;
        }
        if (
          instruction.op0Kind === OpKind.Register &&
          instruction.op1Kind === OpKind.Register &&
          isWide(instruction)
        ) {
          registers[operand(0)] = registers[operand(1)]!;
          return;
        }
        if (instruction.code === Code.Mov_r32_imm32) {
          registers[operand(0)] = instruction.immediate(1);
          return;
        }
        break;
      case Mnemonic.Call:
        return; // What the callee does to volatile registers does not matter here.
    }
    this.#forget(instruction);
  }

  #address(instruction: Instruction): [bigint, string] {
    const base =
      instruction.memoryBase === Register.None ? 0n : this.registers[registerName(instruction.memoryBase)]!;
    const segment = instruction.segmentPrefix === Register.GS ? 'gs:' : '';
    return [BigInt.asUintN(64, base + instruction.memoryDisplacement), segment];
  }

  #forget(instruction: Instruction): void {
    const factory = new InstructionInfoFactory();
    for (const used of factory.info(instruction).usedRegisters())
      if (
        [OpAccess.Write, OpAccess.ReadWrite, OpAccess.CondWrite, OpAccess.ReadCondWrite].includes(used.access)
      ) {
        const name = registerName(used.register);
        if (name in this.registers && name !== 'rsp') this.registers[name] = this.unknown();
      }
    factory.free();
  }
}

function isWide(instruction: Instruction): boolean {
  const register =
    instruction.op0Kind === OpKind.Register ? instruction.op0Register : instruction.op1Register;
  return RegisterExt.size(register) >= 8;
}

function registerName(register: Register): string {
  const full = RegisterExt.isXMM(register) ? register : RegisterExt.fullRegister(register);
  return Register[full]!.toLowerCase();
}
