// Routines of memory and getters run instruction by instruction: they do what their documentation says, and read the
// fields that the profiles have.
import { describe, expect, it } from 'vitest';
import { buildImages } from '../../../sim/images/build.js';
import types22000 from '../../../sim/profiles/win11-22000.2538/types.json' with { type: 'json' };
import types22631 from '../../../sim/profiles/win11-22631/types.json' with { type: 'json' };
import { PeFile } from '../../oracles/images/pe-file.js';
import { Fault, LeafMachine } from '../../support/leaf-machine.js';

const MEMORY = 0xffff_9000_0000_0000n;
const KEPT = 'rbx rsp rbp rsi rdi r12 r13 r14 r15'.split(' ');
const set = buildImages();
const files = new Map(set.images.map((image) => [image, new PeFile(image.file)]));
/** Images that have a function of this name with a whole body. */
const having = (name: string) =>
  set.images.filter(({ spec }) => spec.functions.some((each) => each.name === name && each.template));

/** Memory of `bytes`, and what a routine returns and leaves there. */
function run(image: (typeof set.images)[number], name: string, bytes: Uint8Array, args: readonly bigint[]) {
  const machine = new LeafMachine();
  machine.write(MEMORY, bytes);
  args.forEach((value, index) => (machine.registers[['rcx', 'rdx', 'r8'][index]!] = value));
  const before = KEPT.map((register) => machine.registers[register]);
  const result = machine.call(files.get(image)!, image.symbols.get(name)!);
  expect(KEPT.map((register) => machine.registers[register])).toEqual(before);
  return { result, memory: machine.read(MEMORY, bytes.length) };
}

const pattern = (length: number, seed = 7) => Uint8Array.from({ length }, (_, i) => (i * seed + 3) & 0xff);
const LENGTHS = [0, 1, 7, 8, 9, 16, 23, 64, 129];

describe.each(['memcpy', 'memmove'])('%s', (name) => {
  it.each(having(name).map((image) => [image.spec.module, image] as const))('of %s copies', (_, image) => {
    for (const length of LENGTHS)
      for (const [from, to] of [
        [0, 200],
        [200, 0],
        [40, 40],
        [40, 41],
        [41, 40],
        [40, 48],
        [48, 40],
        [40, 40 + length],
      ] as const) {
        // prettier-ignore
        const bytes = pattern(400);
        const { result, memory } = run(image, name, bytes, [MEMORY + BigInt(to), MEMORY + BigInt(from), BigInt(length)]); // prettier-ignore
        expect(result).toBe(MEMORY + BigInt(to));
        expect(memory).toEqual(bytes.copyWithin(to, from, from + length));
      }
  });
});

describe('memset', () => {
  it.each(having('memset').map((image) => [image.spec.module, image] as const))('of %s fills', (_, image) => {
    for (const length of LENGTHS) {
      const bytes = pattern(200);
      const at = MEMORY + 33n;
      // Only the low byte counts.
      const { result, memory } = run(image, 'memset', bytes, [at, 0x123456a5n, BigInt(length)]);
      expect(result).toBe(at);
      expect(memory).toEqual(bytes.fill(0xa5, 33, 33 + length));
    }
  });
});

describe('comparisons', () => {
  const nt = set.get('nt');
  const both = (left: readonly number[], right: readonly number[]) => Uint8Array.from([...left, ...right]);
  const compare = (name: string, left: readonly number[], right: readonly number[]) =>
    run(nt, name, both(left, right), [MEMORY, MEMORY + BigInt(left.length), BigInt(left.length)]).result;

  it('memcmp says by its sign which is less', () => {
    const sign = (left: number[], right: number[]) => Math.sign(Number(BigInt.asIntN(32, compare('memcmp', left, right)))); // prettier-ignore
    expect(sign([], [])).toBe(0);
    expect(sign([1, 2, 3], [1, 2, 3])).toBe(0);
    expect(sign([1, 2, 3], [1, 2, 4])).toBe(-1);
    expect(sign([1, 0xff, 3], [1, 2, 4])).toBe(1); // unsigned
  });

  it('RtlCompareMemory says how many bytes are equal', () => {
    expect(compare('RtlCompareMemory', [], [])).toBe(0n);
    expect(compare('RtlCompareMemory', [1, 2, 3], [1, 2, 3])).toBe(3n);
    expect(compare('RtlCompareMemory', [1, 2, 3], [1, 9, 3])).toBe(1n);
    expect(compare('RtlCompareMemory', [5, 2, 3], [1, 2, 3])).toBe(0n);
  });

  it('strings end at their zero', () => {
    const length = (name: string, text: Uint8Array) => run(nt, name, text, [MEMORY]).result;
    for (const text of ['', 'x', 'System'])
      expect(length('strlen', Buffer.from(`${text}\0more\0`, 'latin1'))).toBe(BigInt(text.length));
    for (const text of ['', 'x', 'Ā\u0100System'])
      expect(length('wcslen', Buffer.from(`${text}\0more\0`, 'utf16le'))).toBe(BigInt(text.length));
  });

  it('what is not there faults', () => {
    expect(() => run(nt, 'memcpy', pattern(8), [MEMORY, MEMORY + 8n, 1n])).toThrow(Fault);
    expect(() => run(nt, 'memset', pattern(8), [MEMORY, 0n, 9n])).toThrow(Fault);
  });
});

describe('getters', () => {
  type Types = Record<string, { fields: Record<string, readonly unknown[]> }>;
  const profiles = { types22000: types22000.types as unknown as Types, types22631: types22631.types as unknown as Types }; // prettier-ignore
  /** Where `_TYPE.Field.Inner` lies. */
  const offsetOf = (types: Types, path: string): number => {
    const [type, ...names] = path.split('.');
    let [at, inside] = [0, type!];
    for (const name of names) {
      const [offset, next] = types[inside]!.fields[name]! as [number, string];
      [at, inside] = [at + offset, next];
    }
    return at;
  };
  const nt = set.get('nt');
  const getters = nt.spec.functions.filter(({ template }) => template === 'getter');
  const THREAD = 0xffff_8000_1234_5080n;
  const GS = 0xffff_f800_1111_0000n;

  it('are of the thread and of processes', () => {
    expect(getters.length).toBeGreaterThan(6);
  });

  it.each(getters.map((getter) => [getter.name, getter] as const))('%s', (name, { reads }) => {
    for (const types of Object.values(profiles)) {
      const machine = new LeafMachine(GS);
      const current = offsetOf(types, '_KPCR.Prcb') + offsetOf(types, '_KPRCB.CurrentThread');
      const eight = (value: bigint) => new Uint8Array(BigUint64Array.of(value).buffer);
      machine.write(GS + BigInt(current), eight(THREAD));
      const subject = reads!.from === 'thread' ? THREAD : MEMORY;
      if (reads!.from === 'argument') machine.registers['rcx'] = MEMORY;
      const field = reads!.field === undefined ? undefined : subject + BigInt(offsetOf(types, reads!.field));
      if (field !== undefined) machine.write(field, eight(0x1122_3344_5566_7788n));
      const result = machine.call(files.get(nt)!, nt.symbols.get(name)!);
      expect(result).toBe(field === undefined ? THREAD : reads!.address ? field : 0x1122_3344_5566_7788n);
    }
  });
});
