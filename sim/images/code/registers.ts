const GENERAL = [
  'rax', 'rcx', 'rdx', 'rbx', 'rsp', 'rbp', 'rsi', 'rdi',
  'r8', 'r9', 'r10', 'r11', 'r12', 'r13', 'r14', 'r15',
] as const; // prettier-ignore

export type Register = (typeof GENERAL)[number];

const NUMBERS = Object.fromEntries(GENERAL.map((name, number) => [name, number])) as Record<Register, number>;

/** Number of a general register in instructions and unwind codes. */
export function registerNumber(register: Register): number {
  return NUMBERS[register];
}

/** Registers a function must give back as it found them, RSP aside. */
export const NON_VOLATILE: readonly Register[] = ['rbx', 'rbp', 'rsi', 'rdi', 'r12', 'r13', 'r14', 'r15'];

export function asNonVolatile(name: string): Register {
  const found = NON_VOLATILE.find((register) => register === name);
  if (!found) throw new Error(`${name} is not a non-volatile register`);
  return found;
}

/** Number of `xmm6` to `xmm15`, the non-volatile vector registers; undefined for any other name. */
export function vectorNumber(name: string): number | undefined {
  const number = /^xmm(\d+)$/.exec(name)?.[1];
  return number !== undefined && +number >= 6 && +number <= 15 ? +number : undefined;
}
