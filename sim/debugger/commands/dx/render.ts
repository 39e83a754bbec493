import { integerValue, isSigned, signedOf, type TypedValue } from '../../expressions/typed-value.js';
import { hex } from '../../format/numbers.js';
import { MemoryError } from '../../memory/memory.js';
import type { Session } from '../../session.js';
import { countOf, type ArrayType, type Field, type StructType, type Type } from '../../types/type.js';
import { cppTypeText } from '../../types/type-text.js';
import { pointedText } from '../../types/value-text.js';
import { text, type DxValue } from './model.js';

const NAME_WIDTH = 16;
/** More are not shown, as WinDbg does. */
const MOST_CHILDREN = 100;
const GRID_MARGIN = 4;

/** The answer of `dx`: a line for the value, and its children as deep as asked. */
export function renderDx(session: Session, name: string, value: DxValue, depth: number): string {
  const head = oneLine(session, value);
  const padded = name.padEnd(NAME_WIDTH);
  const first =
    head === '' ? `${name}\n` : head.startsWith('[') ? `${padded} ${head}\n` : `${padded} : ${head}\n`;
  return first + children(session, value, depth, 1);
}

/** The text that stands for a value where a text is needed. */
export const displayText = (session: Session, value: DxValue): string =>
  oneLine(session, value.kind === 'typed' ? { ...value, showsType: false } : value);

/** What stands behind a name; '' for nothing. */
function oneLine(session: Session, value: DxValue): string {
  switch (value.kind) {
    case 'number':
      return value.isHex ? `0x${hex(value.value)}` : `${value.value}`;
    case 'text':
      return value.value;
    case 'boolean':
      return String(value.value);
    case 'object':
      return value.text;
    case 'collection':
      return value.text ?? '';
    case 'method':
      return `[${value.text}]`;
    case 'typed':
      return typedText(session, value.value, value.isHex, value.showsType);
  }
}

/** `0x1190 [Type: void *]` */
function typedText(session: Session, value: TypedValue, isHex?: boolean, showsType = false): string {
  const type = `[Type: ${typeName(value.type)}]`;
  if (value.address === undefined && value.type.kind === 'base' && !showsType) {
    const shown =
      value.real === undefined
        ? numberText(value.type, integerValue(value, session), isHex ?? isSizeOf(value))
        : value.real.toFixed(6);
    return value.type.base === 'bool' ? (integerValue(value, session) ? 'true' : 'false') : shown;
  }
  try {
    const shown = scalar(session, value, isHex);
    return shown === '' ? type : `${shown} ${type}`;
  } catch (error) {
    if (!(error instanceof MemoryError)) throw error;
    return `Unable to read memory at Address 0x${hex(error.address)}`;
  }
}

/** Sizes are counted in hexadecimal. */
const isSizeOf = ({ type }: TypedValue) => type.kind === 'base' && type.base === 'uint' && type.size === 8;

function numberText(type: Type, bits: bigint, isHex: boolean): string {
  return isHex ? `0x${hex(BigInt.asUintN(type.size * 8, bits))}` : `${signedOf(type, bits)}`;
}

function scalar(session: Session, value: TypedValue, isHex?: boolean): string {
  const { type } = value;
  if (type.kind === 'struct' || type.kind === 'array' || type.kind === 'function') return '';
  const bits = integerValue(value, session);
  if (type.kind === 'enum') {
    const number = signedOf(type, bits);
    return `${type.values.find((entry) => entry.value === number)?.name ?? '<unknown>'} (${number})`;
  }
  const text = type.kind === 'pointer' ? pointedText(session.memory, type.target, bits) : undefined;
  if (
    text !== undefined &&
    type.kind === 'pointer' &&
    type.target.kind === 'base' &&
    type.target.base !== 'uchar'
  )
    return `0x${hex(bits)} : ${text}`;
  const shown = numberText(type, bits, isHex ?? !(isSigned(type) || isWide(type)));
  const target = pointed(session, value, bits);
  return target ? `${shown} : ${scalar(session, target)}` : shown + characterText(type, bits);
}

const PRINTABLE = /^[ -~]$/;

/** Counted in decimal although they have no sign. */
const isWide = (type: Type): boolean => type.kind === 'base' && type.base === 'wchar';

/** ` 'C'` behind the number of a character that can be shown. */
function characterText(type: Type, bits: bigint): string {
  if (type.kind !== 'base' || (type.base !== 'char' && !isWide(type))) return '';
  const character = String.fromCharCode(Number(bits & 0xffffn));
  return PRINTABLE.test(character) ? ` '${character}'` : '';
}

/** What a pointer to a plain value leads to; `undefined` for other types, and where nothing can be read. */
function pointed(session: Session, { type }: TypedValue, bits: bigint): TypedValue | undefined {
  if (type.kind !== 'pointer' || type.target.kind !== 'base' || type.target.base === 'void' || bits === 0n)
    return undefined;
  const target = { type: type.target, address: bits };
  return integerOr(session, target) === undefined ? undefined : target;
}

/** A line without a name for what a pointer leads to. */
function pointedLine(session: Session, value: TypedValue, indent: string): string {
  const target = pointed(session, value, integerOr(session, value) ?? 0n);
  return target ? `${indent}${typedText(session, target)}\n` : '';
}

/** Types as the data model writes them: 64-bit integers as `__int64`. */
function typeName(type: Type): string {
  return cppTypeText(type, false)
    .replace(/\bint64\b/g, '__int64')
    .replaceAll('*[', '* [');
}

