import { parseMasm } from '../expressions/masm.js';
import { ExpressionError, Scanner } from '../expressions/scanner.js';
import type { Session } from '../session.js';
import { SyntaxProblem } from './command.js';

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

  /** The same where an address is wanted, of which errors tell. @throws ExpressionError */
  address(): bigint {
    return this.expected('Address expression');
  }

  /** The same of anything else. @param what as errors call it. @throws ExpressionError */
  expected(what: string, scanner = this.scanner): bigint {
    try {
      return parseMasm(scanner, this.#session);
    } catch (error) {
      throw error instanceof ExpressionError ? error.missing(what) : error;
    }
  }

  /**
   * The address in front of a length: the debugger cuts the text there, which errors of the address show.
   * @returns `undefined` at the end
   */
  rangeStart(): bigint | undefined {
    if (this.ended) return undefined;
    const { text, at } = this.scanner;
    const length = /\s[lL]/g;
    length.lastIndex = at;
    const found = length.exec(text);
    if (!found) return this.address();
    this.lengthAt = found.index + 1;
    const before = new Scanner(text.slice(0, this.lengthAt), at);
    const value = this.expected('Address expression', before);
    this.scanner.at = before.at;
    return value;
  }

  /** Where the `L` of a length stands. */
  lengthAt: number | undefined;

  /**
   * What follows the address of a range: `L<count>`, an end, or nothing.
   * @returns how many objects of a size, fewer than none where they lie before the address
   */
  signedRange(start: bigint, objectBytes: number): bigint | undefined {
    if (this.scanner.match(/l\??/) !== undefined) return BigInt.asIntN(64, this.expected('Length of range'));
    if (this.ended) return undefined;
    const end = this.address();
    return end < start ? 0n : (end - start) / BigInt(objectBytes) + 1n;
  }

  /** Start, what may be missing, and count of a range; the start of one with a negative length is moved. */
  range(
    fallback: () => bigint,
    objectBytes: number,
    name = '',
  ): { start: bigint; count: number | undefined } {
    const start = this.rangeStart() ?? fallback();
    return this.rangeFrom(start, objectBytes, name);
  }

  /** The same with the start known. @throws SyntaxProblem for an end before the start and more than can be shown */
  rangeFrom(start: bigint, objectBytes: number, name = ''): { start: bigint; count: number | undefined } {
    const hasEnd = !this.ended && !/^\s*l/i.test(this.scanner.rest);
    const count = this.signedRange(start, objectBytes);
    if (count === undefined) return { start, count };
    if ((hasEnd && count === 0n) || count > MOST_OBJECTS || count < -MOST_OBJECTS)
      throw this.problem('Range error', name);
    if (count >= 0n) return { start, count: Number(count) };
    return { start: BigInt.asUintN(64, start + count * BigInt(objectBytes)), count: Number(-count) };
  }

  /** @throws SyntaxProblem for what stands behind the last argument; the command has done its work then */
  expectNothing(name: string): void {
    if (!this.ended) throw this.problem('Extra character error', name, 1);
  }

  /** A problem at the place that has been read. @param name the command's, which a space follows */
  problem(message: string, name: string, further = 0): SyntaxProblem {
    if (/^Range/.test(message)) this.scanner.skipSpace();
    const before = name === '' ? 0 : name.length + 1;
    const at = before + this.scanner.at + further;
    return new SyntaxProblem(message, at, this.lengthAt === undefined ? undefined : before + this.lengthAt);
  }
}

/** No display of more objects is of use, and a mistyped one would never end. */
const MOST_OBJECTS = 0x10000000n;
