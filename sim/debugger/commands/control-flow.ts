import { evaluateMasm, parseMasm } from '../expressions/masm.js';
import { ExpressionError, Scanner } from '../expressions/scanner.js';
import { replaceNames } from '../aliases.js';
import type { Session } from '../session.js';
import { CommandError, SyntaxProblem, type Command, type CommandContext } from './command.js';
import { jumpOf } from './jumps.js';
import { refuse } from './refuse.js';
import { takeBlock, takeBracketed } from './split.js';

/** A loop whose condition never fails must not hang whoever runs it. */
const MOST_TURNS = 100_000;
const LOOP_JUMPS = ['break', 'continue'] as const;

/** Takes the parts of a command like `.if (CONDITION) { COMMANDS }` one after the other. */
class Parts {
  readonly #scanner: Scanner;
  readonly #session: Session;
  readonly #name: string;

  constructor(session: Session, name: string, args: string) {
    this.#session = session;
    this.#name = name;
    this.#scanner = new Scanner(args);
  }

  /** Where the next part starts, as errors count. */
  get #at(): number {
    this.#scanner.skipSpace();
    const { at, text } = this.#scanner;
    return this.#name.length + (text === '' ? 0 : 1) + at;
  }

  get ended(): boolean {
    return this.#scanner.ended;
  }

  /** @throws ExpressionError */
  value(): bigint {
    return parseMasm(this.#scanner, this.#session);
  }

  /** The text of an expression that is evaluated again and again. */
  expression(): string {
    const start = this.#scanner.at;
    this.value();
    return this.#scanner.text.slice(start, this.#scanner.at);
  }

  match(pattern: RegExp): string | undefined {
    return this.#scanner.match(pattern);
  }

  /** Takes `.elsif` or `.else`, also behind a semicolon. */
  branch(): string | undefined {
    const found = this.#scanner.match(/[\s;]*\.(?:elsif|else)(?![a-z])/);
    return found?.replace(/^[\s;]+/, '').toLowerCase();
  }

  get rest(): string {
    return this.#scanner.rest.trim();
  }

  /** Commands in braces. @throws SyntaxProblem when none come */
  block(): string {
    return this.#bracketed('{', '}');
  }

  brackets(): string {
    return this.#bracketed('(', ')');
  }

  #bracketed(open: string, close: string): string {
    const at = this.#at;
    const found = takeBracketed(this.#scanner.rest, open, close);
    if (!found) throw new SyntaxProblem('Syntax error', at);
    this.#scanner.at = this.#scanner.text.length - found.rest.length;
    return found.block;
  }

  /** @throws SyntaxProblem when something is left */
  end(): void {
    if (!this.ended) throw new SyntaxProblem('Extra character error', this.#at + 1);
  }

  fail(message = 'Syntax error'): never {
    throw new SyntaxProblem(message, this.#at);
  }
}

export const ifCommand: Command = {
  names: ['.if'],
  run(context, args) {
    const parts = new Parts(context.session, '.if', args);
    let isDone = false;
    for (let branch: string | undefined = '.elsif'; branch; branch = parts.branch()) {
      // The condition of a branch behind the one that was taken is not looked at.
      if (branch === '.elsif' && isDone) parts.match(/[^{]*/);
      const holds: boolean = branch === '.else' ? !isDone : !isDone && parts.value() !== 0n;
      const body = parts.block();
      if (holds) context.run(body);
      isDone ||= holds;
      if (branch === '.else') break;
    }
    parts.end();
  },
};

/** Runs commands as long as a condition holds; `step` after each turn. */
function loop(
  context: CommandContext,
  holds: () => boolean,
  body: string,
  { step = '', isTestedLast = false } = {},
): void {
  for (let turns = 0; (isTestedLast && turns === 0) || holds(); turns++) {
    if (turns >= MOST_TURNS) throw new CommandError(`The loop was ended after ${MOST_TURNS} turns.\n`);
    if (jumpOf(() => context.run(body), LOOP_JUMPS) === 'break') return;
    if (step) context.run(step);
  }
}

export const whileCommand: Command = {
  names: ['.while'],
  run(context, args) {
    const parts = new Parts(context.session, '.while', args);
    const condition = parts.expression();
    const body = parts.block();
    loop(context, () => evaluateMasm(condition, context.session) !== 0n, body);
    parts.end();
  },
};

export const doCommand: Command = {
  names: ['.do'],
  run(context, args) {
    const parts = new Parts(context.session, '.do', args);
    const body = parts.block();
    const condition = parts.rest;
    const holds = () => evaluateMasm(condition, context.session) !== 0n;
    loop(context, holds, body, { isTestedLast: true });
  },
};

export const forCommand: Command = {
  names: ['.for'],
  run(context, args) {
    const parts = new Parts(context.session, '.for', args);
    const [start = '', condition = '', step = ''] = parts.brackets().split(';');
    const behind = `;${step}) ${parts.rest}`;
    const body = parts.block();
    context.run(start);
    if (condition.trim() === '') throw new ExpressionError('Numeric expression missing from', behind);
    loop(context, () => evaluateMasm(condition, context.session) !== 0n, body, { step });
    parts.end();
  },
};

const FOREACH_OPTION = /\/(?:pS|ps|s|f)(?![a-z])/;

export const foreachCommand: Command = {
  names: ['.foreach'],
  run(context, args) {
    const parts = new Parts(context.session, '.foreach', args);
    let isText = false;
    let [first, step] = [0, 0];
    for (let option = parts.match(FOREACH_OPTION); option; option = parts.match(FOREACH_OPTION)) {
      if (option === '/f') refuse('.foreach', '/f');
      if (option === '/s') isText = true;
      // Case tells one from the other.
      else if (option === '/pS') first = Number(parts.match(/\d+/) ?? 0);
      else step = Number(parts.match(/\d+/) ?? 0);
    }
    const head = parts.brackets();
    const [, name = '', source = ''] = /^\s*(\S+)\s*(.*)$/s.exec(head) ?? [];
    const text = isText ? quoted(parts, source) : output(context, parts, source);
    const body = parts.block();
    const words = text.split(/\s+/).filter(Boolean);
    for (let i = first; i < words.length; i += step + 1) {
      const commands = replaceNames(body, (word) => (word === name ? words[i] : undefined));
      if (jumpOf(() => context.run(commands), LOOP_JUMPS) === 'break') break;
    }
    parts.end();
  },
};

function quoted(parts: Parts, source: string): string {
  return /^"([^"]*)"/.exec(source)?.[1] ?? parts.fail('Quotes required');
}

/** What commands in braces print. */
function output(context: CommandContext, parts: Parts, source: string): string {
  const commands = takeBlock(source)?.block;
  return commands === undefined ? parts.fail() : context.capture(commands);
}

export const blockCommand: Command = {
  names: ['.block'],
  run(context, args) {
    const parts = new Parts(context.session, '.block', args);
    context.run(parts.block());
    parts.end();
  },
};

/** `j`: one of two commands, either in single quotes when it is several. */
export const choose: Command = {
  names: ['j'],
  run(context, args) {
    const parts = new Parts(context.session, 'j', args);
    const holds = parts.value() !== 0n;
    const [first = '', second] = branches(parts.rest);
    context.run(holds || second === undefined ? first : second);
  },
};

/** Cuts at semicolons outside of single quotes, and takes the quotes away. */
function branches(text: string): string[] {
  const pieces = text.match(/(?:'[^']*'|[^;'])+|(?<=^|;)(?=;)/g) ?? [];
  return pieces.map((piece) => piece.trim().replace(/^'(.*)'$/s, '$1'));
}

export const echo: Command = {
  names: ['.echo'],
  run({ print }, args) {
    if (!args.startsWith('"')) return print(`${args}\n`);
    const end = args.indexOf('"', 1);
    if (end < 0) throw new SyntaxProblem('Trailing quote missing', '.echo '.length + args.length);
    const behind = args.slice(end + 1);
    if (/^\S/.test(behind)) throw new SyntaxProblem('Malformed string', '.echo '.length + 1);
    print(`${args.slice(1, end)}\n`);
    if (behind.trim() !== '') throw new SyntaxProblem('Extra character error', '.echo '.length + args.length);
  },
};