function children(session: Session, value: DxValue, depth: number, level: number): string {
  if (level > depth) return '';
  const indent = ' '.repeat(level * 4);
  const line = (name: string, child: DxValue) => {
    const shown = oneLine(session, child);
    const separator = shown === '' ? '' : shown.startsWith('[') ? ' ' : ' : ';
    return `${indent}${name.padEnd(NAME_WIDTH)}${separator}${shown}\n${children(session, child, depth, level + 1)}`;
  };
  switch (value.kind) {
    case 'object':
      return value.members.map(({ name, get }) => line(name, get())).join('');
    case 'collection':
      return shortened([...value.entries()], indent, ({ key, value: child }) => line(keyText(key), child));
    case 'text':
      return `${indent}${'Length'.padEnd(NAME_WIDTH)} : 0x${hex(value.value.length)}\n`;
    case 'typed':
      return typedChildren(session, value.value, line, indent);
    default:
      return '';
  }
}

/** A line for each, and a mark where there are more. */
function shortened<T>(all: readonly T[], indent: string, show: (entry: T) => string): string {
  const more = all.length > MOST_CHILDREN ? `${indent}[...]\n` : '';
  return all.slice(0, MOST_CHILDREN).map(show).join('') + more;
}

/** What stands in brackets in front of an entry. */
function keyText(key: bigint | string): string {
  return typeof key === 'string' ? `["${key}"]` : `[0x${hex(key)}]`;
}

/** With the format that stood behind the expression: `d` decimal, `x` hexadecimal. */
export function formatted(value: DxValue, format: string | undefined): DxValue {
  if (format !== 'd' && format !== 'x') return value;
  const isHex = format === 'x';
  if (value.kind === 'number') return { ...value, isHex };
  if (value.kind !== 'typed' || value.value.type.kind !== 'base' || value.value.real !== undefined)
    return value;
  return { ...value, isHex };
}

type Line = (name: string, child: DxValue) => string;

function typedChildren(session: Session, value: TypedValue, line: Line, indent: string): string {
  const { type } = value;
  if (type.kind === 'array') return elements(value, type, line);
  const struct =
    type.kind === 'struct'
      ? type
      : type.kind === 'pointer' && type.target.kind === 'struct'
        ? type.target
        : undefined;
  if (!struct) return pointedLine(session, value, indent);
  const at = type.kind === 'struct' ? value.address! : integerOr(session, value);
  return at === undefined || at === 0n ? '' : fields(struct, at, line, indent);
}

function integerOr(session: Session, value: TypedValue): bigint | undefined {
  try {
    return integerValue(value, session);
  } catch (error) {
    if (error instanceof MemoryError) return undefined;
    throw error;
  }
}

function elements(value: TypedValue, type: ArrayType, line: Line): string {
  const count = Math.min(countOf(type), MOST_CHILDREN);
  return Array.from({ length: count }, (_, i) =>
    line(`[${i}]`, {
      kind: 'typed',
      value: { type: type.element, address: value.address! + BigInt(i * type.element.size) },
    }),
  ).join('');
}

function fields(struct: StructType, at: bigint, line: Line, indent: string): string {
  return struct.fields
    .filter(({ isStatic }) => !isStatic)
    .map((field) => {
      const text = line(field.name, {
        kind: 'typed',
        value: { type: field.type, address: BigInt.asUintN(64, at + BigInt(field.offset)) },
      });
      return `${indent}${place(field)} ${text.slice(indent.length)}`;
    })
    .join('');
}

/** `[+0x460 ( 0: 0)]` */
function place({ offset, type }: Field): string {
  if (type.kind !== 'bitfield') return `[+0x${hex(offset, 3)}]`;
  const last = type.position + type.length - 1;
  return `[+0x${hex(offset, 3)} (${String(last).padStart(2)}:${String(type.position).padStart(2)})]`;
}

/** In front of a row that is more than its members. */
function rowHead(row: DxValue): string {
  const shown = row.kind === 'object' ? row.text : '';
  return shown === '' ? '' : ` : ${shown}`;
}

/** Whether a value has members of its own and nothing that stands for it. */
const isOpaque = (session: Session, value: DxValue): boolean => /^(?:\[.*)?$/.test(oneLine(session, value));

/** What a cell shows: of something with a type its value alone. */
function cellText(session: Session, value: DxValue): string {
  if (isOpaque(session, value)) return '{...}';
  return oneLine(session, value).replace(/ \[Type: [^\]]*\]$/, '');
}

/** How wide a cell wants its column. Only what stands for itself has room behind it. */
const widthOf = (cell: string): number =>
  cell.length + (cell === '{...}' || cell.includes(' : ') ? 1 : GRID_MARGIN);

/** `-g`: a table with a row for each entry and a column for each member. */
export function gridOf(session: Session, value: DxValue): string {
  if (value.kind !== 'collection') return '';
  const all = [...value.entries()];
  const rows = all.slice(0, MOST_CHILDREN);
  const [first] = rows;
  if (first?.value.kind !== 'object') return renderDx(session, '', value, 1);
  const names = first.value.members.map(({ name }) => name);
  const cells = rows.map(({ key, value: row }) => [
    `${keyText(key)}${rowHead(row)}`,
    ...names.map((name) =>
      row.kind === 'object'
        ? cellText(session, row.members.find((member) => member.name === name)?.get() ?? text(''))
        : '',
    ),
  ]);
  if (all.length > rows.length) cells.push(['[...]', ...names.map(() => '')]);
  const heads = ['', ...names];
  const widths = heads.map((head, i) => Math.max(head.length + 1, ...cells.map((row) => widthOf(row[i]!))));
  const row = (values: readonly string[], mark: string) =>
    `${values.map((value, i) => `${i === 0 ? '=' : mark} ${value.padEnd(widths[i]!)}`).join('')}=`;
  const head = row(heads, '=');
  const rule = '='.repeat(head.length);
  return `${[rule, head, rule, ...cells.map((values) => row(values, '-')), rule].join('\n')}\n`;
}
