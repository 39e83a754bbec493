import { address, hex } from '../format/numbers.js';
import { parseMasm } from '../expressions/masm.js';
import { Scanner } from '../expressions/scanner.js';
import { MemoryError, readPointer } from '../memory/memory.js';
import type { Session } from '../session.js';
import type { EnumType, Field, StructType } from '../types/type.js';
import { structSummary } from '../types/type-text.js';
import { CommandError, type Command } from './command.js';
import { hasWildcards, matcher } from './patterns.js';
import {
  fieldHead,
  fieldText,
  PLAIN,
  structText,
  summaryLine,
  type DisplayOptions,
} from './struct-display.js';

interface FieldSpec {
  /** `ActiveProcessLinks.Flink` as parts; an empty last part means all inner fields. */
  path: string[];
  text: string;
  isPrefix: boolean;
}

interface Request {
  type: string;
  fields: FieldSpec[];
  at: bigint | undefined;
  list: string[] | undefined;
  size: number | undefined;
  options: DisplayOptions;
}

const MOST_FIELDS = 11;
const DEFAULT_DEPTH = 2;
const MOST_LIST_ENTRIES = 0x10000;

/** `dt`: a type, or memory as a type. */
export const displayType: Command = {
  names: ['dt'],
  run({ session, print }, args) {
    const request = parseRequest(session, args);
    if (hasWildcards(request.type) || request.size !== undefined) return print(typeNames(session, request));
    const found = session.findType(request.type);
    if (!found) throw new CommandError(`Symbol ${request.type} not found.\n`);
    const { type, module } = found;
    if (type.kind === 'enum') return print(enumText(type));
    if (!request.type.includes('!')) print(`${module.name}!${type.name}\n`);
    if (request.list) return print(listText(session, type, request));
    print(onceText(session, type, request, request.at));
  },
};

function parseRequest(session: Session, args: string): Request {
  const request: Request = {
    type: '',
    fields: [],
    at: undefined,
    list: undefined,
    size: undefined,
    options: { ...PLAIN },
  };
  const scanner = new Scanner(args);
  let nextIsPrefix = false;
  while (!scanner.ended) {
    const option = scanner.match(/-[a-z]+[0-9]*(?=\s|$)/);
    if (option) {
      nextIsPrefix = readOption(session, request, option.slice(1), scanner) || nextIsPrefix;
      continue;
    }
    const before = scanner.at;
    const word = scanner.match(/[\w$]+![\w$*?:<>~[\]-]+|[A-Za-z_$][\w$.*?[\]]*(?=\s|$)/);
    if (word !== undefined && !isValue(session, word, request.type !== '')) {
      if (request.type === '') request.type = word;
      else request.fields.push({ path: word.split('.'), text: word, isPrefix: nextIsPrefix });
      nextIsPrefix = false;
      continue;
    }
    scanner.at = before;
    request.at = addressOf(session, scanner);
  }
  if (request.type === '')
    throw new CommandError('Usage: dt MODULE!TYPE [FIELD …] [ADDRESS]; see .help dt.\n');
  if (request.fields.length > MOST_FIELDS)
    throw new CommandError(
      `Too many fields in  ${request.fields
        .slice(MOST_FIELDS)
        .map(({ text }) => text)
        .join(' ')}\n`,
    );
  return request;
}

/** An expression up to the next space outside of brackets. */
function addressOf(session: Session, scanner: Scanner): bigint {
  const text = scanner.match(/(?:\((?:[^()]|\([^()]*\))*\)|[^\s()])+/) ?? '';
  return parseMasm(new Scanner(text), session);
}

