import { address, hex } from '../format/numbers.js';
import { parseMasm } from '../expressions/masm.js';
import { Scanner } from '../expressions/scanner.js';
import { MemoryError, readPointer } from '../memory/memory.js';
import type { Session } from '../session.js';
import { typeNamed } from '../expressions/cpp.js';
import { countOf, type EnumType, type Field, type StructType } from '../types/type.js';
import { structSummary, typeText } from '../types/type-text.js';
import { CommandError, type Command } from './command.js';
import { refuse } from './refuse.js';
import { hasWildcards, matcher } from '../patterns.js';
import { chosenFields, fieldSpec, widthOf, type FieldSpec } from './dt-fields.js';
import { plain, readable, structText, summaryLine, type DisplayOptions } from './struct-display.js';

interface Request {
  type: string;
  fields: FieldSpec[];
  at: bigint | undefined;
  list: string[] | undefined;
  size: number | undefined;
  /** `-a`: how many structures behind one another. */
  count: number | undefined;
  /** `-t`: without the globals of that name. */
  typesOnly: boolean;
  options: DisplayOptions;
}

const MOST_FIELDS = 11;
const DEFAULT_DEPTH = 2;
/** Of `-a` without a number. */
const DEFAULT_COUNT = 5;
const MOST_COUNT = 0x1000;
const MOST_LIST_ENTRIES = 0x10000;
const RULE = '---------------------------------------------\n';

/** `dt`: a type, or memory as a type. */
export const displayType: Command = {
  names: ['dt'],
  run({ session, print }, args) {
    const request = parseRequest(session, args);
    if (!request) return;
    if (hasWildcards(request.type.replace(/\[\d*\]$/, '')) || request.size !== undefined)
      return print(typeNames(session, request));
    const elements = /\[(\d+)\]$/.exec(request.type);
    const name = elements ? request.type.slice(0, elements.index) : request.type;
    const found = session.findType(name);
    if (!found) return print(otherText(session, request));
    const { type, module } = found;
    if (type.kind === 'enum') return print(enumText(session, type, request.at));
    if (!name.includes('!')) print(`${module.name}!${type.name}\n`);
    if (request.list) return print(listText(session, type, request));
    if (request.count !== undefined && request.at) return print(rowText(session, type, request));
    if (elements) print(`[${elements[1]}] `);
    const count = elements && request.at ? Math.min(Number(elements[1]), MOST_COUNT) : 1;
    for (let i = 0; i < count; i++)
      print(onceText(session, type, request, request.at && request.at + BigInt(i * type.size)));
  },
};

/** `undefined` for nothing asked. */
function parseRequest(session: Session, args: string): Request | undefined {
  if (args === '') return undefined;
  const request: Request = {
    type: '',
    fields: [],
    at: undefined,
    list: undefined,
    size: undefined,
    count: undefined,
    typesOnly: false,
    options: plain(),
  };
  const scanner = new Scanner(args);
  const next = { isPrefix: false, isName: false };
  while (!scanner.ended) {
    const option = scanner.match(/-[a-z]+[0-9]*(?=\s|$)/);
    if (option) {
      readOption(session, request, option.slice(1), scanner, next);
      continue;
    }
    const before = scanner.at;
    const word = scanner.match(/[\w$]+![\w$*?:<>~[\]-]+|[A-Za-z_$][\w$.*?[\]]*(?=[\s,]|$)|\*(?=\s|$)/);
    if (word !== undefined && (next.isName || !isValue(session, word, request.type !== ''))) {
      if (request.type === '') request.type = base(word, scanner);
      else request.fields.push(fieldSpec(word, next.isPrefix));
      next.isPrefix = next.isName = false;
      scanner.take(',');
      continue;
    }
    scanner.at = before;
    request.at = addressOf(session, scanner);
  }
  if (request.type === '')
    throw new CommandError(
      request.at === undefined
        ? 'Usage: dt MODULE!TYPE [FIELD …] [ADDRESS]; see .help dt.\n'
        : `Symbol not found at address ${hex(request.at, 16)}.\n`,
    );
  if (request.fields.length > MOST_FIELDS)
    throw new CommandError(
      `Too many fields in  ${request.fields
        .slice(MOST_FIELDS)
        .map(({ text }) => text)
        .join(' ')}\n`,
    );
  return request;
}

