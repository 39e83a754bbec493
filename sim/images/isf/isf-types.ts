import type { TypeCatalogue } from '../../profiles/profile.js';
import type { Member } from '../pdb/member-tree.js';
import { isUnion, memberTree } from '../pdb/member-tree.js';
import { parseTypeName } from '../pdb/type-name.js';
import { TypeSizes } from '../pdb/type-sizes.js';
import { ISF_INT, ISF_SCALARS } from './base-types.js';

export type IsfType =
  | { kind: 'base' | 'struct' | 'union' | 'enum'; name: string }
  | { kind: 'pointer'; subtype: IsfType }
  | { kind: 'array'; count: number; subtype: IsfType }
  | { kind: 'bitfield'; bit_position: number; bit_length: number; type: IsfType }
  | { kind: 'function' };

export interface IsfUserType {
  kind: 'struct' | 'union';
  size: number;
  fields: Record<string, { offset: number; type: IsfType }>;
}

export interface IsfEnum {
  size: number;
  base: string;
  constants: Record<string, number>;
}

const VOID: IsfType = { kind: 'base', name: 'void' };

/**
 * The types of a catalogue in ISF's words. A pointer to a type that the catalogue lacks is a pointer to void: readers
 * resolve every name that they meet. Throws an Error for a type outside of the profiles' grammar.
 */
export class IsfTypes {
  readonly userTypes: Record<string, IsfUserType> = {};
  readonly enums: Record<string, IsfEnum> = {};
  private readonly sizes: TypeSizes;

  constructor(private readonly catalogue: TypeCatalogue) {
    this.sizes = new TypeSizes(catalogue);
    for (const [name, { size, values }] of Object.entries(catalogue.enums)) {
      // C enums are ints; a narrower one was declared with its type.
      const base = size === 4 ? ISF_INT : ISF_SCALARS[`u${size * 8}`];
      if (base === undefined) throw new Error(`enum ${name} cannot have ${size} bytes`);
      this.enums[name] = { size, base, constants: values };
    }
    for (const [name, layout] of Object.entries(catalogue.types))
      this.add(name, layout.kind, layout.size, 0, memberTree(name, layout));
  }

  /** A type as the profiles spell it: `_LIST_ENTRY`, `_KPRCB*[256]`. */
  reference(text: string): IsfType {
    const { base, isEnum, pointers, dimensions } = parseTypeName(text);
    let type = this.element(base, isEnum);
    for (let level = 0; level < pointers; level++) type = { kind: 'pointer', subtype: type };
    for (const count of dimensions.reverse()) type = { kind: 'array', count, subtype: type };
    return type;
  }

  private element(base: string, isEnum: boolean): IsfType {
    if (base === 'fnptr') return { kind: 'pointer', subtype: { kind: 'function' } };
    const scalar = ISF_SCALARS[base];
    if (scalar !== undefined) return { kind: 'base', name: scalar };
    if (isEnum) return base in this.catalogue.enums ? { kind: 'enum', name: base } : VOID;
    const layout = this.catalogue.types[base];
    return layout ? { kind: layout.kind, name: base } : VOID;
  }

  private add(
    name: string,
    kind: IsfUserType['kind'],
    size: number,
    start: number,
    members: readonly Member[],
  ): void {
    const fields: IsfUserType['fields'] = {};
    for (const member of members)
      fields[member.name] = {
        offset: member.offset - start,
        type: this.memberType(name, member, start + size),
      };
    this.userTypes[name] = { kind, size, fields };
  }

  private memberType(owner: string, member: Member, end: number): IsfType {
    if (member.members.length > 0) {
      const kind = isUnion(member) ? 'union' : 'struct';
      const name = `${owner}::<unnamed-type-${member.name}>`;
      this.add(
        name,
        kind,
        this.sizes.anonymousSize(member, end - member.offset),
        member.offset,
        member.members,
      );
      return { kind, name };
    }
    const type = this.reference(member.type);
    if (!member.bits) return type;
    return { kind: 'bitfield', bit_position: member.bits.position, bit_length: member.bits.length, type };
  }
}
