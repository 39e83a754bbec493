import { REGISTERS, type Context, type Register } from './context.js';

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

/** eax, ax, al, r8d, … and single flags. */
export function partOfRegister(name: string, { registers, eflags }: Context): bigint | undefined {
  if (name in FLAGS) return BigInt((eflags >> FLAGS[name]!) & 1);
  if (name in LOW_BYTES) return registers[LOW_BYTES[name]!] & 0xffn;
  if (name in HIGH_BYTES) return (registers[HIGH_BYTES[name]!] >> 8n) & 0xffn;
  const numbered = /^(r(?:[89]|1[0-5]))([dwb])$/.exec(name);
  if (numbered)
    return registers[numbered[1] as Register] & { d: 0xffffffffn, w: 0xffffn, b: 0xffn }[numbered[2] as 'd'];
  const full = `r${name.replace(/^e/, '')}`;
  if (!(REGISTERS as readonly string[]).includes(full) || /^r\d/.test(full)) return undefined;
  return registers[full as Register] & (name.startsWith('e') ? 0xffffffffn : 0xffffn);
}
