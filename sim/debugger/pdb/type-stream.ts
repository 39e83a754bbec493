import { record, viewOf } from '../files/record.js';
import { SortedNames } from '../files/sorted-names.js';
import {
  VOID,
  type ArrayType,
  type BitfieldType,
  type EnumType,
  type Field,
  type PointerType,
  type StructType,
  type Type,
} from '../types/type.js';
import { Cursor } from './cursor.js';
import { simpleType } from './simple-types.js';

/** Header of the TPI stream. Source: LLVM, docs/PDB/TpiStream.rst. */
const HEADER = record(0x38, {
  HeaderSize: [0x4, 'u32'],
  TypeIndexBegin: [0x8, 'u32'],
  TypeIndexEnd: [0xc, 'u32'],
  TypeRecordBytes: [0x10, 'u32'],
});

/** Leaves of type records. Source: LLVM, CodeView/CodeViewTypes.def. */
const LF = {
  MODIFIER: 0x1001,
  POINTER: 0x1002,
  PROCEDURE: 0x1008,
  ARGLIST: 0x1201,
  MFUNCTION: 0x1009,
  FIELDLIST: 0x1203,
  BITFIELD: 0x1205,
  METHODLIST: 0x1206,
  BCLASS: 0x1400,
  VBCLASS: 0x1401,
  IVBCLASS: 0x1402,
  INDEX: 0x1404,
  VFUNCTAB: 0x1409,
  ENUMERATE: 0x1502,
  ARRAY: 0x1503,
  CLASS: 0x1504,
  STRUCTURE: 0x1505,
  UNION: 0x1506,
  ENUM: 0x1507,
  MEMBER: 0x150d,
  STMEMBER: 0x150e,
  METHOD: 0x150f,
  NESTTYPE: 0x1510,
  ONEMETHOD: 0x1511,
} as const;
const FORWARD_REFERENCE = 1 << 7;
const POINTER_BYTES_SHIFT = 13;
/** Types inside of types: a damaged PDB could nest them without end. */
const DEEPEST = 64;
const MOST_FIELDS = 0x4000;
const MOST_PARAMETERS = 64;

/** Types of a PDB, made from their records when they are asked for. */
export class TypeStream {
  readonly #bytes: Uint8Array;
  readonly #first: number;
  readonly #offsets: Uint32Array;
  readonly #made = new Map<number, Type>();
  /** Index of each named type's definition, in the order of the stream. */
  #names: Map<string, number> | undefined;
  #depth = 0;

  constructor(bytes: Uint8Array) {
    if (bytes.length < HEADER.size) {
      this.#bytes = new Uint8Array(0);
      this.#first = 0x1000;
      this.#offsets = new Uint32Array(0);
      return;
    }
    const header = HEADER.read(bytes);
    this.#bytes = bytes.subarray(header.HeaderSize, header.HeaderSize + header.TypeRecordBytes);
    this.#first = header.TypeIndexBegin;
    this.#offsets = recordOffsets(this.#bytes);
  }

  /** Names of all defined types, in the order of the stream. */
  get names(): IterableIterator<string> {
    return this.#named().keys();
  }

  /** Names of all types in the order of the stream: where they are defined, or else where they are referred to first. */
  get allNames(): Set<string> {
    const defined = this.#named();
    const names = new Set<string>();
    for (let i = 0; i < this.#offsets.length; i++) {
      const name = this.#nameAt(i, true);
      if (name === undefined) continue;
      const definition = defined.get(name);
      if (definition === undefined || definition === this.#first + i) names.add(name);
    }
    return names;
  }

  #sorted: SortedNames<string> | undefined;

  /** Names of defined types that begin so, in alphabetical order. */
  startingWith(beginning: string, most: number): string[] {
    this.#sorted ??= new SortedNames(this.names, (name) => name);
    return this.#sorted.startingWith(beginning, most);
  }

  /** A struct, union, class or enum by its name. */
  find(name: string): StructType | EnumType | undefined {
    const index = this.#named().get(name) ?? this.#namedWithoutCase().get(name.toLowerCase());
    return index === undefined ? undefined : (this.type(index) as StructType | EnumType);
  }

  #lowerNames: Map<string, number> | undefined;

  #namedWithoutCase(): Map<string, number> {
    this.#lowerNames ??= new Map(
      [...this.#named()].reverse().map(([name, index]) => [name.toLowerCase(), index]),
    );
    return this.#lowerNames;
  }