/** Names of the language's own types may be of two words. */
function base(word: string, scanner: Scanner): string {
  if (!/^(?:unsigned|signed|long)$/.test(word)) return word;
  const second = scanner.match(/(?:char|short|int|long|__int64)(?=\s|$)/);
  return second === undefined ? word : `${word} ${second}`;
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

/** @param next what the word behind the option is */
function readOption(
  session: Session,
  request: Request,
  letters: string,
  scanner: Scanner,
  next: { isPrefix: boolean; isName: boolean },
): void {
  const { options } = request;
  const unknown = /[^abchilnorstvy\d]/.exec(letters);
  if (unknown) refuse('dt', `-${unknown[0]}`);
  const depth = /r(\d*)/.exec(letters);
  if (depth) options.depth = depth[1] === '' ? DEFAULT_DEPTH : Number(depth[1]);
  const count = /a(\d*)/.exec(letters);
  if (count) request.count = Math.min(Number(count[1] || DEFAULT_COUNT), MOST_COUNT);
  if (letters.includes('v')) options.verbose = true;
  if (letters.includes('t')) request.typesOnly = true;
  if (letters.includes('o')) options.noOffsets = true;
  if (letters.includes('i')) options.flat = true;
  if (letters.includes('c')) options.compact = true;
  if (letters.includes('b')) {
    options.block = true;
    options.depth = 10;
  }
  if (letters === 'h') throw new CommandError('.help dt tells of dt.\n');
  if (letters === 'l') request.list = scanner.match(/\S+/)?.split('.');
  if (letters === 's') request.size = Number(parseMasm(scanner, session));
  if (letters.includes('y')) next.isPrefix = true;
  if (letters.includes('n')) next.isName = true;
}

/** A global, or one of the language's own types. @throws CommandError when the name is none */
function otherText(session: Session, { type: name, fields, at, options }: Request): string {
  const none = () => new CommandError(`Symbol ${name} not found.\n`);
  const found = name.includes('!') ? session.typedSymbol(name) : undefined;
  if (!found) {
    const type = typeNamed(name);
    if (!type) throw none();
    return `${at === undefined ? typeText(type) : readable(session, type, at, options)}\n`;
  }
  const { type } = found;
  const place = found.address!;
  if (type.kind === 'function') return `${name.split('!')[1]}  void ( void )\n`;
  if (type.kind === 'struct') {
    const summary = summaryLine(session, type, place);
    if (fields.length === 0) return summary + structText(session, type, place, options);
    return summary + chosenFields(session, type, fields, place, options);
  }
  const isArray = type.kind === 'array';
  const element = isArray ? type.element : type;
  if (element.kind !== 'pointer' || element.target.kind !== 'struct')
    return `${readable(session, type, place, options)}\n`;
  // Of a pointer to a structure, what it leads to is shown.
  const target = readPointer(session.memory, place);
  const head = `${isArray ? `[${countOf(type)}] ` : ''}0x${address(target)} \n`;
  if (target === 0n) return head;
  if (fields.length > 0) return head + chosenFields(session, element.target, fields, target, options);
  return (
    head + summaryLine(session, element.target, target) + structText(session, element.target, target, options)
  );
}

/** `-a`: structures that lie behind one another. */
function rowText(session: Session, type: StructType, request: Request): string {
  let text = '';
  for (let i = 0; i < request.count!; i++) {
    const at = BigInt.asUintN(64, request.at! + BigInt(i * type.size));
    text += `[${i}] @ ${address(at)} \n${RULE}${onceText(session, type, request, at)}`;
    if (session.memory.read(at, 1).length === 0) break;
    text += '\n';
  }
  return text;
}

function typeNames(session: Session, { type, size, typesOnly }: Request): string {
  const [moduleName, pattern] = type.includes('!')
    ? (type.split('!') as [string, string])
    : [session.mainModule?.name ?? 'nt', type];
  const module = session.module(moduleName);
  const types = module?.symbols?.pdb?.types;
  if (!module || !types) throw new CommandError(`Symbol ${type} not found.\n`);
  const fits = matcher(pattern);
  const owner = module.pdbName.replace(/\.pdb$/i, '');
  const names = [...(size === undefined ? types.allNames : types.names)]
    .filter((name) => fits(name) && (size === undefined || types.find(name)?.size === size))
    .map((name) => `          ${owner}!${name}\n`);
  const globals = (size === undefined && !typesOnly ? (module.symbols?.all ?? []) : [])
    .filter(({ name, typeIndex }) => typeIndex !== 0 && fits(name))
    .map(({ name, address: at }) => `${hex(at, 16)}  ${owner}!${name}\n`);
  return [...names, ...globals].join('');
}

function enumText(session: Session, type: EnumType, at: bigint | undefined): string {
  if (at === undefined) return type.values.map(({ name, value }) => `   ${name} = 0n${value}\n`).join('');
  const isThere = session.memory.read(at, type.size).length === type.size;
  return `${readable(session, type, at, plain())}\n${isThere ? '' : `Memory read error ${hex(at, 16)}\n`}`;
}

function onceText(session: Session, type: StructType, request: Request, at: bigint | undefined): string {
  const { fields, options } = request;
  const address_ = at === 0n ? undefined : at;
  const head = options.verbose && fields.length === 0 ? `${structSummary(type)}\n` : '';
  const summary = address_ === undefined || options.verbose ? '' : summaryLine(session, type, address_);
  const line = options.compact ? summary.trimEnd() : summary;
  if (fields.length > 0) return line + chosenFields(session, type, fields, address_, options);
  const body = structText(session, type, address_, options);
  const text = head + line + (options.compact ? `${body}\n` : body);
  return text + unreadableNote(session, type, address_);
}

/** Told when not even the start of the structure can be read. */
function unreadableNote(session: Session, type: StructType, at: bigint | undefined): string {
  if (at === undefined || session.memory.read(at, 1).length > 0 || type.fields.length === 0) return '';
  const last = type.fields.at(-1)!;
  return `Memory read error ${hex(at + BigInt(last.offset), 16)}\n`;
}

/** `-l`: the same structure again and again along a list. */
function listText(session: Session, type: StructType, request: Request): string {
  if (request.at === undefined) throw new CommandError('An address is needed to follow a list.\n');
  const path = request.list!;
  const link = offsetOf(type, path);
  const first = type.fields.find(({ name }) => name === path[0])!;
  let text = '';
  const seen = new Set<bigint>();
  for (let at = request.at; !seen.has(at) && at !== 0n && seen.size < MOST_LIST_ENTRIES;) {
    seen.add(at);
    if (seen.size > 1 && nextEntry(session, type, path, link, at) === request.at) break;
    text += `${path.join('.')} at 0x${address(at)}\n${RULE}`;
    text += `${listEntryText(session, type, request, first, at)}\n`;
    const following = nextEntry(session, type, path, link, at);
    if (following === undefined) break;
    at = following;
  }
  return text;
}

/** One structure of a list: all of it, or the link and the fields that were asked for. */
function listEntryText(
  session: Session,
  type: StructType,
  request: Request,
  link: Field,
  at: bigint,
): string {
  const { fields, options } = request;
  if (fields.length === 0) return onceText(session, type, request, at);
  const specs = [fieldSpec(link.name, false), ...fields];
  const asked = chosenFields(session, type, specs, at, options, widthOf(fields));
  return asked.replace(new RegExp(`^(.* ${link.name} *) : _[A-Za-z_]+ `, 'm'), '$1 :  ');
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
