import { parseCpp } from '../../expressions/cpp.js';
import { ExpressionError, Scanner } from '../../expressions/scanner.js';
import type { TypedValue } from '../../expressions/typed-value.js';
import type { Session } from '../../session.js';
import { fieldOf } from '../../types/type.js';
import { DxError, number, object, OUT_OF_RANGE, text, type DxHost, type DxValue } from './model.js';
import { compare, isTrue, keyOf, runQuery, type Lambda } from './queries.js';
import { boundError } from './errors.js';
import { displayText, formatted } from './render.js';
import { rootOf } from './roots.js';
import { callOfText } from './texts.js';

type Variables = ReadonlyMap<string, DxValue>;
/** Evaluates an expression of the data model: objects of the debugger, queries over them, or C++ expressions. */
export function evaluateDx(session: Session, source: string, host = NO_HOST): DxValue {
  const scanner = new Scanner(source);
  const value = new DxParser(session, scanner, new Map(), host).expression();
  if (!scanner.ended) throw new DxError(`Unexpected token at '${scanner.rest}'`);
  return value;
}

/** Where nothing may happen but reading. */
const NO_HOST: DxHost = {
  capture: () => {
    throw new DxError('No commands are run here');
  },
};

/** A register, or a cast of one value: what their types are is told. */
const TELLS_TYPE = /^(?:@\w+|\(\s*[a-z_][\w ]*\)\s*[\w.@$]+)$/i;
const COMPARISON = /==|!=|<=|>=|<|>/;

class DxParser {
  readonly #session: Session;
  readonly #scanner: Scanner;
  readonly #variables: Variables;
  readonly #host: DxHost;

