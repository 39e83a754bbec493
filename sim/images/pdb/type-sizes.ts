import type { TypeCatalogue } from '../../profiles/profile.js';
import type { Member } from './member-tree.js';
import { memberTree } from './member-tree.js';
import type { TypeName } from './type-name.js';
import { parseTypeName } from './type-name.js';

const POINTER_BYTES = 8;

const SCALAR_BYTES: Readonly<Record<string, number>> = {
  u8: 1,
  i8: 1,
  u16: 2,
  i16: 2,
  wchar: 2,
  u32: 4,
  i32: 4,
  f32: 4,
  u64: 8,
  i64: 8,
  f64: 8,
  fnptr: POINTER_BYTES,
};

/** Sizes and alignments, in bytes, of the types that a catalogue speaks of. Throws an Error for unknown ones. */
export class TypeSizes {
  private readonly alignments = new Map<string, number>();

  constructor(private readonly catalogue: TypeCatalogue) {}

  size(type: string): number {
    const name = parseTypeName(type);
    return name.dimensions.reduce((size, count) => size * count, this.elementSize(name));
  }

  /** Size without the dimensions. */
  elementSize({ base, pointers }: TypeName): number {
    return pointers > 0 ? POINTER_BYTES : this.baseSize(base);
  }

  /**
   * Size of a named anonymous member's type: up to the end of its last member, rounded up to its alignment, but no
   * more than the `room` that a packed structure leaves it.
   */
  anonymousSize(member: Member, room = Infinity): number {
    const ends = member.members.map((inner) => inner.offset + this.memberSize(inner));
    const used = Math.max(...ends) - member.offset;
    const alignment = this.memberAlignment(member);
    return member.offset % alignment === 0 ? Math.min(Math.ceil(used / alignment) * alignment, room) : used;
  }

  memberSize(member: Member): number {
    return member.members.length > 0 ? this.anonymousSize(member) : this.size(member.type);
  }

  private memberAlignment(member: Member): number {
    return member.members.length > 0
      ? Math.max(...member.members.map((inner) => this.memberAlignment(inner)))
      : this.alignment(member.type);
  }

  private alignment(type: string): number {
    const { base, pointers } = parseTypeName(type);
    if (pointers > 0) return POINTER_BYTES;
    const layout = this.catalogue.types[base];
    if (!layout) return this.baseSize(base);
    const known = this.alignments.get(base);
    if (known !== undefined) return known;
    let alignment = Math.max(1, ...memberTree(base, layout).map((member) => this.memberAlignment(member)));
    // A packed structure is less aligned than its members; its size tells.
    while (layout.size % alignment !== 0) alignment /= 2;
    this.alignments.set(base, alignment);
    return alignment;
  }

  private baseSize(base: string): number {
    const size = SCALAR_BYTES[base] ?? this.catalogue.types[base]?.size ?? this.catalogue.enums[base]?.size;
    if (size === undefined) throw new Error(`the size of ${base} is not known`);
    return size;
  }
}
