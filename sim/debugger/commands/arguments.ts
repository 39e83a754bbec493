import { parseMasm } from '../expressions/masm.js';
import { ExpressionError, Scanner } from '../expressions/scanner.js';
import type { Session } from '../session.js';

/** Takes the arguments of a command from left to right. */
export class Arguments {
  readonly scanner: Scanner;
  readonly #session: Session;

  constructor(session: Session, text: string) {
    this.#session = session;
    this.scanner = new Scanner(text);
  }

  get ended(): boolean {
    return this.scanner.ended;
  }

  get rest(): string {
    return this.scanner.rest.trim();
  }

  /** A MASM expression. @throws ExpressionError */
  value(): bigint {
    return parseMasm(this.scanner, this.#session);
  }

  /** The same, or `undefined` at the end. */
  optionalValue(): bigint | undefined {
    return this.ended ? undefined : this.value();
  }

  /** A word up to the next space. */
  word(): string | undefined {
    return this.scanner.match(/\S+/);
  }

  /** An option like `/c8`; its text without the mark. */
  option(): string | undefined {
    return this.scanner.match(/[-/][A-Za-z0-9]\S*/)?.slice(1);
  }

  /** The same where a number may come with its sign: `-1` is none. */
  letterOption(): string | undefined {
    return this.scanner.match(/[-/][A-Za-z]\S*/)?.slice(1);
  }

  /** Options up to the first word that is none. */
  options(): string[] {
    const options: string[] = [];
    for (let next = this.option(); next !== undefined; next = this.option()) options.push(next);
    return options;
  }

  /** The same where a number may come with its sign. */
  letterOptions(): string[] {
    const options: string[] = [];
    for (let next = this.letterOption(); next !== undefined; next = this.letterOption()) options.push(next);
    return options;
  }

  /** An address with what follows it: `L<count>`, an end, or nothing. @returns how many objects of a size */
  range(start: bigint, objectBytes: number): number | undefined {
    const length = this.scanner.match(/l\??(?=[-\s\d@(a-f$])/);
    if (length) return toCount(this.value());
    if (this.ended) return undefined;
    const end = this.value();
    return toCount((end - start) / BigInt(objectBytes) + 1n);
  }
}

/** No display of more objects is of use, and a mistyped one would never end. */
const MOST_OBJECTS = 0x10000000n;

function toCount(value: bigint): number {
  if (value < 0n || value > MOST_OBJECTS) throw new ExpressionError('Range', value.toString(16));
  return Number(value);
}