  constructor(session: Session, scanner: Scanner, variables: Variables, host: DxHost) {
    this.#host = host;
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
    const left = this.#sum();
    const operator = this.#scanner.match(COMPARISON);
    return operator === undefined
      ? left
      : { kind: 'boolean', value: compare(this.#session, operator, left, this.#sum()) };
  }

  /** Sums of the model's own values; those of the target's are C++ as a whole. */
  #sum(): DxValue {
    let left = this.#postfix();
    for (;;) {
      const operator = this.#scanner.match(/[-+*]/);
      if (operator === undefined) return left;
      left = this.#applied(operator, left, this.#postfix());
    }
  }

  #applied(operator: string, left: DxValue, right: DxValue): DxValue {
    if ((left.kind === 'text' || right.kind === 'text') && operator === '+')
      return text(displayText(this.#session, left) + displayText(this.#session, right));
    const [a, b] = [keyOf(this.#session, left), keyOf(this.#session, right)];
    const value = operator === '+' ? a + b : operator === '-' ? a - b : a * b;
    return number(value, left.kind === 'number' && left.isHex);
  }

  #postfix(): DxValue {
    let value = this.#primary();
    for (;;) {
      if (this.#scanner.match(/(?:\.|->)(?=[A-Za-z_])/)) value = this.#member(value);
      else if (this.#scanner.take('[')) {
        const key = this.expression();
        this.#scanner.expect(']');
        value = this.#element(value, key);
      } else return value;
    }
  }

  #primary(): DxValue {
    const scanner = this.#scanner;
    scanner.skipSpace();
    const word = /^(?:@\$\w+|[A-Za-z_]\w*)(?![\w!(])/.exec(scanner.rest)?.[0];
    const known = word === undefined ? undefined : this.#known(word);
    if (word !== undefined && known) {
      scanner.at += word.length;
      return known;
    }
    const literal = scanner.match(/"(?:[^"\\]|\\.)*"/);
    if (literal) return text(literal.slice(1, -1).replace(/\\(.)/g, '$1'));
    if (scanner.match(/new\s*\{/)) return this.#anonymous();
    if (scanner.match(/!(?=\s*(?:true|false|@\$|[A-Za-z_]\w*\.))/))
      return { kind: 'boolean', value: !isTrue(this.#session, this.#postfix()) };
    if (word === 'true' || word === 'false') {
      scanner.at += word.length;
      return { kind: 'boolean', value: word === 'true' };
    }
    if (word?.startsWith('@$') && this.#session.register(word.slice(1)) === undefined)
      throw new DxError('Use of undefined variable');
    return this.#typed();
  }

  /** A query's variable, one that the user set, or a root of the model. */
  #known(word: string): DxValue | undefined {
    const user = this.#session.dxVariables.get(word.replace(/^@\$/, '').toLowerCase());
    return (
      this.#variables.get(word) ??
      (word.startsWith('@$') ? user?.value : undefined) ??
      rootOf(this.#session, word, this.#host)
    );
  }

  #typed(): DxValue {
    const scanner = this.#scanner;
    const name = /^\w+!\w+/.exec(scanner.rest)?.[0];
    const at = name === undefined ? undefined : this.#session.symbol(name);
    if (name !== undefined && at !== undefined && !this.#session.typedSymbol(name))
      throw new DxError(`No type (or void) for object at Address 0x${at.toString(16)}`);
    const from = scanner.rest;
    const value = this.#cpp();
    const showsType = TELLS_TYPE.test(from.slice(0, from.length - scanner.rest.length).trim());
    return { kind: 'typed', value, ...(showsType ? { showsType } : {}) };
  }

  /** What the model cannot bind is told in its own words. */
  #cpp(): TypedValue {
    const scanner = this.#scanner;
    try {
      return parseCpp(scanner, this.#session);
    } catch (error) {
      throw error instanceof ExpressionError ? (boundError(this.#session, error) ?? error) : error;
    }
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
    const member =
      value.kind === 'object'
        ? value.members.find((entry) => entry.name.toLowerCase() === name.toLowerCase())
        : undefined;
    if (this.#scanner.take('(')) return this.#call(member?.get() ?? value, name);
    if (member) return member.get();
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

  #element(value: DxValue, key: DxValue): DxValue {
    if (value.kind !== 'collection') throw new DxError('Object does not support indexing with []');
    const wanted = key.kind === 'text' ? key.value : keyOf(this.#session, key);
    const named = typeof wanted === 'string' ? value.named?.(wanted) : undefined;
    if (named) return named;
    for (const entry of value.entries()) if (entry.key === wanted) return entry.value;
    throw new DxError(OUT_OF_RANGE);
  }

  #call(value: DxValue, name: string): DxValue {
    const source = this.#scanner.bracketed('(', ')').trim();
    if (value.kind === 'method') return value.call(this.#arguments(source));
    if (name === 'ToDisplayString') {
      const [format] = this.#arguments(source);
      return text(
        displayText(this.#session, formatted(value, format?.kind === 'text' ? format.value : undefined)),
      );
    }
    if (value.kind === 'text') return callOfText(this.#session, value.value, name, this.#arguments(source));
    if (value.kind !== 'collection') throw new DxError(`Unable to bind name '${name}'`);
    return runQuery(this.#session, value, name, {
      source,
      lambda: source === '' ? undefined : this.#lambda(source),
      argument: () => this.#nested(source),
    });
  }

  /** Values between commas. */
  #arguments(source: string): DxValue[] {
    const scanner = new Scanner(source);
    const values: DxValue[] = [];
    while (!scanner.ended) {
      values.push(new DxParser(this.#session, scanner, this.#variables, this.#host).expression());
      scanner.take(',');
    }
    return values;
  }

  #nested(source: string, variables = this.#variables): DxValue {
    return new DxParser(this.#session, new Scanner(source), variables, this.#host).expression();
  }

  #lambda(source: string): Lambda | undefined {
    const found = /^(\w+)\s*=>\s*([^]+)$/.exec(source);
    if (!found) return undefined;
    const [, name, body] = found as unknown as [string, string, string];
    return (value) => this.#nested(body, new Map([...this.#variables, [name, value]]));
  }
}
