import { Code, MemorySize, Mnemonic, OpKind, Register, type Instruction } from 'iced-x86';

// Where WinDbg's text of an instruction differs from MASM's as the formatter writes it. What is here was seen in answers
// of WinDbg's engine (tests/oracles/windbg/samples/disassembly.test.ts asks it).

const MNEMONIC_WIDTH = 8;

/** What WinDbg takes for no instruction. */
const UNKNOWN = new Set([Mnemonic.INVALID, Mnemonic.Int1, Mnemonic.Ud1, Mnemonic.Reservednop]);

/** Whether WinDbg shows the bytes as an instruction. */
export function isKnown({ mnemonic }: Instruction): boolean {
  return !UNKNOWN.has(mnemonic);
}

const ACCUMULATORS: Readonly<Record<string, string>> = { rm8: 'al', rm16: 'ax', rm32: 'eax', rm64: 'rax' };
const SIZES: Readonly<Record<string, string>> = { b: 'byte', w: 'word', d: 'dword', q: 'qword' };
/** Operands of string instructions: `S` a place at the source, `D` one at the destination. */
const STRING_OPERANDS: Readonly<Record<string, string>> = {
  movs: 'D,S',
  stos: 'D',
  lods: 'S',
  scas: 'D',
  cmps: 'S,D',
  ins: 'D,dx',
  outs: 'dx,S',
};
const STRING = /^((?:rep|repe|repne) )?(movs|stos|lods|scas|cmps|ins|outs)([bwdq])$/;
const STACK_OPERANDS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    ['fadd', 'fmul', 'fsub', 'fsubr', 'fdiv', 'fdivr'].map((name) => [`${name}p`, 'st(1),st']),
  ),
  fxch: 'st(1)',
};
const DOES_NOTHING = /^xchg +ax,ax$/;
const MULTIPLY_HALVES = /^pclmul([lh])q([lh])qdq +(.*)$/;
/** Memory whose size is not told. */
const WITHOUT_SIZE = /^(prefetch|clflush)/;
const QWORD_STAYS = new Set([
  Mnemonic.Movhps,
  Mnemonic.Movlps,
  Mnemonic.Movhpd,
  Mnemonic.Movlpd,
  Mnemonic.Vmovsd,
]);
const SEGMENT_PREFIXES: Readonly<Record<number, string>> = { 0x26: 'es', 0x2e: 'cs', 0x36: 'ss', 0x3e: 'ds' };
const OTHER_PREFIXES = new Set([0x64, 0x65, 0x66, 0x67, 0xf0, 0xf2, 0xf3]);

/** An instruction's text as WinDbg writes it, from the formatter's. `bytes` are the instruction's. */
export function inDialect(text: string, instruction: Instruction, bytes: Uint8Array): string {
  const name = Code[instruction.code]!;
  let result = text
    .replace(/^int {5}3$/, 'int     3')
    .replace(/^notrack (\w+) /, (_, mnemonic: string) => mnemonic.padEnd(MNEMONIC_WIDTH))
    .replace(/(?<![\w$?@])(\d)h\b/g, '$1')
    .replace(/\*1(?=[-+\]])/, '')
    .replace(/\bfword ptr/, 'tbyte ptr');
  if (DOES_NOTHING.test(result)) return 'nop';
  if (instruction.mnemonic === Mnemonic.Xchg) result = exchange(result, name, bytes);
  if (/^(Mul|Div|Idiv)_/.test(name) && name !== 'Idiv_rm8')
    result = result.replace(/^(\w+ +)/, `$1${ACCUMULATORS[name.split('_')[1]!]},`);
  if (/^Imul_\w+_imm/.test(name)) result = result.replace(/^(imul +)(\w+),([^,]+)$/, '$1$2,$2,$3');
  if (/^Mov_Sreg_/.test(name)) result = result.replace(/,(.+)$/, (_, from: string) => `,${lowWord(from)}`);
  if (instruction.mnemonic === Mnemonic.Xlatb) return 'xlat    byte ptr [rbx]';
  if (isMultimedia(instruction)) result = result.replace('qword ptr', 'mmword ptr');
  if (WITHOUT_SIZE.test(result)) result = result.replace('byte ptr ', '');
  return withIgnoredSegment(
    result
      .replace(STRING, (_, repeat: string | undefined, operation: string, size: string) => {
        const segment = instruction.hasSegmentPrefix ? `${registerText(instruction.segmentPrefix)}:` : '';
        const operands = STRING_OPERANDS[operation]!.replace('D', `${SIZES[size]} ptr [rdi]`).replace(
          'S',
          `${SIZES[size]} ptr ${segment}[rsi]`,
        );
        return repeat
          ? `${repeat}${operation} ${operands}`
          : `${operation.padEnd(MNEMONIC_WIDTH)}${operands}`;
      })
      .replace(MULTIPLY_HALVES, (_, first: string, second: string, operands: string) => {
        const halves = `${second === 'h' ? 1 : 0}${first === 'h' ? 1 : 0}`.replace(/^0/, '');
        return `pclmulqdq ${operands},${halves}${halves.length > 1 ? 'h' : ''}`;
      })
      .replace(/^(\w+)$/, (mnemonic: string) => {
        const operands = STACK_OPERANDS[mnemonic];
        return operands ? `${mnemonic.padEnd(MNEMONIC_WIDTH)}${operands}` : mnemonic;
      }),
    instruction,
    bytes,
  );
}

/** What has the accumulator in its opcode names it first; with itself, it does nothing. */
function exchange(text: string, code: string, bytes: Uint8Array): string {
  if (!/^Xchg_r\d+_[ER]?AX$/.test(code)) return text;
  if (bytes.at(-1) === 0x90) return 'nop';
  return text.replace(/^(xchg +)(\w+),(\w+)$/, '$1$3,$2');
}

const registerText = (register: Register) => Register[register]!.toLowerCase();

const lowWord = (register: string) =>
  /^r\d+d$/.test(register) ? register.replace('d', 'w') : register.replace(/^[er](?=[a-d]x|[sd]i|[sb]p)/, '');

/** Eight bytes of a multimedia register are an mmword. */
function isMultimedia({ mnemonic, memorySize }: Instruction): boolean {
  if (QWORD_STAYS.has(mnemonic) || /^f/i.test(Mnemonic[mnemonic]!)) return false;
  if (mnemonic === Mnemonic.Movq || mnemonic === Mnemonic.Vmovq) return true;
  return memorySize === MemorySize.Float64 || MemorySize[memorySize]!.startsWith('Packed64_');
}

/** A segment that 64-bit mode ignores is shown all the same. */
function withIgnoredSegment(text: string, instruction: Instruction, bytes: Uint8Array): string {
  const kinds = Array.from({ length: instruction.opCount }, (_, i) => instruction.opKind(i));
  if (!kinds.includes(OpKind.Memory)) return text;
  let segment: string | undefined;
  for (const byte of bytes) {
    if (SEGMENT_PREFIXES[byte]) segment = SEGMENT_PREFIXES[byte];
    else if (!OTHER_PREFIXES.has(byte)) break;
  }
  return segment === undefined || /\w:\[/.test(text) ? text : text.replace('[', `${segment}:[`);
}