/** Whether a word is an address instead of a field: hexadecimal digits, or a symbol. */
function isValue(session: Session, word: string, hasType: boolean): boolean {
  if (/^[0-9a-f`]{6,}$/i.test(word) || /^0x/i.test(word)) return true;
  if (/^poi$/i.test(word)) return true;
  return (
    hasType && word.includes('!') && session.type(word) === undefined && session.symbol(word) !== undefined
  );
}

/** @returns whether the next word is a prefix of names */
function readOption(session: Session, request: Request, letters: string, scanner: Scanner): boolean {
  const { options } = request;
  const depth = /r(\d*)/.exec(letters);
  if (depth) options.depth = depth[1] === '' ? DEFAULT_DEPTH : Number(depth[1]);
  if (letters.includes('v')) options.verbose = true;
  if (letters.includes('o')) options.noOffsets = true;
  if (letters.includes('i')) options.flat = true;
  if (letters.includes('b')) {
    options.block = true;
    options.depth = 10;
  }
  if (letters === 'l') request.list = scanner.match(/\S+/)?.split('.');
  if (letters === 's') request.size = Number(parseMasm(scanner, session));
  return letters === 'y';
}

function typeNames(session: Session, { type, size }: Request): string {
  const [moduleName, pattern] = type.includes('!')
    ? (type.split('!') as [string, string])
    : [session.mainModule?.name ?? 'nt', type];
  const module = session.module(moduleName);
  const types = module?.symbols?.pdb.types;
  if (!module || !types) throw new CommandError(`Symbol ${type} not found.\n`);
  const fits = matcher(pattern);
  const owner = module.pdbName.replace(/\.pdb$/i, '');
  return [...(size === undefined ? types.allNames : types.names)]
    .filter((name) => fits(name) && (size === undefined || types.find(name)?.size === size))
    .map((name) => `          ${owner}!${name}\n`)
    .join('');
}

function enumText({ values }: EnumType): string {
  return values.map(({ name, value }) => `   ${name} = 0n${value}\n`).join('');
}

function onceText(session: Session, type: StructType, request: Request, at: bigint | undefined): string {
  const { fields, options } = request;
  const address_ = at === 0n ? undefined : at;
  if (fields.length > 0) return chosenText(session, type, request, address_);
  const head = options.verbose ? `${structSummary(type)}\n` : '';
  const summary = address_ === undefined || options.verbose ? '' : summaryLine(session, type, address_);
  const text = head + summary + structText(session, type, address_, options);
  return text + unreadableNote(session, type, address_);
}

/** Told when not even the start of the structure can be read. */
function unreadableNote(session: Session, type: StructType, at: bigint | undefined): string {
  if (at === undefined || session.memory.read(at, 1).length > 0 || type.fields.length === 0) return '';
  const last = type.fields.at(-1)!;
  return `Memory read error ${hex(at + BigInt(last.offset), 16)}\n`;
}

function chosenText(session: Session, type: StructType, request: Request, at: bigint | undefined): string {
  const width = Math.max(...request.fields.map(({ text }) => text.length));
  const options = { ...request.options, width, depth: 0 };
  const shown = type.fields.map((field) => specText(session, field, request.fields, at, options, 1)).join('');
  if (shown === '') throw new CommandError('Cannot find specified field members.\n');
  return shown;
}

/** A field with those of the given paths that go through it. */
function specText(
  session: Session,
  field: Field,
  specs: readonly FieldSpec[],
  at: bigint | undefined,
  options: DisplayOptions,
  level: number,
): string {
  const fitting = specs.filter(({ path, isPrefix }) => {
    const part = (path[0] ?? '').replace(/\[\d+\]$/, '');
    return isPrefix && path.length === 1 ? field.name.startsWith(part) : field.name === part;
  });
  if (fitting.length === 0) return '';
  const deeper = fitting.filter(({ path }) => path.length > 1);
  if (deeper.length === 0) return fieldText(session, field, at, options, level);
  const inner = field.type.kind === 'struct' ? field.type : undefined;
  if (!inner) return fieldText(session, field, at, options, level);
  const where = at === undefined ? undefined : at + BigInt(field.offset);
  const summary = where === undefined ? '' : summaryLine(session, inner, where).trimEnd();
  const head = `${fieldHead(field, options, level)} : ${summary}\n`;
  if (deeper.some(({ path }) => path[1] === '')) {
    const all = inner.fields.map((child) => {
      const text = specText(session, child, deeper.map(next), where, options, level + 1);
      return text || fieldText(session, child, where, options, level + 1);
    });
    return head + all.join('');
  }
  return (
    head +
    inner.fields
      .map((child) => specText(session, child, deeper.map(next), where, options, level + 1))
      .join('')
  );
}

function next(spec: FieldSpec): FieldSpec {
  return { ...spec, path: spec.path.slice(1) };
}

/** `-l`: the same structure again and again along a list. */
function listText(session: Session, type: StructType, request: Request): string {
  if (request.at === undefined) throw new CommandError('An address is needed to follow a list.\n');
  const path = request.list!;
  const link = offsetOf(type, path);
  const first = type.fields.find(({ name }) => name === path[0])!;
  const specs: FieldSpec[] = [{ path: [path[0]!], text: path[0]!, isPrefix: false }, ...request.fields];
  const width = Math.max(0, ...request.fields.map(({ text }) => text.length));
  const options = { ...request.options, width };
  let text = '';
  const seen = new Set<bigint>();
  for (let at = request.at; !seen.has(at) && at !== 0n && seen.size < MOST_LIST_ENTRIES;) {
    seen.add(at);
    if (seen.size > 1 && nextEntry(session, type, path, link, at) === request.at) break;
    text += `${path.join('.')} at 0x${address(at)}\n---------------------------------------------\n`;
    for (const field of type.fields) {
      const shown = specText(session, field, specs, at, options, 1);
      text += field === first ? shown.replace(/ : _[A-Za-z_]+ /, ' :  ') : shown;
    }
    text += '\n';
    const following = nextEntry(session, type, path, link, at);
    if (following === undefined) break;
    at = following;
  }
  return text;
}

/** The structure that a link leads to; `undefined` when it cannot be read. */
function nextEntry(
  session: Session,
  type: StructType,
  path: string[],
  link: number,
  at: bigint,
): bigint | undefined {
  try {
    const target = readPointer(session.memory, at + BigInt(link));
    const first = type.fields.find(({ name }) => name === path[0])!;
    return isEmbedded(type, path) ? BigInt.asUintN(64, target - BigInt(first.offset)) : target;
  } catch (error) {
    if (error instanceof MemoryError) return undefined;
    throw error;
  }
}

/** A LIST_ENTRY's pointers lead to the LIST_ENTRY inside of the next structure. */
function isEmbedded(type: StructType, path: string[]): boolean {
  const field = type.fields.find(({ name }) => name === path[0]);
  return path.length > 1 && field?.type.kind === 'struct';
}

function offsetOf(type: StructType, path: string[]): number {
  let offset = 0;
  let current: StructType | undefined = type;
  for (const name of path) {
    const field: Field | undefined = current?.fields.find((entry) => entry.name === name);
    if (!field) throw new CommandError('Cannot find specified field members.\n');
    offset += field.offset;
    current = field.type.kind === 'struct' ? field.type : undefined;
  }
  return offset;
}
