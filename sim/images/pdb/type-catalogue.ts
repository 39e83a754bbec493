import type { EnumLayout, TypeCatalogue, TypeLayout } from '../../profiles/profile.js';
import { ByteWriter } from './byte-writer.js';
import {
  LF_ARGLIST,
  LF_ARRAY,
  LF_BITFIELD,
  LF_ENUM,
  LF_POINTER,
  LF_PROCEDURE,
  LF_STRUCTURE,
  LF_UNION,
  POINTER_64,
  PROPERTY_CONTAINS_NESTED,
  PROPERTY_FORWARD_REFERENCE,
  PROPERTY_NESTED,
  SIMPLE_POINTER_64,
  SIMPLE_TYPES,
  T_INT4,
  T_UQUAD,
  T_VOID,
} from './codeview.js';
import { FieldList } from './field-list.js';
import type { Member } from './member-tree.js';
import { isUnion, memberTree } from './member-tree.js';
import { writeNumeric } from './numeric-leaf.js';
import { parseTypeName } from './type-name.js';
import { TypeSizes } from './type-sizes.js';
import type { TypeRecords } from './type-records.js';

interface Udt {
  name: string;
  kind: 'struct' | 'union';
  size: number;
  /** Offset that the members' offsets count from. */
  start: number;
  isNested: boolean;
}

/**
 * Adds every type of the catalogue, complete, in the catalogue's order; what a type contains comes before it.
 * Pointers go through forward references, so that types may point at each other and at types nobody knows.
 * Throws an Error that names the type when one contains itself or a type that the catalogue lacks.
 */
export function addCatalogue(records: TypeRecords, catalogue: TypeCatalogue): void {
  const writer = new CatalogueWriter(records, catalogue);
  for (const name of Object.keys(catalogue.enums)) writer.enumeration(name);
  for (const name of Object.keys(catalogue.types)) writer.complete(name);
}

class CatalogueWriter {
  private readonly sizes: TypeSizes;
  private readonly enums = new Map<string, number>();
  private readonly definitions = new Map<string, number | 'begun'>();
  private readonly forwards = new Map<string, number>();
  /** Pointers, arrays and bit fields, by what they are made of: each is written once. */
  private readonly derived = new Map<string, number>();

  constructor(
    private readonly records: TypeRecords,
    private readonly catalogue: TypeCatalogue,
  ) {
    this.sizes = new TypeSizes(catalogue);
  }

  enumeration(name: string): number {
    const layout = this.catalogue.enums[name];
    if (!layout) throw new Error(`enum ${name} is not in the catalogue`);
    return remember(this.enums, name, () => this.addEnum(name, layout));
  }

  complete(name: string): number {
    const known = this.definitions.get(name);
    if (known === 'begun') throw new Error(`${name} contains itself`);
    if (known !== undefined) return known;
    const layout = this.catalogue.types[name];
    if (!layout) throw new Error(`${name} is not in the catalogue`);
    this.definitions.set(name, 'begun');
    const index = this.addLayout(name, layout);
    this.definitions.set(name, index);
    return index;
  }

  private addLayout(name: string, { kind, size, ...layout }: TypeLayout): number {
    const members = memberTree(name, { kind, size, ...layout });
    return this.addUdt({ name, kind, size, start: 0, isNested: false }, members);
  }

  private addUdt(udt: Udt, members: Member[]): number {
    const fields = new FieldList();
    let properties = udt.isNested ? PROPERTY_NESTED : 0;
    for (const member of members) {
      const isAnonymous = member.members.length > 0;
      const type = isAnonymous ? this.anonymous(udt.name, member) : this.memberType(udt.name, member);
      if (isAnonymous) {
        properties |= PROPERTY_CONTAINS_NESTED;
        fields.nestedType(unnamedType(member), type);
      }
      fields.member(member.name, type, member.offset - udt.start);
    }
    return this.addUdtRecord(udt, fields.count, fields.addTo(this.records), properties);
  }

  private addUdtRecord(udt: Udt, count: number, fieldList: number, properties: number): number {
    const body = new ByteWriter().u16(count).u16(properties).u32(fieldList);
    const derivationList = 0;
    const vtableShape = 0;
    if (udt.kind === 'struct') body.u32(derivationList).u32(vtableShape);
    writeNumeric(body, udt.size);
    body.text(udt.name);
    const isForward = (properties & PROPERTY_FORWARD_REFERENCE) !== 0;
    const kind = udt.kind === 'struct' ? LF_STRUCTURE : LF_UNION;
    return this.records.add(kind, body.written(), isForward ? undefined : udt.name);
  }

