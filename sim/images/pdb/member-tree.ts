import type { TypeLayout } from '../../profiles/profile.js';

/** A member, and the members of the named anonymous structure or union that it is, if it is one. */
export interface Member {
  name: string;
  /** Bytes from the start of the outermost structure. */
  offset: number;
  type: string;
  bits?: { position: number; length: number };
  members: Member[];
}

/** Turns the catalogue's dotted names (`u1.e1.Flags`) into a tree. Throws an Error when a parent is missing. */
export function memberTree(typeName: string, layout: TypeLayout): Member[] {
  const roots: Member[] = [];
  const byPath = new Map<string, Member>();
  for (const [path, [offset, type, position, length]] of Object.entries(layout.fields)) {
    const dot = path.lastIndexOf('.');
    const member: Member = { name: path.slice(dot + 1), offset, type, members: [] };
    if (position !== undefined && length !== undefined) member.bits = { position, length };
    byPath.set(path, member);
    if (dot < 0) {
      roots.push(member);
      continue;
    }
    const parent = byPath.get(path.slice(0, dot));
    if (!parent) throw new Error(`${typeName}: '${path}' stands before its parent`);
    parent.members.push(member);
  }
  return roots;
}

/**
 * Whether an anonymous member is a union, which the catalogue does not say: it is one when a member after the first
 * starts where the first did, except where that is the next bit of the same word.
 */
export function isUnion({ offset: start, members }: Member): boolean {
  return members.slice(1).some(({ offset, bits }) => offset === start && (bits?.position ?? 0) === 0);
}
