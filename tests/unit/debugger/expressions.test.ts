import { describe, expect, it } from 'vitest';
import { evaluateCpp } from '../../../sim/debugger/expressions/cpp.js';
import { evaluateMasm, parseNumber } from '../../../sim/debugger/expressions/masm.js';
import { ExpressionError } from '../../../sim/debugger/expressions/scanner.js';
import type { Scope } from '../../../sim/debugger/expressions/scope.js';
import { integerValue } from '../../../sim/debugger/expressions/typed-value.js';
import type { StructType } from '../../../sim/debugger/types/type.js';
import { baseType } from '../../../sim/debugger/types/type.js';

const POINT: StructType = {
  kind: 'struct',
  keyword: 'struct',
  name: '_POINT',
  size: 8,
  elements: 2,
  fields: [
    { name: 'x', offset: 0, type: baseType('int', 4) },
    { name: 'y', offset: 4, type: baseType('int', 4) },
  ],
};
const BASE = 0xfffff80000001000n;
const bytes = Uint8Array.from({ length: 64 }, (_, i) => i + 1);

const scope: Scope = {
  memory: {
    read: (address, length) =>
      address >= BASE && address < BASE + 64n
        ? bytes.subarray(Number(address - BASE), Number(address - BASE) + length)
        : new Uint8Array(0),
  },
  radix: 16,
  register: (name) => ({ rsp: BASE, $proc: 0x1234n })[name],
  typedRegister: () => undefined,
  symbol: (name) => ({ 'nt!Point': BASE, nt: 0xfffff80000000000n })[name],
  typedSymbol: (name) => (name === 'nt!Point' ? { type: POINT, address: BASE } : undefined),
  type: (name) => (name === 'nt!_POINT' || name === '_POINT' ? POINT : undefined),
  entryPoint: () => undefined,
};

describe('MASM expressions', () => {
  it.each([
    ['1+2*3', 7n],
    ['(1+2)*3', 9n],
    ['10', 16n],
    ['0n10', 10n],
    ['0t17', 15n],
    ['0y101', 5n],
    ['0x1f', 31n],
    ['fffff800`00001000', BASE],
    ['7 mod 4', 3n],
    ['1 << 4', 16n],
    ['ff & 0f | 30', 0x3fn],
    ['5 == 5', 1n],
    ['-1', 0xffffffffffffffffn],
    ['-1 < 1', 1n],
    ['ffffffffffffffff >>> 4', 0xffffffffffffffffn],
    ['not 0', 1n],
    ['poi(@rsp)', 0x0807060504030201n],
    ['dwo(nt!Point)', 0x04030201n],
    ['by(nt!Point+1)', 2n],
    ['@$proc', 0x1234n],
    ['nt', 0xfffff80000000000n],
    ["'a'", 0x61n],
    ['@@c++(nt!Point.y)', 0x08070605n],
  ])('%s', (text, value) => {
    expect(evaluateMasm(text, scope)).toBe(value);
  });

  it.each(['nt!nosuch', '1/0', '1+', '(1', '@nosuch', '1 2'])('refuses %s', (text) => {
    expect(() => evaluateMasm(text, scope)).toThrow(ExpressionError);
  });

  it('reads numbers in the default base', () => {
    expect(parseNumber('10', 10)).toBe(10n);
    expect(parseNumber('a', 10)).toBeUndefined();
    expect(parseNumber('0x10', 10)).toBe(16n);
  });
});

describe('C++ expressions', () => {
  const value = (text: string) => integerValue(evaluateCpp(text, scope), scope);

  it.each([
    ['10', 10n],
    ['0x10', 16n],
    ['1 + 2 * 3', 7n],
    ['sizeof(nt!_POINT)', 8n],
    ['nt!Point.x', 0x04030201n],
    ['((nt!_POINT*)0xfffff80000001008)->y', 0x100f0e0dn],
    ['&((nt!_POINT*)0)->y', 4n],
    ['((nt!_POINT*)0xfffff80000001000) + 1', BASE + 8n],
    ['((nt!_POINT*)0xfffff80000001000)[1].x', 0x0c0b0a09n],
    ['#FIELD_OFFSET(nt!_POINT, y)', 4n],
    ['(unsigned char)300', 44n],
    ['1 ? 2 : 3', 2n],
    ['!5', 0n],
    ['2 == 2 && 3 > 1', 1n],
    ['@@masm(10)', 16n],
  ])('%s', (text, expected) => {
    expect(value(text)).toBe(expected);
  });

  it('wraps as the type of the operands does', () => {
    expect(value('0x7fffffff + 1')).toBe(0xffffffff80000000n);
  });
});
