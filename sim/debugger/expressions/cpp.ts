import { pointerTo, baseType, countOf, fieldOf, VOID, type BaseType, type Type } from '../types/type.js';
import { evaluateMasm, parseNumber } from './masm.js';
import { arithmetic, compare } from './operators.js';
import { ExpressionError, Scanner } from './scanner.js';
import type { Scope } from './scope.js';
import {
  BOOL,
  DOUBLE,
  INT,
  integerValue,
  isSigned,
  signedOf,
  UINT64,
  type TypedValue,
} from './typed-value.js';

/** Evaluates a C++ expression that is all of the text. @throws ExpressionError, MemoryError */
export function evaluateCpp(text: string, scope: Scope): TypedValue {
  const scanner = new Scanner(text);
  const value = parseCpp(scanner, scope);
  if (!scanner.ended) throw new ExpressionError('Extra character', scanner.rest);
  return value;
}

/** Evaluates as much as is one expression; the scanner stands behind it. */
export function parseCpp(scanner: Scanner, scope: Scope): TypedValue {
  return new CppParser(scanner, scope).conditional();
}

const OPERATORS: readonly (readonly string[])[] = [
  ['||'],
  ['&&'],
  ['|'],
  ['^'],
  ['&'],
  ['==', '!='],
  ['<=', '>=', '<', '>'],
  ['<<', '>>'],
  ['+', '-'],
  ['*', '/', '%'],
];
const OPERATOR = /\|\||&&|==|!=|<<|>>|<=|>=|[-+*/%<>&|^]/;
const COMPARISONS = ['||', '&&', '==', '!=', '<=', '>=', '<', '>'];

const BASE_TYPES: Readonly<Record<string, Type>> = {
  void: VOID,
  bool: BOOL,
  char: baseType('char', 1),
  'signed char': baseType('char', 1),
  'unsigned char': baseType('uchar', 1),
  wchar_t: baseType('wchar', 2),
  short: baseType('int', 2),
  'unsigned short': baseType('uint', 2),
  int: INT,
  unsigned: baseType('uint', 4),
  'unsigned int': baseType('uint', 4),
  long: baseType('int', 4),
  'unsigned long': baseType('uint', 4),
  int64: baseType('int', 8),
  __int64: baseType('int', 8),
  'long long': baseType('int', 8),
  'unsigned int64': UINT64,
  'unsigned __int64': UINT64,
  'unsigned long long': UINT64,
  float: baseType('float', 4),
  double: DOUBLE,
};
const WORD_TYPE =
  /(?:(?:unsigned|signed)\s+)?(?:long\s+long|char|short|int|long|__int64|int64)\b|(?:void|bool|wchar_t|float|double|unsigned)\b/;

/** One of the language's own types: `unsigned int`. */
export function typeNamed(name: string): Type | undefined {
  return BASE_TYPES[name];
}

class CppParser {
  readonly #scanner: Scanner;
  readonly #scope: Scope;

  constructor(scanner: Scanner, scope: Scope) {
    this.#scanner = scanner;
    this.#scope = scope;
  }

  conditional(): TypedValue {
    const condition = this.#binary(0);
    if (!this.#scanner.take('?')) return condition;
    const yes = this.conditional();
    this.#scanner.expect(':');
    const no = this.conditional();
    return this.#integer(condition) !== 0n ? yes : no;
  }

  #integer(value: TypedValue): bigint {
    return integerValue(value, this.#scope);
  }

  #binary(level: number): TypedValue {
    const operators = OPERATORS[level];
    if (!operators) return this.#unary();
    let left = this.#binary(level + 1);
    for (;;) {
      const before = this.#scanner.at;
      const operator = this.#scanner.match(OPERATOR);
      if (operator === undefined || !operators.includes(operator)) {
        this.#scanner.at = before;
        return left;
      }
      left = this.#apply(operator, left, this.#binary(level + 1));
    }
  }

