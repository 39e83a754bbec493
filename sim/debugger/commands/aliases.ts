import { asciiText, wideText } from '../files/text.js';
import { hex } from '../format/numbers.js';
import { evaluateMasm } from '../expressions/masm.js';
import type { Session } from '../session.js';
import { TypedView } from '../types/typed-view.js';
import { SyntaxProblem, type Command, type CommandContext } from './command.js';
import { refuse } from './refuse.js';

const LONGEST_TEXT = 0x400;
const NAME_WIDTH = 16;

/** What the options of `as` make of its last argument. Source: Microsoft, "as, aS (Set Alias)". */
const VALUES: Readonly<Record<string, (context: CommandContext, text: string) => string>> = {
  x: ({ session }, text) => `0x${hex(evaluateMasm(text, session))}`,
  ma: ({ session }, text) =>
    beforeZero(asciiText(session.memory.read(evaluateMasm(text, session), LONGEST_TEXT))),
  mu: ({ session }, text) =>
    beforeZero(wideText(session.memory.read(evaluateMasm(text, session), LONGEST_TEXT))),
  msa: ({ session }, text) => counted(session, '_STRING', evaluateMasm(text, session)),
  msu: ({ session }, text) => counted(session, '_UNICODE_STRING', evaluateMasm(text, session)),
  c: ({ capture }, text) => capture(text),
};

const beforeZero = (text: string) => text.split('\0')[0]!;

/** The text of a string with a count. */
export function counted(session: Session, type: '_STRING' | '_UNICODE_STRING', at: bigint): string {
  const view = new TypedView(session, type, at);
  const bytes = session.memory.read(view.value('Buffer'), Math.min(view.number('Length'), LONGEST_TEXT));
  return beforeZero(type === '_STRING' ? asciiText(bytes) : wideText(bytes));
}

/** `as`, `aS`: gives a text a name. */
export const setAlias: Command = {
  names: ['as', 'aS'],
  run(context, args, name) {
    const length = name.length + (args === '' ? 0 : args.length + 1);
    const option = /^\/([a-z]+)\s+/.exec(args);
    if (option?.[1] === 'f') refuse('as', '/f');
    const compute = option ? VALUES[option[1]!] : undefined;
    if (option?.[1] === 'e') throw new SyntaxProblem('No information found error', length);
    if (option && !compute) throw new SyntaxProblem('Syntax error', `${name} /`.length);
    const [, key, text] = /^(\S+)\s+(.+)$/s.exec(args.slice(option?.[0].length ?? 0)) ?? [];
    if (key === undefined || text === undefined) throw new SyntaxProblem('Syntax error', length);
    const plain = name === 'aS' ? text.replace(/^"(.*)"$/s, '$1') : text;
    context.session.aliases.set(key, compute ? compute(context, plain) : plain);
  },
};

/** `ad`: takes names away. */
export const deleteAlias: Command = {
  names: ['ad'],
  run({ session }, args) {
    const [, quiet, key = ''] = /^(\/q\s+)?(\S*)$/.exec(args) ?? [];
    const found = key === '*' ? session.aliases.clear() : session.aliases.delete(key);
    if (!found && !quiet) throw new SyntaxProblem('No information found error', `ad ${args}`.length);
  },
};

/** `al`: all names. */
export const listAliases: Command = {
  names: ['al'],
  run({ session, print }) {
    const { all } = session.aliases;
    if (all.length === 0) return print('No aliases\n');
    print('  Alias            Value  \n -------          ------- \n');
    for (const [key, value] of all) print(` ${key.padEnd(NAME_WIDTH)} ${value} \n`);
  },
};
