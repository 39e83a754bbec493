import { hex } from '../format/numbers.js';
import type { Session } from '../session.js';
import { countOf, type Field, type StructType, type Type } from '../types/type.js';
import { CommandError } from './command.js';
import {
  declared,
  fieldHead,
  fieldText,
  readable,
  summaryLine,
  type DisplayOptions,
} from './struct-display.js';

/** Fields that somebody asks for. */
export interface FieldSpec {
  /** `ActiveProcessLinks.Flink` as parts; an empty last part means all inner fields. */
  path: string[];
  text: string;
  isPrefix: boolean;
}

/** @param text as it was typed: `Pcb.Header.`, `LockQueue[1].Lock`, `Image*` */
export function fieldSpec(text: string, isPrefix: boolean): FieldSpec {
  return { path: text.split('.'), text, isPrefix };
}

/** Of the names, as far as they were typed. */
export function widthOf(specs: readonly FieldSpec[]): number {
  return Math.max(0, ...specs.map(({ text }) => text.replace('*', '').length));
}

/** The fields of a structure that were asked for. @throws CommandError when there are none */
export function chosenFields(
  session: Session,
  type: StructType,
  specs: readonly FieldSpec[],
  at: bigint | undefined,
  given: DisplayOptions,
  width = widthOf(specs),
): string {
  const chooser = new Chooser(session, { ...given, width, depth: 0 });
  const shown = chooser.fields(type, specs, at, 1);
  if (shown === '') throw new CommandError('Cannot find specified field members.\n');
  const note = chooser.isFound ? '' : 'Cannot find specified field members.\n';
  return (given.compact ? `${shown}\n` : shown) + note + unreadableNote(session, type, specs, at);
}

/** The first of the fields that cannot be read. */
function unreadableNote(
  session: Session,
  type: StructType,
  specs: readonly FieldSpec[],
  at: bigint | undefined,
): string {
  if (at === undefined) return '';
  const lost = type.fields.find(
    (field) =>
      field.type.kind !== 'array' &&
      specs.some((spec) => fits(field, spec)) &&
      session.memory.read(BigInt.asUintN(64, at + BigInt(field.offset)), 1).length === 0,
  );
  if (!lost) return '';
  const offset = lost.type.kind === 'struct' ? 0 : lost.offset;
  return `Memory read error ${hex(BigInt.asUintN(64, at + BigInt(offset)), 16)}\n`;
}

/** Whether a path begins with a field. One that goes on beyond it may name only the field's beginning. */
function fits({ name }: Field, { path, isPrefix }: FieldSpec): boolean {
  const part = (path[0] ?? '').replace(/\[\d+\]$/, '').toLowerCase();
  const own = name.toLowerCase();
  if (part.endsWith('*')) return own.startsWith(part.slice(0, -1));
  return isPrefix || path.length > 1 ? own.startsWith(part) : own === part;
}

class Chooser {
  readonly #session: Session;
  readonly #options: DisplayOptions;
  /** Whether any path led to its end. */
  isFound = false;

  constructor(session: Session, options: DisplayOptions) {
    this.#session = session;
    this.#options = options;
  }

  fields(type: StructType, specs: readonly FieldSpec[], at: bigint | undefined, level: number): string {
    return type.fields
      .filter(({ isStatic }) => !isStatic)
      .map((field) => {
        const fitting = specs.filter((spec) => fits(field, spec));
        return fitting.length === 0 ? '' : this.#field(field, fitting, at, level);
      })
      .join('');
  }

  #field(field: Field, specs: readonly FieldSpec[], at: bigint | undefined, level: number): string {
    const deeper = specs.filter(({ path }) => path.length > 1);
    const place = at === undefined ? undefined : BigInt.asUintN(64, at + BigInt(field.offset));
    const index = /\[(\d+)\]$/.exec(specs[0]!.path[0]!)?.[1];
    const { type } = field;
    if (deeper.length === 0) {
      this.isFound = true;
      if (index === undefined || type.kind !== 'array')
        return fieldText(this.#session, field, at, this.#options, level);
      return this.#line(field, level, this.#element(type, Number(index), place));
    }
    if (type.kind === 'pointer' && type.target.kind === 'struct') return this.#line(field, level, '');
    const inner = type.kind === 'array' ? type.element : type;
    if (inner.kind !== 'struct') return fieldText(this.#session, field, at, this.#options, level);
    const start =
      place === undefined ? undefined : BigInt.asUintN(64, place + BigInt(Number(index ?? 0) * inner.size));
    const summary = start === undefined ? '' : summaryLine(this.#session, inner, start).trimEnd();
    const number = type.kind === 'array' ? `[${index ?? countOf(type)}] ` : '';
    return this.#line(field, level, number + summary) + this.#inner(inner, deeper, start, level + 1);
  }

  #inner(type: StructType, specs: readonly FieldSpec[], at: bigint | undefined, level: number): string {
    const rest = specs.map((spec) => ({ ...spec, path: spec.path.slice(1) }));
    if (!rest.some(({ path }) => path[0] === '')) return this.fields(type, rest, at, level);
    this.isFound = true;
    const all: FieldSpec = { path: [''], text: '', isPrefix: true };
    return this.fields(type, [...rest.filter(({ path }) => path[0] !== ''), all], at, level);
  }

  #element(type: Extract<Type, { kind: 'array' }>, index: number, at: bigint | undefined): string {
    const { element } = type;
    const value =
      at === undefined
        ? declared(element, this.#options)
        : readable(
            this.#session,
            element,
            BigInt.asUintN(64, at + BigInt(index * element.size)),
            this.#options,
          );
    return `[${index}] ${value}`;
  }

  #line(field: Field, level: number, text: string): string {
    return `${fieldHead(field, this.#options, level)} : ${text}\n`;
  }
}
