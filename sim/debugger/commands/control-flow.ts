import { evaluateMasm } from '../expressions/masm.js';
import { address, hex } from '../format/numbers.js';
import { asciiText, wideText } from '../files/text.js';
import { parseMasm } from '../expressions/masm.js';
import { Scanner } from '../expressions/scanner.js';
import { CommandError, SyntaxProblem, type Command, type CommandContext } from './command.js';
import { jumpOf } from './jumps.js';
import { takeBlock, takeBracketed } from './split.js';

/** A loop whose condition never fails must not hang whoever runs it. */
const MOST_TURNS = 100_000;
const LOOP_JUMPS = ['break', 'continue'] as const;

export const ifCommand: Command = {
  names: ['.if'],
  run(context, args) {
    let rest = args;
    for (;;) {
      const condition = takeBracketed(rest, '(', ')');
      const body = condition && takeBlock(condition.rest);
      if (!condition || !body) throw new SyntaxProblem('Syntax error', 3);
      if (evaluateMasm(condition.block, context.session) !== 0n) return context.run(body.block);
      const branch = /^\.(elsif|else)\b/.exec(body.rest);
      if (!branch) return;
      rest = body.rest.slice(branch[0].length).trim();
      if (branch[1] === 'elsif') continue;
      const last = takeBlock(rest);
      if (!last) throw new SyntaxProblem('Syntax error', 3);
      return context.run(last.block);
    }
  },
};

function loop(context: CommandContext, condition: string, body: string, step: string): void {
  for (let turns = 0; evaluateMasm(condition, context.session) !== 0n; turns++) {
    if (turns >= MOST_TURNS) throw new CommandError(`The loop was ended after ${MOST_TURNS} turns.\n`);
    if (jumpOf(() => context.run(body), LOOP_JUMPS) === 'break') return;
    if (step) context.run(step);
  }
}

export const whileCommand: Command = {
  names: ['.while'],
  run(context, args) {
    const condition = takeBracketed(args, '(', ')');
    const body = condition && takeBlock(condition.rest);
    if (!condition || !body) throw new SyntaxProblem('Syntax error', 6);
    loop(context, condition.block, body.block, '');
  },
};

export const forCommand: Command = {
  names: ['.for'],
  run(context, args) {
    const head = takeBracketed(args, '(', ')');
    const body = head && takeBlock(head.rest);
    const [start = '', condition = '0', step = ''] = head?.block.split(';') ?? [];
    if (!head || !body) throw new SyntaxProblem('Syntax error', 4);
    context.run(start);
    loop(context, condition, body.block, step);
  },
};

const FOREACH_OPTION = /^\s*\/(pS|ps|s|f)(?:\s+(\d+))?\s*/;

export const foreachCommand: Command = {
  names: ['.foreach'],
  run(context, args) {
    let rest = args;
    let [fromString, first, step] = [false, 0, 0];
    for (let option = FOREACH_OPTION.exec(rest); option; option = FOREACH_OPTION.exec(rest)) {
      if (option[1] === 's') fromString = true;
      else if (option[1] === 'pS') first = Number(option[2] ?? 0);
      else if (option[1] === 'ps') step = Number(option[2] ?? 0);
      rest = rest.slice(option[0].length);
    }
    const head = takeBracketed(rest, '(', ')');
    const body = head && takeBlock(head.rest);
    const name = /^\s*(\w+)\s*/.exec(head?.block ?? '');
    if (!head || !body || !name) throw new SyntaxProblem('Syntax error', 8);
    const source = head.block.slice(name[0].length);
    const commands = takeBlock(source)?.block;
    const text = fromString
      ? /"([^"]*)"/.exec(source)?.[1]
      : commands === undefined
        ? undefined
        : context.capture(commands);
    if (text === undefined) throw new SyntaxProblem('Syntax error', 8);
    const words = text.split(/\s+/).filter(Boolean);
    // A name inside of other text is left alone, unless it stands in ${}.
    const [before, after] = [`(?<![^\\s;{'])`, `(?![^\\s;}'])`];
    const replaced = new RegExp(`\\$\\{${name[1]!}\\}|${before}${name[1]!}${after}`, 'g');
    for (let i = first; i < words.length; i += step + 1) {
      const commands = body.block.replace(replaced, () => words[i]!);
      if (jumpOf(() => context.run(commands), LOOP_JUMPS) === 'break') return;
    }
  },
};

export const blockCommand: Command = {
  names: ['.block'],
  run(context, args) {
    const body = takeBlock(args);
    if (!body) throw new SyntaxProblem('Syntax error', 6);
    context.run(body.block);
  },
};

export const echo: Command = {
  names: ['.echo'],
  run: ({ print }, args) => print(`${args.replace(/^"(.*)"$/, '$1')}\n`),
};

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '\\': '\\', '"': '"' };

/** `.printf`: formatted text. */
export const printf: Command = {
  names: ['.printf'],
  run({ session, print }, args) {
    const found = /^(?:\/D\s+)?"((?:[^"\\]|\\.)*)"\s*,?\s*(.*)$/s.exec(args);
    if (!found) throw new SyntaxProblem('Syntax error', 7);
    const scanner = new Scanner(found[2]!);
    const value = () => {
      const result = parseMasm(scanner, session);
      scanner.take(',');
      return result;
    };
    const pattern = /\\(.)|%(-?\d*)(I64|l|ll)?(ma|mu|msa|msu|[diuxXpcysoN%])/g;
    print(
      found[1]!.replace(
        pattern,
        (_, escape: string | undefined, width: string, long: string | undefined, kind: string) =>
          escape !== undefined
            ? (ESCAPES[escape] ?? escape)
            : kind === '%'
              ? '%'
              : field(session, kind, width, long !== undefined, value()),
      ),
    );
  },
};

function field(
  session: CommandContext['session'],
  kind: string,
  width: string,
  long: boolean,
  value: bigint,
): string {
  const bits = long || kind === 'p' ? 64 : 32;
  const pad = (text: string) =>
    width.startsWith('-')
      ? text.padEnd(Number(width.slice(1)))
      : text.padStart(Number(width || 0), width.startsWith('0') ? '0' : ' ');
  switch (kind) {
    case 'd':
    case 'i':
      return pad(BigInt.asIntN(bits, value).toString());
    case 'u':
      return pad(BigInt.asUintN(bits, value).toString());
    case 'x':
      return pad(BigInt.asUintN(bits, value).toString(16));
    case 'X':
      return pad(BigInt.asUintN(bits, value).toString(16).toUpperCase());
    case 'o':
      return pad(BigInt.asUintN(bits, value).toString(8));
    case 'p':
    case 'N':
      return pad(hex(value, 16));
    case 'c':
      return String.fromCharCode(Number(value & 0xffn));
    case 'y': {
      const symbol = session.symbolText(value);
      return symbol ? `${symbol} (${address(value)})` : address(value);
    }
    case 'ma':
      return asciiText(session.memory.read(value, 0x400));
    case 'mu':
      return wideText(session.memory.read(value, 0x400)).split('\0')[0]!;
    default:
      throw new CommandError(`%${kind} is not known to .printf.\n`);
  }
}