  /** The type of `u1` in `_MMPFN` is `_MMPFN::<unnamed-type-u1>`, as Microsoft's compiler names it. */
  private anonymous(scope: string, member: Member): number {
    const udt: Udt = {
      name: `${scope}::${unnamedType(member)}`,
      kind: isUnion(member) ? 'union' : 'struct',
      size: this.sizes.anonymousSize(member),
      start: member.offset,
      isNested: true,
    };
    return this.addUdt(udt, member.members);
  }

  private memberType(owner: string, member: Member): number {
    try {
      const type = this.reference(member.type);
      return member.bits ? this.bitField(type, member.bits) : type;
    } catch (error) {
      throw new Error(`${owner}.${member.name}: ${(error as Error).message}`, { cause: error });
    }
  }

  private reference(text: string): number {
    const { base, isEnum, pointers, dimensions } = parseTypeName(text);
    let type = this.pointed(base, isEnum, pointers);
    let bytes = this.sizes.size(text.replace(/\[.*/, ''));
    for (const count of dimensions.reverse()) {
      bytes *= count;
      type = this.array(type, bytes);
    }
    return type;
  }

  private pointed(base: string, isEnum: boolean, pointers: number): number {
    const simple = SIMPLE_TYPES[base];
    let type: number;
    let left = pointers;
    if (base === 'fnptr') type = this.functionPointer();
    else if (isEnum) type = this.enumeration(base);
    else if (simple !== undefined && left > 0) {
      type = simple | SIMPLE_POINTER_64;
      left--;
    } else type = simple ?? (left > 0 ? this.forward(base) : this.complete(base));
    for (; left > 0; left--) type = this.pointer(type);
    return type;
  }

  private forward(name: string): number {
    return remember(this.forwards, name, () => {
      const kind = this.catalogue.types[name]?.kind ?? 'struct';
      return this.addUdtRecord(
        { name, kind, size: 0, start: 0, isNested: false },
        0,
        0,
        PROPERTY_FORWARD_REFERENCE,
      );
    });
  }

  private addEnum(name: string, layout: EnumLayout): number {
    const fields = new FieldList();
    for (const [enumerator, value] of Object.entries(layout.values)) fields.enumerator(enumerator, value);
    const fieldList = fields.addTo(this.records);
    // C enums are ints; a narrower one was declared with its type.
    const underlying = layout.size === 4 ? T_INT4 : SIMPLE_TYPES[`u${layout.size * 8}`];
    if (underlying === undefined) throw new Error(`enum ${name} cannot have ${layout.size} bytes`);
    const properties = 0;
    const body = new ByteWriter().u16(fields.count).u16(properties).u32(underlying).u32(fieldList).text(name);
    return this.records.add(LF_ENUM, body.written(), name);
  }

  private pointer(target: number): number {
    return remember(this.derived, `*${target}`, () =>
      this.records.add(LF_POINTER, new ByteWriter().u32(target).u32(POINTER_64).written()),
    );
  }

  private array(element: number, bytes: number): number {
    return remember(this.derived, `[${element},${bytes}`, () => {
      const body = new ByteWriter().u32(element).u32(T_UQUAD);
      writeNumeric(body, bytes);
      return this.records.add(LF_ARRAY, body.text('').written());
    });
  }

  private bitField(type: number, { position, length }: { position: number; length: number }): number {
    return remember(this.derived, `:${type},${position},${length}`, () =>
      this.records.add(LF_BITFIELD, new ByteWriter().u32(type).u8(length).u8(position).written()),
    );
  }

  /** The catalogue knows of functions only that they are: `void (*)(void)`. */
  private functionPointer(): number {
    return remember(this.derived, 'fnptr', () => {
      const parameters = 0;
      const list = this.records.add(LF_ARGLIST, new ByteWriter().u32(parameters).written());
      const callingConvention = 0;
      const attributes = 0;
      const body = new ByteWriter()
        .u32(T_VOID)
        .u8(callingConvention)
        .u8(attributes)
        .u16(parameters)
        .u32(list);
      return this.pointer(this.records.add(LF_PROCEDURE, body.written()));
    });
  }
}

function unnamedType(member: Member): string {
  return `<unnamed-type-${member.name}>`;
}

function remember<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}
