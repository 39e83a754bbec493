import { parseCpp } from '../../expressions/cpp.js';
import { Scanner } from '../../expressions/scanner.js';
import { integerValue } from '../../expressions/typed-value.js';
import type { Session } from '../../session.js';
import { fieldOf } from '../../types/type.js';
import { collection, DxError, number, object, text, type DxEntry, type DxValue } from './model.js';
import { rootOf } from './roots.js';

type Variables = ReadonlyMap<string, DxValue>;
/** A query over a collection: what is put in for each entry. */
type Lambda = (value: DxValue) => DxValue;

/** Evaluates an expression of the data model: objects of the debugger, queries over them, or C++ expressions. */
export function evaluateDx(session: Session, source: string): DxValue {
  const scanner = new Scanner(source);
  const value = new DxParser(session, scanner, new Map()).expression();
  if (!scanner.ended) throw new DxError(`Unexpected '${scanner.rest}'`);
  return value;
}

const COMPARISON = /==|!=|<=|>=|<|>/;
const MOST_SORTED = 0x40000;

class DxParser {
  readonly #session: Session;
  readonly #scanner: Scanner;
  readonly #variables: Variables;

  constructor(session: Session, scanner: Scanner, variables: Variables) {
    this.#session = session;
    this.#scanner = scanner;
    this.#variables = variables;
  }