  #named(): Map<string, number> {
    if (!this.#names) {
      this.#names = new Map();
      for (let i = 0; i < this.#offsets.length; i++) {
        const name = this.#nameAt(i, false);
        if (name !== undefined && !this.#names.has(name)) this.#names.set(name, this.#first + i);
      }
    }
    return this.#names;
  }

  #record(position: number): { leaf: number; cursor: Cursor } {
    const start = this.#offsets[position]!;
    const length = viewOf(this.#bytes).getUint16(start, true);
    const cursor = new Cursor(this.#bytes.subarray(start + 2, start + 2 + length));
    return { leaf: cursor.u16(), cursor };
  }

  #nameAt(position: number, alsoReferences: boolean): string | undefined {
    const { leaf, cursor } = this.#record(position);
    const isEnum = leaf === LF.ENUM;
    if (!isEnum && leaf !== LF.STRUCTURE && leaf !== LF.CLASS && leaf !== LF.UNION) return undefined;
    cursor.skip(2);
    if (cursor.u16() & FORWARD_REFERENCE && !alsoReferences) return undefined;
    if (isEnum) cursor.skip(8);
    else {
      cursor.skip(leaf === LF.UNION ? 4 : 12);
      cursor.number();
    }
    return cursor.text();
  }

  /** The type with an index; void for one that the PDB does not have. */
  type(index: number): Type {
    if (index < 0x1000) return simpleType(index);
    const made = this.#made.get(index);
    if (made) return made;
    const position = index - this.#first;
    if (position < 0 || position >= this.#offsets.length || this.#depth > DEEPEST) return VOID;
    this.#depth++;
    try {
      return this.#make(index, position);
    } finally {
      this.#depth--;
    }
  }

  #make(index: number, position: number): Type {
    const { leaf, cursor } = this.#record(position);
    const keep = <T extends Type>(type: T): T => {
      this.#made.set(index, type);
      return type;
    };
    switch (leaf) {
      case LF.MODIFIER:
        return keep(this.type(cursor.u32()));
      case LF.POINTER: {
        const target = cursor.u32();
        const size = (cursor.u32() >> POINTER_BYTES_SHIFT) & 0x3f || 8;
        return keep(this.#lazyPointer(target, size));
      }
      case LF.ARRAY: {
        const element = cursor.u32();
        cursor.skip(4);
        return keep({
          kind: 'array',
          size: Number(cursor.number()),
          element: this.type(element),
        } satisfies ArrayType);
      }
      case LF.BITFIELD: {
        const base = this.type(cursor.u32());
        const length = cursor.u8();
        return keep({
          kind: 'bitfield',
          size: base.size,
          base,
          length,
          position: cursor.u8(),
        } satisfies BitfieldType);
      }
      case LF.PROCEDURE:
      case LF.MFUNCTION: {
        const list = cursor.skip(leaf === LF.PROCEDURE ? 8 : 20).u32();
        const parameters = once(() => this.#parameters(list));
        return keep({
          kind: 'function',
          size: 0,
          get parameters() {
            return parameters();
          },
        });
      }
      case LF.CLASS:
      case LF.STRUCTURE:
      case LF.UNION:
        return this.#struct(leaf, cursor, keep);
      case LF.ENUM:
        return this.#enum(cursor, keep);
      default:
        return keep(VOID);
    }
  }

  #lazyPointer(target: number, size: number): PointerType {
    const resolve = once(() => this.type(target));
    return {
      kind: 'pointer',
      size,
      get target() {
        return resolve();
      },
    };
  }

  #struct(leaf: number, cursor: Cursor, keep: <T extends Type>(type: T) => T): Type {
    const elements = cursor.u16();
    const properties = cursor.u16();
    const fieldList = cursor.u32();
    if (leaf !== LF.UNION) cursor.skip(8);
    const size = Number(cursor.number());
    const name = cursor.text();
    if (properties & FORWARD_REFERENCE) {
      const defined = this.#named().get(name);
      if (defined !== undefined) return keep(this.type(defined));
    }
    const fields = once(() => this.#fields(fieldList));
    const keyword = leaf === LF.UNION ? 'union' : leaf === LF.CLASS ? 'class' : 'struct';
    return keep({
      kind: 'struct',
      keyword,
      name,
      size,
      elements,
      get fields() {
        return fields();
      },
    } satisfies StructType);
  }

  #enum(cursor: Cursor, keep: <T extends Type>(type: T) => T): Type {
    cursor.skip(2);
    const properties = cursor.u16();
    const base = this.type(cursor.u32());
    const fieldList = cursor.u32();
    const name = cursor.text();
    if (properties & FORWARD_REFERENCE) {
      const defined = this.#named().get(name);
      if (defined !== undefined) return keep(this.type(defined));
    }
    const values = once(() => this.#enumerators(fieldList));
    return keep({
      kind: 'enum',
      name,
      size: base.size,
      base,
      get values() {
        return values();
      },
    } satisfies EnumType);
  }

  #parameters(list: number): Type[] {
    const position = list - this.#first;
    if (position < 0 || position >= this.#offsets.length) return [];
    const { leaf, cursor } = this.#record(position);
    if (leaf !== LF.ARGLIST) return [];
    const count = Math.min(cursor.u32(), MOST_PARAMETERS);
    return Array.from({ length: count }, () => this.type(cursor.u32()));
  }

  #fields(list: number): Field[] {
    const fields: Field[] = [];
    for (const { leaf, name, type, offset } of this.#members(list)) {
      if (leaf === LF.BCLASS) {
        const base = this.type(type);
        if (base.kind === 'struct')
          fields.push(...base.fields.map((field) => ({ ...field, offset: field.offset + Number(offset) })));
      } else if (leaf === LF.MEMBER) fields.push({ name, offset: Number(offset), type: this.type(type) });
      else if (leaf === LF.STMEMBER) fields.push({ name, offset: 0, type: this.type(type), isStatic: true });
      else if (leaf === LF.VFUNCTAB) fields.push({ name: '__VFN_table', offset: 0, type: this.type(type) });
    }
    return fields;
  }

