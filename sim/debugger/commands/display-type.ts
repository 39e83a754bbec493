import { address, hex } from '../format/numbers.js';
import { parseMasm } from '../expressions/masm.js';
import { Scanner } from '../expressions/scanner.js';
import { MemoryError, readPointer } from '../memory/memory.js';
import type { Session } from '../session.js';
import { typeNamed } from '../expressions/cpp.js';
import { countOf, type EnumType, type Field, type StructType, type Type } from '../types/type.js';
import { structSummary, typeText } from '../types/type-text.js';
import { CommandError, type Command } from './command.js';
import { hasWildcards } from '../patterns.js';
import { chosenFields, fieldSpec, widthOf } from './dt-fields.js';
import { eachText, enumNames, typeNames } from './dt-names.js';
import { MOST_COUNT, readOptions, type Request } from './dt-options.js';
import { plain, readable, structText, summaryLine } from './struct-display.js';

const MOST_FIELDS = 11;
const MOST_LIST_ENTRIES = 0x10000;
const RULE = '---------------------------------------------\n';

/** `dt`: a type, or memory as a type. */
export const displayType: Command = {
  names: ['dt'],
  run({ session, print }, args) {
    const request = parseRequest(session, print, args);
    if (!request) return;
    if (request.isPhysical && request.at !== undefined)
      session.withPhysicalMemory(() => show(session, print, request));
    else show(session, print, request);
  },
};

function show(session: Session, print: (text: string) => void, request: Request): void {
  const pointed = pointerText(session, request);
  if (pointed !== undefined) return print(pointed);
  if (hasWildcards(request.type.replace(/\[\d*\]$/, '')) || request.size !== undefined)
    return print(request.showsEach ? eachText(session, request) : typeNames(session, request));
  if (request.namesOnly) return;
  const elements = /\[(\d+)\]$/.exec(request.type);
  const name = elements ? request.type.slice(0, elements.index) : request.type;
  const found = session.findType(name);
  if (!found) return print(otherText(session, request));
  const { type, module } = found;
  if (type.kind === 'enum') return print(enumText(session, type, request));
  if (!name.includes('!')) print(`${module.name}!${type.name}\n`);
  if (request.list) return print(listText(session, type, request));
  if (request.count !== undefined && request.at)
    return print(
      rowText(session, type, request.at, request.count, (at) => onceText(session, type, request, at)),
    );
  if (elements) print(`[${elements[1]}] `);
  const count = elements && request.at ? Math.min(Number(elements[1]), MOST_COUNT) : 1;
  for (let i = 0; i < count; i++)
    print(onceText(session, type, request, request.at && request.at + BigInt(i * type.size)));
}

