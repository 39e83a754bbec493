import { REGISTERS, SEGMENTS, type Context, type Register } from './context.js';

const LOW_BYTES: Readonly<Record<string, Register>> = {
  al: 'rax',
  cl: 'rcx',
  dl: 'rdx',
  bl: 'rbx',
  spl: 'rsp',
  bpl: 'rbp',
  sil: 'rsi',
  dil: 'rdi',
};
const HIGH_BYTES: Readonly<Record<string, Register>> = { ah: 'rax', ch: 'rcx', dh: 'rdx', bh: 'rbx' };
const FLAGS: Readonly<Record<string, number>> = {
  cf: 0,
  pf: 2,
  af: 4,
  zf: 6,
  sf: 7,
  tf: 8,
  if: 9,
  df: 10,
  of: 11,
};

const SIZES = { d: 32n, w: 16n, b: 8n };

/** Where a part of a general register lies in it. */
function placeOf(name: string): { register: Register; shift: bigint; bits: bigint } | undefined {
  if (name in LOW_BYTES) return { register: LOW_BYTES[name]!, shift: 0n, bits: 8n };
  if (name in HIGH_BYTES) return { register: HIGH_BYTES[name]!, shift: 8n, bits: 8n };
  const numbered = /^(r(?:[89]|1[0-5]))([dwb])$/.exec(name);
  if (numbered)
    return { register: numbered[1] as Register, shift: 0n, bits: SIZES[numbered[2] as keyof typeof SIZES] };
  const full = `r${name.replace(/^e/, '')}`;
  if (!(REGISTERS as readonly string[]).includes(full) || /^r\d/.test(full)) return undefined;
  return { register: full as Register, shift: 0n, bits: name.startsWith('e') ? 32n : 16n };
}

/** A word with the bits from `shift` on replaced: what is written to a part leaves the rest as it is. */
function withPart(whole: bigint, value: bigint, shift: bigint, bits: bigint): bigint {
  const mask = ((1n << bits) - 1n) << shift;
  return (whole & ~mask) | ((value << shift) & mask);
}

/** Bits of the instruction pointer by its names. */
const POINTER_BITS: Readonly<Record<string, bigint>> = { rip: 64n, eip: 32n, ip: 16n };

/** Writes a register, a part of one or a flag. @returns whether there is one of that name, in small letters */
export function writeRegister(name: string, value: bigint, context: Context): boolean {
  const place = placeOf(name);
  if ((REGISTERS as readonly string[]).includes(name))
    context.registers[name as Register] = BigInt.asUintN(64, value);
  else if (name in POINTER_BITS) context.rip = withPart(context.rip, value, 0n, POINTER_BITS[name]!);
  else if (name === 'efl') context.eflags = Number(BigInt.asUintN(32, value));
  else if ((SEGMENTS as readonly string[]).includes(name))
    context.segments[name as 'cs'] = Number(BigInt.asUintN(16, value));
  else if (name in FLAGS)
    context.eflags = Number(withPart(BigInt(context.eflags), value, BigInt(FLAGS[name]!), 1n));
  else if (place)
    context.registers[place.register] = withPart(
      context.registers[place.register],
      value,
      place.shift,
      place.bits,
    );
  else return false;
  return true;
}

/** eax, ax, al, r8d, … and single flags. */
export function partOfRegister(name: string, { registers, eflags }: Context): bigint | undefined {
  if (name in FLAGS) return BigInt((eflags >> FLAGS[name]!) & 1);
  const place = placeOf(name);
  return place && (registers[place.register] >> place.shift) & ((1n << place.bits) - 1n);
}