  #apply(operator: string, left: TypedValue, right: TypedValue): TypedValue {
    const pointer = this.#pointerArithmetic(operator, left, right);
    if (pointer) return pointer;
    if (left.real !== undefined || right.real !== undefined) return this.#real(operator, left, right);
    const type = commonType(left.type, right.type);
    const a = signedOf(type, this.#integer(left));
    const b = signedOf(type, this.#integer(right));
    if (COMPARISONS.includes(operator)) return { type: BOOL, constant: compare(operator, a, b) ? 1n : 0n };
    if ((operator === '/' || operator === '%') && b === 0n)
      throw new ExpressionError('Operand', this.#scanner.rest);
    const bits = BigInt.asUintN(type.size * 8, arithmetic(operator, a, b));
    return { type, constant: bits };
  }

  #pointerArithmetic(operator: string, left: TypedValue, right: TypedValue): TypedValue | undefined {
    const { type } = left;
    const target = type.kind === 'pointer' ? type.target : type.kind === 'array' ? type.element : undefined;
    if (!target || (operator !== '+' && operator !== '-') || right.type.kind === 'pointer') return undefined;
    const distance = signedOf(INT64, this.#integer(right)) * BigInt(Math.max(1, target.size));
    const from = this.#integer(left);
    return {
      type: pointerTo(target),
      constant: BigInt.asUintN(64, operator === '+' ? from + distance : from - distance),
    };
  }

  #real(operator: string, left: TypedValue, right: TypedValue): TypedValue {
    const number = (value: TypedValue) => value.real ?? Number(signedOf(value.type, this.#integer(value)));
    const [a, b] = [number(left), number(right)];
    switch (operator) {
      case '+':
        return { type: DOUBLE, real: a + b };
      case '-':
        return { type: DOUBLE, real: a - b };
      case '*':
        return { type: DOUBLE, real: a * b };
      case '/':
        return { type: DOUBLE, real: a / b };
      default:
        throw new ExpressionError('Type conflict', this.#scanner.rest);
    }
  }

  #unary(): TypedValue {
    const scanner = this.#scanner;
    if (scanner.match(/sizeof\s*\(/)) {
      const type = this.#typeOrExpression(scanner.bracketed('(', ')'));
      return { type: UINT64, constant: BigInt(type.size) };
    }
    if (scanner.take('-')) {
      const value = this.#unary();
      if (value.real !== undefined) return { type: DOUBLE, real: -value.real };
      const type = commonType(value.type, INT);
      return { type, constant: BigInt.asUintN(type.size * 8, -this.#integer(value)) };
    }
    if (scanner.take('!')) return { type: BOOL, constant: this.#integer(this.#unary()) === 0n ? 1n : 0n };
    if (scanner.take('~')) {
      const value = this.#unary();
      const type = commonType(value.type, INT);
      return { type, constant: BigInt.asUintN(type.size * 8, ~this.#integer(value)) };
    }
    if (scanner.take('&')) {
      const value = this.#unary();
      if (value.address === undefined) throw new ExpressionError('Type conflict', scanner.rest);
      // Of an array, what it leads to are the elements.
      const target = value.type.kind === 'array' ? value.type.element : value.type;
      return { type: pointerTo(target), constant: value.address };
    }
    if (scanner.take('*')) return this.#dereferenced(this.#unary());
    const cast = this.#cast();
    return cast ?? this.#postfix(this.#primary());
  }

  #dereferenced(value: TypedValue): TypedValue {
    const { type } = value;
    if (type.kind === 'pointer') return { type: type.target, address: this.#integer(value) };
    if (type.kind === 'array') return { type: type.element, address: value.address! };
    throw new ExpressionError('Type conflict', this.#scanner.rest);
  }

  /** `(type)` in front of an operand. */
  #cast(): TypedValue | undefined {
    const scanner = this.#scanner;
    const before = scanner.at;
    if (!scanner.take('(')) return undefined;
    const type = this.#type(scanner);
    if (!type || !scanner.take(')')) {
      scanner.at = before;
      return undefined;
    }
    return this.#converted(this.#unary(), type);
  }

  #converted(value: TypedValue, type: Type): TypedValue {
    if (type.kind === 'base' && type.base === 'float')
      return { type, real: value.real ?? Number(signedOf(value.type, this.#integer(value))) };
    if (type.kind === 'struct') return { type, address: value.address ?? this.#integer(value) };
    return { type, constant: BigInt.asUintN(Math.max(8, type.size * 8), this.#integer(value)) };
  }

  #postfix(from: TypedValue): TypedValue {
    const scanner = this.#scanner;
    let value = from;
    for (;;) {
      if (scanner.take('->')) value = this.#member(this.#dereferenced(value));
      else if (scanner.match(/\.(?=[A-Za-z_])/)) value = this.#member(value);
      else if (scanner.take('[')) {
        const index = this.conditional();
        scanner.expect(']');
        value = this.#element(value, signedOf(INT64, this.#integer(index)));
      } else return value;
    }
  }

  #member(value: TypedValue): TypedValue {
    const rest = this.#scanner.rest;
    const name = this.#scanner.match(/[\w$]+/) ?? '';
    const field = value.type.kind === 'struct' ? fieldOf(value.type, name) : undefined;
    if (!field || value.address === undefined)
      throw new ExpressionError('Type does not have given member', rest);
    return { type: field.type, address: BigInt.asUintN(64, value.address + BigInt(field.offset)) };
  }

  #element(value: TypedValue, index: bigint): TypedValue {
    const { type } = value;
    const element = type.kind === 'array' ? type.element : type.kind === 'pointer' ? type.target : undefined;
    if (!element) throw new ExpressionError('Type conflict', this.#scanner.rest);
    const start = type.kind === 'array' ? value.address! : this.#integer(value);
    return { type: element, address: BigInt.asUintN(64, start + index * BigInt(element.size)) };
  }

  #primary(): TypedValue {
    const scanner = this.#scanner;
    if (scanner.take('(')) {
      const value = this.conditional();
      if (!scanner.take(')')) throw new ExpressionError('Unexpected token', scanner.rest);
      return value;
    }
    if (scanner.match(/@@(?:masm)?\(/))
      return { type: UINT64, constant: evaluateMasm(scanner.bracketed('(', ')'), this.#scope) };
    const macro = scanner.match(MACRO);
    if (macro) return this.#macro(macro.replace(/[\s(]+$/, ''), scanner.bracketed('(', ')'));
    const characters = scanner.match(/L?'(?:\\.|[^'])+'/);
    if (characters) return characterValue(characters);
    if (scanner.rest.startsWith('"'))
      throw new ExpressionError('String literals not allowed in', scanner.rest);
    const number = scanner.match(/0x[0-9a-f`]+|[0-9]+\.[0-9]+f?|[0-9`]+/);
    if (number !== undefined) return numberValue(number);
    return this.#named();
  }

  #named(): TypedValue {
    const scanner = this.#scanner;
    const rest = scanner.rest.trimStart();
    if (rest === '') throw new ExpressionError('Syntax', rest);
    const register = scanner.match(/@!?\$?[\w]+/);
    if (register) {
      const name = register.replace(/^@!?/, '');
      const typed = this.#scope.typedRegister(name);
      const value = this.#scope.register(name);
      if (typed) return typed;
      if (value === undefined) throw new ExpressionError('Bad register', rest);
      return { type: UINT64, constant: value };
    }
    const word = scanner.match(/[\w$]+(?:![\w$:<>~-]+)?/);
    const value = word === undefined ? undefined : this.#scope.typedSymbol(word);
    if (!value) throw new ExpressionError("Couldn't resolve", rest);
    return value;
  }

  /** Macros of C that work on fields. Source: Microsoft, "C++ Numbers and Operators". */
  #macro(name: string, text: string): TypedValue {
    const parts = text.split(',').map((part) => part.trim());
    switch (name.toUpperCase()) {
      case '#FIELD_OFFSET':
        return { type: baseType('int', 4), constant: BigInt(this.#field(parts[0], parts[1]).offset) };
      case '#RTL_FIELD_SIZE':
        return { type: UINT64, constant: BigInt(this.#field(parts[0], parts[1]).type.size) };
      case '#RTL_SIZEOF_THROUGH_FIELD': {
        const { offset, type } = this.#field(parts[0], parts[1]);
        return { type: UINT64, constant: BigInt(offset + type.size) };
      }
      case '#RTL_NUMBER_OF': {
        const { type } = evaluateCpp(text, this.#scope);
        if (type.kind !== 'array') throw new ExpressionError('Type conflict', text);
        return { type: UINT64, constant: BigInt(countOf(type)) };
      }
      default: {
        const { owner, offset } = this.#field(parts[1], parts[2]);
        const at = this.#integer(evaluateCpp(parts[0] ?? '', this.#scope));
        return { type: pointerTo(owner), constant: BigInt.asUintN(64, at - BigInt(offset)) };
      }
    }
  }

  /** A field by its path: its type, and where it lies in the outermost structure. */
  #field(typeName = '', path = ''): { owner: Type; offset: number; type: Type } {
    const owner = this.#type(new Scanner(typeName));
    let type = owner;
    let offset = 0;
    for (const name of path.split('.')) {
      const field = type?.kind === 'struct' ? fieldOf(type, name) : undefined;
      if (!field) throw new ExpressionError("Couldn't resolve", path);
      offset += field.offset;
      type = field.type;
    }
    return { owner: owner!, offset, type: type! };
  }

  #typeOrExpression(text: string): Type {
    const scanner = new Scanner(text);
    const type = this.#type(scanner);
    if (type && scanner.ended) return type;
    return evaluateCpp(text, this.#scope).type;
  }

  /** A type's name with its stars; `undefined` and nothing taken when it is none. */
  #type(scanner: Scanner): Type | undefined {
    const before = scanner.at;
    scanner.match(/(?:struct|union|class|enum|const)\b/);
    const word = scanner.match(WORD_TYPE);
    let type: Type | undefined = word ? BASE_TYPES[word.toLowerCase().replace(/\s+/g, ' ')] : undefined;
    if (!type) {
      const name = scanner.match(/[\w$]+(?:![\w$:<>-]+)?/);
      type = name === undefined ? undefined : this.#scope.type(name);
    }
    if (!type) {
      scanner.at = before;
      return undefined;
    }
    while (scanner.take('*')) type = pointerTo(type);
    return type;
  }
}

const INT64 = baseType('int', 8);

const MACRO =
  /#(?:FIELD_OFFSET|CONTAINING_RECORD|RTL_FIELD_SIZE|RTL_SIZEOF_THROUGH_FIELD|RTL_NUMBER_OF)\s*\(/;
/** `unsigned int`: what hexadecimal numbers of up to 32 bits are. */
const UINT: BaseType = { ...baseType('uint', 4), isInt: true };
const ESCAPES: Readonly<Record<string, number>> = { n: 10, t: 9, r: 13, '0': 0, b: 8, f: 12, v: 11, a: 7 };

/** Characters in single quotes: the first stands highest. */
function characterValue(text: string): TypedValue {
  const isWide = text.startsWith('L');
  const codes = [...text.slice(isWide ? 2 : 1, -1).matchAll(/\\(.)|(.)/gs)].map(([, escape, plain]) =>
    escape === undefined ? plain!.charCodeAt(0) : (ESCAPES[escape] ?? escape.charCodeAt(0)),
  );
  if (isWide) return { type: baseType('wchar', 2), constant: BigInt(codes[0]!) };
  if (codes.length === 1) return { type: baseType('char', 1), constant: BigInt(codes[0]!) };
  const value = codes.slice(0, 8).reduce((bits, code) => (bits << 8n) | BigInt(code & 0xff), 0n);
  const type = codes.length === 2 ? baseType('int', 2) : codes.length <= 4 ? INT : INT64;
  return { type, constant: value };
}

function numberValue(text: string): TypedValue {
  if (text.includes('.'))
    return { type: /f$/i.test(text) ? baseType('float', 4) : DOUBLE, real: parseFloat(text) };
  const value = parseNumber(text, /^0[0-7]+$/.test(text) ? 8 : 10) ?? 0n;
  if (value <= 0x7fffffffn) return { type: INT, constant: value };
  if (value <= 0xffffffffn && text.startsWith('0x')) return { type: UINT, constant: value };
  return { type: value > 0x7fffffffffffffffn || text.startsWith('0x') ? UINT64 : INT64, constant: value };
}

/** The type in which two operands are computed: the larger one, unsigned if one of that size is. */
function commonType(a: Type, b: Type): Type {
  const [left, right] = [promoted(a), promoted(b)];
  if (left.size !== right.size) return left.size > right.size ? left : right;
  return isSigned(left) ? right : left;
}

function promoted(type: Type): Type {
  if (type.kind === 'pointer' || type.kind === 'array') return UINT64;
  if (type.kind === 'bitfield' || type.kind === 'enum') return promoted(type.base);
  return type.size < INT.size ? INT : type;
}