/** `undefined` for nothing asked. */
function parseRequest(session: Session, print: (text: string) => void, args: string): Request | undefined {
  if (args === '') return undefined;
  const request: Request = {
    type: '',
    fields: [],
    at: undefined,
    list: undefined,
    size: undefined,
    count: undefined,
    typesOnly: false,
    namesOnly: false,
    showsEach: false,
    isPhysical: false,
    options: plain(),
  };
  const scanner = new Scanner(args);
  const next = { isPrefix: false, isName: false };
  while (!scanner.ended) {
    const option = scanner.match(/[-/]\S*/);
    if (option) {
      readOptions(session, print, request, option.slice(1), scanner, next);
      continue;
    }
    const symbol = request.type === '' ? undefined : scanner.match(/[&(]?\w+![\w$]\S*/);
    if (symbol !== undefined) {
      // Symbols of modules are taken for fields there.
      request.fields.push(fieldSpec(symbol.replace(/,$/, ''), next.isPrefix));
      next.isPrefix = next.isName = false;
      continue;
    }
    const before = scanner.at;
    const word = scanner.match(/[\w$]+![\w$*?:<>~[\]-]+|[A-Za-z_$][\w$.*?[\]]*(?=[\s,]|$)|\*(?=\s|$)/);
    if (word !== undefined && (next.isName || !isValue(word))) {
      if (request.type === '') request.type = base(word, scanner);
      else request.fields.push(fieldSpec(word, next.isPrefix));
      next.isPrefix = next.isName = false;
      scanner.take(',');
      continue;
    }
    scanner.at = before;
    request.at = addressOf(session, scanner);
  }
  if (request.type === '') {
    if (request.at === undefined) return undefined;
    throw new CommandError(`Symbol not found at address ${hex(request.at, 16)}.\n`);
  }
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

/** Whether a word is an address instead of a field: hexadecimal digits, or what begins an expression. */
function isValue(word: string): boolean {
  if (/^[0-9a-f`]{6,}$/i.test(word) || /^0x/i.test(word)) return true;
  return /^poi$/i.test(word);
}

/** `_EPROCESS*` as a type of pointers, one of which lies at the address; `undefined` for all else. */
function pointerText(session: Session, request: Request): string | undefined {
  const name = /^([^*?]+)\*$/.exec(request.type)?.[1];
  const isBare = !request.type.includes('!') && !request.namesOnly;
  if (name === undefined || request.size !== undefined || (request.at === undefined && !isBare))
    return undefined;
  const found = session.findType(name);
  if (found?.type.kind !== 'struct') return undefined;
  if (request.at === undefined) return `Ptr64 to \n${onceText(session, found.type, request, undefined)}`;
  try {
    const target = readPointer(session.memory, request.at);
    return `0x${address(target)} \n${onceText(session, found.type, request, target)}`;
  } catch (error) {
    if (!(error instanceof MemoryError)) throw error;
    return `??\nMemory read error ${hex(request.at, 16)}\n`;
  }
}

/** A global, or one of the language's own types. @throws CommandError when the name is none */
function otherText(session: Session, request: Request): string {
  const { type: name, at, options, count } = request;
  const none = () => new CommandError(`Symbol ${name} not found.\n`);
  const found = name.includes('!') ? session.typedSymbol(name) : undefined;
  if (!found) {
    const type = typeNamed(name);
    if (!type) throw none();
    if (at === undefined) return `${typeText(type)}\n`;
    const shown = (place: bigint) => `${readable(session, type, place, options)}\n`;
    return count === undefined ? shown(at) : rowText(session, type, at, count, shown);
  }
  const { type } = found;
  const place = found.address!;
  if (type.kind === 'function') return `${name.split('!')[1]}  void ( void )\n`;
  if (count === undefined) return globalText(session, request, type, place);
  const element = type.kind === 'array' ? type.element : type;
  return rowText(session, element, place, count, (each) => globalText(session, request, element, each));
}

/** The value of a global. Of a pointer to a structure, what it leads to is shown. */
function globalText(session: Session, { fields, options }: Request, type: Type, place: bigint): string {
  if (type.kind === 'struct') {
    const line = summaryLine(session, type, place);
    const summary = options.compact ? line.trimEnd() : line;
    if (fields.length === 0)
      return summary + structText(session, type, place, options) + (options.compact ? '\n' : '');
    return summary + chosenFields(session, type, fields, place, options);
  }
  const isArray = type.kind === 'array';
  const element = isArray ? type.element : type;
  if (element.kind !== 'pointer' || element.target.kind !== 'struct')
    return `${readable(session, type, place, options)}\n`;
  const target = readPointer(session.memory, place);
  const value = target === 0n && !isArray ? '(null) ' : `0x${address(target)} `;
  const head = `${isArray ? `[${countOf(type)}] ` : ''}${value}\n`;
  if (target === 0n) return head;
  if (fields.length > 0) return head + chosenFields(session, element.target, fields, target, options);
  return (
    head + summaryLine(session, element.target, target) + structText(session, element.target, target, options)
  );
}

/** `-a`: values that lie behind one another. */
function rowText(
  session: Session,
  type: Type,
  start: bigint,
  count: number,
  shown: (at: bigint) => string,
): string {
  let text = '';
  for (let i = 0; i < count; i++) {
    const at = BigInt.asUintN(64, start + BigInt(i * type.size));
    const value = shown(at);
    text += `[${i}] @ ${address(at)} \n${RULE}${value}`;
    if (session.memory.read(at, 1).length === 0 || /^Memory read error/m.test(value)) break;
    text += '\n';
  }
  return text;
}

function enumText(
  session: Session,
  type: EnumType,
  { at, options }: Pick<Request, 'at' | 'options'>,
): string {
  if (at === undefined) return enumNames(type, options.verbose);
  const isThere = session.memory.read(at, type.size).length === type.size;
  return `${readable(session, type, at, plain())}\n${isThere ? '' : `Memory read error ${hex(at, 16)}\n`}`;
}

function onceText(session: Session, type: StructType, request: Request, at: bigint | undefined): string {
  const { fields, options } = request;
  const address_ = at === 0n ? undefined : at;
  const head = options.verbose ? `${structSummary(type)}\n` : '';
  const summary = address_ === undefined || options.verbose ? '' : summaryLine(session, type, address_);
  const line = options.compact ? summary.trimEnd() : summary;
  if (fields.length > 0) return head + line + chosenFields(session, type, fields, address_, options);
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
