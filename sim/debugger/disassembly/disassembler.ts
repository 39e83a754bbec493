import {
  Decoder,
  FlowControl,
  Formatter,
  FormatterSyntax,
  MemorySize,
  MemorySizeExt,
  MemorySizeOptions,
  Mnemonic,
  OpKind,
  Register,
  type Instruction,
} from 'iced-x86';
import { address, hex } from '../format/numbers.js';
import { inDialect, isKnown } from './dialect.js';

/** What addresses in instructions are called. */
export interface SymbolNames {
  /** `nt!KiSwapContext+0x10`; '' for an address in no module. */
  symbolText(address: bigint): string;
}

export interface Line {
  address: bigint;
  /** Bytes of the instruction. */
  length: number;
  /** `48 8b…` without spaces. */
  bytes: string;
  /** Mnemonic and operands. */
  text: string;
  instruction: Instruction;
  /** Not so for a byte that no instruction begins with. */
  isInstruction: boolean;
}

const LONGEST_INSTRUCTION = 15;
const MNEMONIC_WIDTH = 8;
const BYTES_WIDTH = 16;

const formatter = new Formatter(FormatterSyntax.Masm);
formatter.uppercaseHex = true;
formatter.hexSuffix = 'h';
formatter.spaceAfterOperandSeparator = false;
formatter.memorySizeOptions = MemorySizeOptions.Always;
// Its own way of writing small numbers in decimal looks at the lower 32 bits only.
formatter.smallHexNumbersInDecimal = false;
formatter.addLeadingZeroToHexNumbers = true;
formatter.ripRelativeAddresses = false;
formatter.showBranchSize = false;
formatter.firstOperandCharIndex = MNEMONIC_WIDTH;

/** Reads the instruction at the start of some bytes, or the first byte alone where they are none; `undefined` without bytes. */
export function disassemble(bytes: Uint8Array, at: bigint, names: SymbolNames): Line | undefined {
  if (bytes.length === 0) return undefined;
  const decoder = new Decoder(64, bytes.subarray(0, LONGEST_INSTRUCTION), 0);
  decoder.ip = at;
  const instruction = decoder.decode();
  decoder.free();
  const isInstruction = isKnown(instruction);
  const length = isInstruction ? instruction.length : 1;
  return {
    address: at,
    length,
    bytes: [...bytes.subarray(0, length)].map((byte) => hex(byte, 2)).join(''),
    text: isInstruction ? namedText(instruction, bytes.subarray(0, length), names) : '???',
    instruction,
    isInstruction,
  };
}

/** A line as `u` prints it. @param options those of `.asm` */
export function lineText({ address: at, bytes, text }: Line, options?: ReadonlySet<string>): string {
  if (options?.has('no_code_bytes')) return `${address(at)} ${text}`;
  return `${address(at)} ${bytes.padEnd(BYTES_WIDTH - 1)} ${alignedText(bytes, text)}`;
}

/** Long instructions push their text to the right and take the room from behind the mnemonic. */
function alignedText(bytes: string, text: string): string {
  const over = Math.max(0, bytes.length - BYTES_WIDTH);
  if (over === 0) return text;
  const [mnemonic = '', ...rest] = text.split(/(?<=^\S+)\s+/);
  return rest.length === 0
    ? mnemonic
    : `${mnemonic.padEnd(Math.max(mnemonic.length + 1, MNEMONIC_WIDTH - over))}${rest.join(' ')}`;
}

function namedText(instruction: Instruction, bytes: Uint8Array, names: SymbolNames): string {
  const text = inDialect(formatter.format(instruction).trimEnd(), instruction, bytes);
  const target = targetOf(instruction);
  if (target === undefined) return text;
  const literal = new RegExp(`0*${target.address.toString(16)}h`, 'i');
  const name = names.symbolText(target.address);
  if (!name && target.isAbsolute) return text;
  return text.replace(literal, () =>
    name ? `${name} (${address(target.address)})` : address(target.address),
  );
}

/** Address that an instruction names: of a jump, of memory relative to RIP, or of memory by its address alone. */
function targetOf(instruction: Instruction): { address: bigint; isAbsolute: boolean } | undefined {
  if (instruction.isIpRelMemoryOperand) return { address: instruction.ipRelMemoryAddress, isAbsolute: false };
  const branch = branchTarget(instruction);
  if (branch !== undefined) return { address: branch, isAbsolute: false };
  const { memoryBase, memoryIndex, memorySegment, memoryDisplacement } = instruction;
  const isAbsolute =
    memoryDisplacement !== 0n &&
    memoryBase === Register.None &&
    memoryIndex === Register.None &&
    memorySegment === Register.DS;
  return isAbsolute ? { address: BigInt.asUintN(64, memoryDisplacement), isAbsolute } : undefined;
}

/** Where a direct jump or call goes; `undefined` for other instructions. */
export function branchTarget(instruction: Instruction): bigint | undefined {
  const kind = instruction.opCount > 0 ? instruction.op0Kind : undefined;
  return kind === OpKind.NearBranch64 ? BigInt.asUintN(64, instruction.nearBranchTarget) : undefined;
}

export function isCall({ flowControl }: Instruction): boolean {
  return flowControl === FlowControl.Call || flowControl === FlowControl.IndirectCall;
}

/** How control goes on behind an instruction. */
export function flowOf({ flowControl }: Instruction): 'next' | 'branch' | 'jump' | 'end' {
  switch (flowControl) {
    case FlowControl.ConditionalBranch:
      return 'branch';
    case FlowControl.UnconditionalBranch:
      return 'jump';
    case FlowControl.IndirectBranch:
    case FlowControl.Return:
    case FlowControl.Exception:
      return 'end';
    default:
      return 'next';
  }
}

/** The memory operand of an instruction, with the value of each register in it. */
export interface MemoryOperand {
  segment: string;
  address: bigint;
  bytes: number;
}

/** What an instruction reads or writes in memory; `undefined` for nothing (also for `lea`). */
export function memoryOperand(
  instruction: Instruction,
  register: (name: string) => bigint | undefined,
): MemoryOperand | undefined {
  const hasMemory = Array.from({ length: instruction.opCount }, (_, i) => instruction.opKind(i)).includes(
    OpKind.Memory,
  );
  if (!hasMemory || instruction.mnemonic === Mnemonic.Lea || instruction.mnemonic === Mnemonic.Nop)
    return undefined;
  const value = (id: Register) => (id === Register.None ? 0n : (register(Register[id]!.toLowerCase()) ?? 0n));
  const at = instruction.isIpRelMemoryOperand
    ? instruction.ipRelMemoryAddress
    : value(instruction.memoryBase) +
      value(instruction.memoryIndex) * BigInt(instruction.memoryIndexScale) +
      instruction.memoryDisplacement;
  const size = instruction.memorySize === MemorySize.Unknown ? 0 : MemorySizeExt.size(instruction.memorySize);
  return {
    segment: Register[instruction.memorySegment]!.toLowerCase(),
    address: BigInt.asUintN(64, at),
    bytes: size,
  };
}
