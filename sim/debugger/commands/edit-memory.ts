import type { Memory } from '../memory/memory.js';
import { address, hex } from '../format/numbers.js';
import { Arguments } from './arguments.js';
import { CommandError, SyntaxProblem, type Command, type CommandContext } from './command.js';

/** Bytes of a value, or what a text is made of, by the letters behind `e`. Source: Microsoft, "e, ea, eb, …". */
const UNITS: Readonly<Record<string, number>> = { b: 1, w: 2, d: 4, q: 8, p: 8, f: 4, D: 8 };
const TEXTS = ['a', 'u', 'za', 'zu'];
/** Of `e` alone. */
const DEFAULT_UNIT = 'b';

/** Nothing is written: the debugger's own attempt at the file of the dump fails like this. */
const NOT_WRITABLE = 'Exception 0xc0000005 while accessing file mapping\n';

/** `e` and its kin, `f` and `m`: what they say of a dump, whose memory cannot be written. */
export const editMemory: Command = {
  names: ['e', ...Object.keys(UNITS).map((unit) => `e${unit}`), ...TEXTS.map((kind) => `e${kind}`)],
  run(context, args, name) {
    const kind = name.slice(1) || DEFAULT_UNIT;
    const rest = new Arguments(context.session, args);
    const at = rest.address();
    const length = () => name.length + 1 + args.length;
    if (TEXTS.includes(kind)) {
      const text = rest.scanner.match(/"[^"]*"?/);
      if (text === undefined) throw new SyntaxProblem('Quotes required', length());
      return failToWrite(context, at, { at: length(), cutAt: text.endsWith('"') ? length() - 1 : undefined });
    }
    if (rest.ended) throw new CommandError(`${name} asks for values here; name them behind the address.\n`);
    while (!rest.ended) {
      if (/^[fD]$/.test(kind)) rest.word();
      else expectFits(rest, UNITS[kind]!, name);
    }
    failToWrite(context, at, { at: length() });
  },
};

/** @throws SyntaxProblem for a value that is too large */
function expectFits(rest: Arguments, bytes: number, name: string): void {
  const value = rest.value();
  const fits =
    BigInt.asUintN(bytes * 8, value) === value ||
    BigInt.asIntN(bytes * 8, value) === BigInt.asIntN(64, value);
  if (!fits) throw rest.problem('Overflow error', name);
}

/** @throws SyntaxProblem always */
function failToWrite(
  { session, print }: CommandContext,
  at: bigint,
  problem: { at: number; lengthAt?: number | undefined; cutAt?: number | undefined },
): never {
  if (session.memory.read(at, 1).length > 0) print(NOT_WRITABLE);
  throw new SyntaxProblem('Memory access error', problem.at, problem.lengthAt, problem.cutAt);
}

/** `f`, `fp`: fills memory with a pattern. */
export const fillMemory: Command = {
  names: ['f', 'fp'],
  run(context, args, name) {
    const rest = new Arguments(context.session, args);
    const failure = () => rest.problem('Memory access error', args === '' ? '' : name, args === '' ? 1 : 0);
    if (rest.ended) throw failure();
    const { start, count } = rest.range(() => 0n, 1, name);
    if (count === undefined) throw failure();
    if (rest.ended) throw rest.problem('Syntax error', name);
    while (!rest.ended) expectFits(rest, 1, name);
    if (name === 'f' && context.session.memory.read(start, 1).length > 0) context.print(NOT_WRITABLE);
    throw failure();
  },
};

/** `m`: copies memory. */
export const moveMemory: Command = {
  names: ['m'],
  run({ session, print }, args, name) {
    const rest = new Arguments(session, args);
    const { start } = rest.range(() => rest.address(), 1, name);
    const target = rest.address();
    if (session.memory.read(start, 1).length > 0 && session.memory.read(target, 1).length > 0)
      print(NOT_WRITABLE);
    throw rest.problem('Memory access error', name);
  },
};

const BLOCK_BYTES = 0x1000;

/** `c`: shows where two ranges differ. */
export const compareMemory: Command = {
  names: ['c'],
  run({ session, print }, args, name) {
    const rest = new Arguments(session, args);
    const { start, count = 0 } = rest.range(() => rest.address(), 1, name);
    const other = rest.address();
    const isReadable = compare(session.memory, start, other, count, print);
    if (!isReadable) throw rest.problem('Memory access error', name);
    rest.expectNothing(name);
  },
};

/** @returns whether all could be read */
function compare(
  memory: Memory,
  a: bigint,
  b: bigint,
  count: number,
  print: (text: string) => void,
): boolean {
  for (let done = 0; done < count;) {
    const length = Math.min(BLOCK_BYTES, count - done);
    const [left, right] = [memory.read(a + BigInt(done), length), memory.read(b + BigInt(done), length)];
    const shared = Math.min(left.length, right.length);
    for (let i = 0; i < shared; i++)
      if (left[i] !== right[i]) print(`${byteText(a, done + i, left)} - ${byteText(b, done + i, right)}\n`);
    if (shared < length) return false;
    done += length;
  }
  return true;

  function byteText(from: bigint, offset: number, bytes: Uint8Array): string {
    return `${address(from + BigInt(offset))}  ${hex(bytes[offset % BLOCK_BYTES]!, 2)}`;
  }
}
