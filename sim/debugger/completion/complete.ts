import { commands } from '../commands/index.js';
import { evaluateDx } from '../commands/dx/evaluate.js';
import { DxError } from '../commands/dx/model.js';
import { helpOf } from '../commands/help-texts.js';
import { findCommand } from '../commands/find-command.js';
import { splitName } from '../commands/split.js';
import { evaluateCpp } from '../expressions/cpp.js';
import { ExpressionError } from '../expressions/scanner.js';
import { MemoryError } from '../memory/memory.js';
import type { Session } from '../session.js';
import { SymbolsError } from '../symbols/symbols-error.js';
import { OtherTargetError } from '../target/other-target-error.js';
import type { StructType } from '../types/type.js';
import { addModules, addRegisters, Candidates, type Candidate } from './candidates.js';
import { addFields, addSymbols, addTypes } from './names.js';

export interface Completion {
  /** The part of the line that a candidate stands in place of: from here to the caret. */
  start: number;
  /** In the order in which they are offered. */
  candidates: readonly Candidate[];
  /** Whether there are more. */
  isCut: boolean;
}

const MOST = 200;
/** Comments and the like have nothing that goes on. */
const COMMAND_WORD = /^(?:[.!]?[a-z][\w]*|[.!~|?]+)?$/i;

/**
 * What the word before the caret may go on as: a command, a module, a symbol, a type, a field or a register.
 * Looks at names only and at most at one symbol file; the dump is read no more than the expression before `->` needs.
 * @param most candidates
 */
export function complete(session: Session, line: string, caret = line.length, most = MOST): Completion {
  const before = line.slice(0, caret);
  const start = commandStart(before);
  const command = before.slice(start).trimStart();
  const candidates = new Candidates(most);
  const { name, args } = splitName(command);
  const inName = command.length === name.length;
  const word = inName && COMMAND_WORD.test(command) ? command : lastWord(command.slice(name.length));
  if (inName && COMMAND_WORD.test(command)) addCommands(candidates, command);
  else addArguments(session, candidates, findCommand(name)?.names[0], args, word);
  return { start: caret - word.length, candidates: candidates.all, isCut: candidates.isCut };
}

/** Where the command begins that the line ends in. */
function commandStart(line: string): number {
  let start = 0;
  let quoted = false;
  for (let i = 0; i < line.length; i++) {
    if (line[i] === '"') quoted = !quoted;
    else if (!quoted && (line[i] === ';' || line[i] === '{' || line[i] === '}')) start = i + 1;
  }
  return start;
}

/** Up to the last character that names do not have. */
function lastWord(text: string): string {
  return /[@$\w!.\\]*$/.exec(text)![0];
}

function addCommands(candidates: Candidates, beginning: string): void {
  const wanted = beginning.toLowerCase();
  const names = commands.flatMap((command) =>
    command.names.map((name) => ({ name, summary: helpOf(command).summary })),
  );
  names.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const { name, summary } of names)
    if (name.startsWith(wanted)) candidates.add(name, 'command', summary);
}

function addArguments(
  session: Session,
  candidates: Candidates,
  command: string | undefined,
  args: string,
  word: string,
): void {
  if (command === undefined) return;
  if (word.startsWith('@') && !word.includes('.'))
    return addRegisters(session, candidates, word.slice(1), '@');
  switch (command) {
    case '.help':
      return addCommands(candidates, word);
    case 'lm':
    case '!lmi':
    case '.reload':
      return addModules(session, candidates, word, '');
    case 'r':
      return addRegisters(session, candidates, word, '');
    case 'x':
      return addSymbols(session, candidates, word);
    case 'dt':
      return addForType(session, candidates, args, word);
    case 'dx':
    case '??':
      return addTyped(session, candidates, command, args, word);
    default:
      return addSymbols(session, candidates, word);
  }
}

/** `dt nt!_EPROCESS Image…`: a type, then its fields, then an address. */
function addForType(session: Session, candidates: Candidates, args: string, word: string): void {
  const words = args.split(/\s+/).filter((text) => text !== '' && !text.startsWith('-'));
  const isFirst = words.length === 0 || (words.length === 1 && word !== '' && args.endsWith(words[0]!));
  if (isFirst) return addTypes(session, candidates, word);
  const type = session.type(words[0]!);
  if (type?.kind === 'struct') addFields(candidates, type, word);
  if (word.includes('!')) addSymbols(session, candidates, word);
}

/** What stands before `->` or `.`: a name or a cast with steps behind it. No calls: they could take long. */
const OWNER = /((?:@?\$?[\w$]+(?:!\w+)?|\((?:[^()]|\([^()]*\))*\))(?:(?:->|\.)\w+|\[\w+\])*)(?:->|\.)(\w*)$/;

const INCOMPLETE = [ExpressionError, DxError, MemoryError, SymbolsError, OtherTargetError];

/** C++ expressions and those of the data model. */
function addTyped(
  session: Session,
  candidates: Candidates,
  command: string,
  args: string,
  word: string,
): void {
  const [, owner, path] = OWNER.exec(args) ?? [];
  if (owner === undefined || path === undefined) {
    if (word !== '') addTypes(session, candidates, word);
    return addSymbols(session, candidates, word);
  }
  const mark = word.slice(0, word.length - path.length);
  const found = new Candidates(candidates.room);
  try {
    if (command === 'dx') addMembers(session, found, owner, path);
    const type = found.all.length === 0 ? structOf(session, owner) : undefined;
    if (type) addFields(found, type, path);
  } catch (error) {
    // What stands before is no expression yet, or leads to what the dump does not hold.
    if (INCOMPLETE.some((kind) => error instanceof kind)) return;
    throw error;
  }
  for (const { text, kind, detail } of found.all) candidates.add(mark + text, kind, detail);
}

/** The structure that an expression is or points to. */
function structOf(session: Session, expression: string): StructType | undefined {
  const { type } = evaluateCpp(expression, session);
  const target = type.kind === 'pointer' ? type.target : type;
  return target.kind === 'struct' ? target : undefined;
}

function addMembers(session: Session, candidates: Candidates, owner: string, beginning: string): void {
  const value = evaluateDx(session, owner);
  if (value.kind !== 'object') return;
  for (const { name } of value.members)
    if (name.toLowerCase().startsWith(beginning.toLowerCase())) candidates.add(name, 'field');
}
