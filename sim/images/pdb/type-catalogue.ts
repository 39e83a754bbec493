import type { EnumLayout, TypeCatalogue, TypeLayout } from '../../profiles/profile.js';
import { ByteWriter } from '../byte-writer.js';
import type { FunctionSource } from '../spec.js';
import {
  LF_ENUM,
  LF_STRUCTURE,
  LF_UNION,
  PROPERTY_CONTAINS_NESTED,
  PROPERTY_FORWARD_REFERENCE,
  PROPERTY_NESTED,
  SIMPLE_TYPES,
  T_INT4,
  T_NOTYPE,
  T_VOID,
} from './codeview.js';
import { DerivedTypes, remember } from './derived-types.js';
import { FieldList } from './field-list.js';
import type { Member } from './member-tree.js';
import { isUnion, memberTree } from './member-tree.js';
import { writeNumeric } from './codeview-parts.js';
import type { TypeName } from './type-name.js';
import { parseTypeName } from './type-name.js';
import type { SymbolTypes } from './procedures.js';
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
 * Types of a catalogue as type records. Pointers go through forward references, so that types may point at each other
 * and at types nobody knows. Throws an Error that names the type when one contains itself or a type that the catalogue
 * lacks.
 */
export class CatalogueWriter implements SymbolTypes {
  private readonly sizes: TypeSizes;
  private readonly enums = new Map<string, number>();
  private readonly definitions = new Map<string, number | 'begun'>();
  private readonly forwards = new Map<string, number>();
  private readonly derived: DerivedTypes;

  constructor(
    private readonly records: TypeRecords,
    private readonly catalogue: TypeCatalogue,
  ) {
    this.sizes = new TypeSizes(catalogue);
    this.derived = new DerivedTypes(records);
  }

  /** Adds every type of the catalogue, complete, in the catalogue's order; what a type contains comes before it. */
  addAll(): void {
    for (const name of Object.keys(this.catalogue.enums)) this.enumeration(name);
    for (const name of Object.keys(this.catalogue.types)) this.complete(name);
  }

  /** A type that the catalogue lacks is not told: debuggers then show an address without one. */
  variable(type: string): number {
    if (type === 'void') return T_VOID;
    const { base, pointers, isEnum } = parseTypeName(type);
    const isKnown = pointers > 0 || base in SIMPLE_TYPES || base === 'fnptr';
    const { types, enums } = this.catalogue;
    return isKnown || base in (isEnum ? enums : types) ? this.reference(type) : T_NOTYPE;
  }

  procedure({ returns = 'void', parameters = [] }: Partial<FunctionSource> = {}): number {
    const types = parameters.map(({ type }) => this.variable(type));
    return this.derived.procedure(this.variable(returns), types);
  }

  private enumeration(name: string): number {
    const layout = this.catalogue.enums[name];
    if (!layout) throw new Error(`enum ${name} is not in the catalogue`);
    return remember(this.enums, name, () => this.addEnum(name, layout));
  }

  private complete(name: string): number {
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

  private addLayout(name: string, layout: TypeLayout): number {
    const { kind, size } = layout;
    return this.addUdt({ name, kind, size, start: 0, isNested: false }, memberTree(name, layout));
  }

  private addUdt(udt: Udt, members: Member[]): number {
    const fields = new FieldList();
    let properties = udt.isNested ? PROPERTY_NESTED : 0;
    for (const member of members) {
      const isAnonymous = member.members.length > 0;
      const type = isAnonymous ? this.anonymous(udt, member) : this.memberType(udt.name, member);
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
    body.ascii(udt.name).u8(0);
    const isForward = (properties & PROPERTY_FORWARD_REFERENCE) !== 0;
    const kind = udt.kind === 'struct' ? LF_STRUCTURE : LF_UNION;
    return this.records.add(kind, body.bytes, isForward ? undefined : udt.name);
  }

  /** The type of `u1` in `_MMPFN` is `_MMPFN::<unnamed-type-u1>`, as Microsoft's compiler names it. */
  private anonymous(scope: Udt, member: Member): number {
    const udt: Udt = {
      name: `${scope.name}::${unnamedType(member)}`,
      kind: isUnion(member) ? 'union' : 'struct',
      size: this.sizes.anonymousSize(member, scope.start + scope.size - member.offset),
      start: member.offset,
      isNested: true,
    };
    return this.addUdt(udt, member.members);
  }

  private memberType(owner: string, member: Member): number {
    try {
      const type = this.reference(member.type);
      return member.bits ? this.derived.bitField(type, member.bits) : type;
    } catch (error) {
      throw new Error(`${owner}.${member.name}: ${(error as Error).message}`, { cause: error });
    }
  }

  private reference(text: string): number {
    const name = parseTypeName(text);
    let type = this.element(name);
    let bytes = this.sizes.elementSize(name);
    for (const count of name.dimensions.reverse()) {
      bytes *= count;
      type = this.derived.array(type, bytes);
    }
    return type;
  }

  private element({ base, isEnum, pointers }: TypeName): number {
    const simple = SIMPLE_TYPES[base];
    if (simple !== undefined) return this.derived.simplePointer(simple, pointers);
    if (base === 'fnptr') return this.derived.functionPointer();
    if (isEnum) return this.derived.pointer(this.enumeration(base), pointers);
    return pointers > 0 ? this.derived.pointer(this.forward(base), pointers) : this.complete(base);
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
    const body = new ByteWriter()
      .u16(fields.count)
      .u16(properties)
      .u32(underlying)
      .u32(fieldList)
      .ascii(name)
      .u8(0);
    return this.records.add(LF_ENUM, body.bytes, name);
  }
}

function unnamedType(member: Member): string {
  return `<unnamed-type-${member.name}>`;
}