  expression(): DxValue {
    let left = this.#conjunction();
    while (this.#scanner.take('||')) {
      const right = this.#conjunction();
      left = { kind: 'boolean', value: isTrue(this.#session, left) || isTrue(this.#session, right) };
    }
    return left;
  }

  #conjunction(): DxValue {
    let left = this.#comparison();
    while (this.#scanner.take('&&')) {
      const right = this.#comparison();
      left = { kind: 'boolean', value: isTrue(this.#session, left) && isTrue(this.#session, right) };
    }
    return left;
  }

  #comparison(): DxValue {
    const left = this.#postfix();
    const operator = this.#scanner.match(COMPARISON);
    return operator === undefined
      ? left
      : { kind: 'boolean', value: compare(this.#session, operator, left, this.#postfix()) };
  }

  #postfix(): DxValue {
    let value = this.#primary();
    for (;;) {
      if (this.#scanner.match(/\.(?=[A-Za-z_])/)) value = this.#member(value);
      else if (this.#scanner.take('[')) {
        const key = this.expression();
        this.#scanner.expect(']');
        value = this.#element(value, keyOf(this.#session, key));
      } else return value;
    }
  }

  #primary(): DxValue {
    const scanner = this.#scanner;
    scanner.skipSpace();
    const word = /^(?:@\$\w+|[A-Za-z_]\w*)(?![\w!(])/.exec(scanner.rest)?.[0];
    const known = word === undefined ? undefined : (this.#variables.get(word) ?? rootOf(this.#session, word));
    if (word !== undefined && known) {
      scanner.at += word.length;
      return known;
    }
    const literal = scanner.match(/"(?:[^"\\]|\\.)*"/);
    if (literal) return text(literal.slice(1, -1).replace(/\\(.)/g, '$1'));
    if (scanner.match(/new\s*\{/)) return this.#anonymous();
    if (word === 'true' || word === 'false') {
      scanner.at += word.length;
      return { kind: 'boolean', value: word === 'true' };
    }
    if (word?.startsWith('@$') && this.#session.register(word.slice(1)) === undefined)
      throw new DxError('Use of undefined variable');
    return this.#typed();
  }

  #typed(): DxValue {
    const scanner = this.#scanner;
    const name = /^\w+!\w+/.exec(scanner.rest)?.[0];
    const at = name === undefined ? undefined : this.#session.symbol(name);
    if (name !== undefined && at !== undefined && !this.#session.typedSymbol(name))
      throw new DxError(`No type (or void) for object at Address 0x${at.toString(16)}`);
    return { kind: 'typed', value: parseCpp(scanner, this.#session) };
  }

  /** `new { Name = p.Name, Id = p.Id }` */
  #anonymous(): DxValue {
    const members: Record<string, () => DxValue> = {};
    while (!this.#scanner.take('}')) {
      const name = this.#scanner.match(/[A-Za-z_]\w*/);
      if (name === undefined) throw new DxError(`Unexpected '${this.#scanner.rest}'`);
      this.#scanner.expect('=');
      const value = this.expression();
      members[name] = () => value;
      this.#scanner.take(',');
    }
    return object('', members);
  }

  #member(value: DxValue): DxValue {
    const name = this.#scanner.match(/\w+/)!;
    if (this.#scanner.take('(')) return this.#call(value, name);
    if (value.kind === 'object') {
      const member = value.members.find((entry) => entry.name.toLowerCase() === name.toLowerCase());
      if (member) return member.get();
    }
    if (value.kind === 'text' && name === 'Length') return number(value.value.length);
    const field =
      value.kind === 'typed' && value.value.type.kind === 'struct'
        ? fieldOf(value.value.type, name)
        : undefined;
    if (value.kind === 'typed' && field && value.value.address !== undefined)
      return {
        kind: 'typed',
        value: { type: field.type, address: value.value.address + BigInt(field.offset) },
      };
    throw new DxError(`Unable to bind name '${name}'`);
  }

  #element(value: DxValue, key: bigint): DxValue {
    if (value.kind !== 'collection') throw new DxError('Cannot index this value');
    for (const entry of value.entries()) if (entry.key === key) return entry.value;
    throw new DxError(`Key 0x${key.toString(16)} was not found`);
  }

  #call(value: DxValue, name: string): DxValue {
    const source = this.#scanner.bracketed('(', ')').trim();
    if (value.kind === 'text') return this.#textCall(value.value, name, source);
    if (value.kind !== 'collection') throw new DxError(`There is no method '${name}'`);
    const lambda = source === '' ? undefined : this.#lambda(source);
    const all = () => value.entries();
    const fits = (entry: DxEntry) => !lambda || isTrue(this.#session, lambda(entry.value));
    switch (name) {
      case 'Count':
        return number([...all()].filter(fits).length);
      case 'First':
      case 'FirstOrDefault':
      case 'Last': {
        const found = [...all()].filter(fits);
        const entry = name === 'Last' ? found.at(-1) : found[0];
        if (!entry) throw new DxError('The collection is empty');
        return entry.value;
      }
      case 'Any':
        return { kind: 'boolean', value: [...all()].some(fits) };
      case 'All':
        return { kind: 'boolean', value: [...all()].every(fits) };
      case 'Where':
        return collection(() => [...all()].filter(fits));
      case 'Select':
        return collection(() => [...all()].map(({ key, value: entry }) => ({ key, value: lambda!(entry) })));
      case 'Take':
      case 'Skip': {
        const count = Number(
          keyOf(
            this.#session,
            new DxParser(this.#session, new Scanner(source), this.#variables).expression(),
          ),
        );
        return collection(() => (name === 'Take' ? [...all()].slice(0, count) : [...all()].slice(count)));
      }
      case 'OrderBy':
      case 'OrderByDescending':
        return collection(() => this.#sorted([...all()], lambda!, name === 'OrderBy' ? 1 : -1));
      default:
        throw new DxError(`There is no method '${name}'`);
    }
  }

  #sorted(entries: DxEntry[], lambda: Lambda, sign: number): DxEntry[] {
    const keyed = entries.slice(0, MOST_SORTED).map((entry) => ({ entry, by: lambda(entry.value) }));
    const order = (a: DxValue, b: DxValue) =>
      compare(this.#session, '<', a, b) ? -1 : compare(this.#session, '>', a, b) ? 1 : 0;
    return keyed.sort((a, b) => sign * order(a.by, b.by)).map(({ entry }) => entry);
  }

  #textCall(value: string, name: string, source: string): DxValue {
    const argument = new DxParser(this.#session, new Scanner(source || '""'), this.#variables).expression();
    const other = argument.kind === 'text' ? argument.value : '';
    switch (name) {
      case 'Contains':
        return { kind: 'boolean', value: value.includes(other) };
      case 'StartsWith':
        return { kind: 'boolean', value: value.startsWith(other) };
      case 'EndsWith':
        return { kind: 'boolean', value: value.endsWith(other) };
      case 'ToLower':
        return text(value.toLowerCase());
      case 'ToUpper':
        return text(value.toUpperCase());
      default:
        throw new DxError(`There is no method '${name}'`);
    }
  }

  #lambda(source: string): Lambda | undefined {
    const found = /^(\w+)\s*=>\s*([^]+)$/.exec(source);
    if (!found) return undefined;
    const [, name, body] = found as unknown as [string, string, string];
    return (value) =>
      new DxParser(
        this.#session,
        new Scanner(body),
        new Map([...this.#variables, [name, value]]),
      ).expression();
  }
}

function keyOf(session: Session, value: DxValue): bigint {
  if (value.kind === 'number') return value.value;
  if (value.kind === 'typed') return integerValue(value.value, session);
  throw new DxError('A number is needed here');
}

function isTrue(session: Session, value: DxValue): boolean {
  if (value.kind === 'boolean') return value.value;
  if (value.kind === 'number' || value.kind === 'typed') return keyOf(session, value) !== 0n;
  return value.kind !== 'text' || value.value !== '';
}

function compare(session: Session, operator: string, left: DxValue, right: DxValue): boolean {
  const isText = left.kind === 'text' && right.kind === 'text';
  const isBoolean = left.kind === 'boolean' || right.kind === 'boolean';
  const plain = (value: DxValue) =>
    isText
      ? (value as { value: string }).value
      : isBoolean
        ? BigInt(isTrue(session, value))
        : keyOf(session, value);
  const [a, b] = [plain(left), plain(right)];
  switch (operator) {
    case '==':
      return a === b;
    case '!=':
      return a !== b;
    case '<=':
      return a <= b;
    case '>=':
      return a >= b;
    case '<':
      return a < b;
    default:
      return a > b;
  }
}