  #enumerators(list: number): EnumType['values'] {
    return [...this.#members(list)]
      .filter(({ leaf }) => leaf === LF.ENUMERATE)
      .map(({ name, offset }) => ({ name, value: offset }));
  }

  /** Entries of a field list and of those that continue it. */
  *#members(list: number): Iterable<{ leaf: number; name: string; type: number; offset: bigint }> {
    const seen = new Set<number>();
    for (let next: number | undefined = list, count = 0; next !== undefined && !seen.has(next);) {
      seen.add(next);
      const position: number = next - this.#first;
      next = undefined;
      if (position < 0 || position >= this.#offsets.length) return;
      const { leaf: kind, cursor } = this.#record(position);
      if (kind !== LF.FIELDLIST) return;
      while (!cursor.ended && count++ < MOST_FIELDS) {
        while (!cursor.ended && cursor.bytes[cursor.at]! >= 0xf0) cursor.at++; // LF_PADn
        if (cursor.ended) break;
        const leaf = cursor.u16();
        const attributes = leaf === LF.INDEX ? cursor.skip(2) && 0 : cursor.u16();
        const entry = readMember(leaf, attributes, cursor);
        if (entry === undefined) return;
        if (leaf === LF.INDEX) next = entry.type;
        else yield { leaf, ...entry };
      }
    }
  }
}

/** A value that is made when it is asked for the first time. */
function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

const INTRODUCING = [4, 6]; // method kinds that bring a vtable offset

function readMember(leaf: number, attributes: number, cursor: Cursor) {
  switch (leaf) {
    case LF.INDEX:
    case LF.VFUNCTAB:
      return { type: cursor.u32(), offset: 0n, name: '' };
    case LF.MEMBER: {
      const type = cursor.u32();
      const offset = cursor.number();
      return { type, offset, name: cursor.text() };
    }
    case LF.STMEMBER:
    case LF.NESTTYPE:
    case LF.METHOD:
      return { type: cursor.u32(), offset: 0n, name: cursor.text() };
    case LF.ENUMERATE: {
      const offset = cursor.number();
      return { type: 0, offset, name: cursor.text() };
    }
    case LF.BCLASS: {
      const type = cursor.u32();
      return { type, offset: cursor.number(), name: '' };
    }
    case LF.VBCLASS:
    case LF.IVBCLASS: {
      const type = cursor.u32();
      cursor.skip(4);
      const offset = cursor.number();
      cursor.number();
      return { type, offset, name: '' };
    }
    case LF.ONEMETHOD: {
      const type = cursor.u32();
      if (INTRODUCING.includes((attributes >> 2) & 7)) cursor.skip(4);
      return { type, offset: 0n, name: cursor.text() };
    }
    default:
      return undefined;
  }
}

function recordOffsets(bytes: Uint8Array): Uint32Array {
  const view = viewOf(bytes);
  const offsets: number[] = [];
  for (let at = 0; at + 4 <= bytes.length;) {
    const length = view.getUint16(at, true);
    if (length < 2 || at + 2 + length > bytes.length) break;
    offsets.push(at);
    at += 2 + length;
  }
  return Uint32Array.from(offsets);
}
