import { hex } from '../format/numbers.js';
import type { Session } from '../session.js';
import type { Field, StructType, Type } from '../types/type.js';
import type { Evidence } from './explanation.js';

const MOST_LEVELS = 8;

/** A name of a structure with the module that describes the system's. */
export const typeName = (session: Session, name: string) => `${session.mainModule?.name ?? 'nt'}!${name}`;

/** `Tcb.Header+0x8`: which field of a structure lies at an offset, of those that share it the first; '' for none. */
export function fieldAt(struct: StructType, offset: number): string {
  let path = '';
  let type: Type = struct;
  let rest = offset;
  for (let level = 0; level < MOST_LEVELS; level++) {
    if (type.kind === 'struct') {
      const field: Field | undefined = type.fields.find(
        (each) => !each.isStatic && rest >= each.offset && rest < each.offset + each.type.size,
      );
      if (!field) break;
      path += `${path && '.'}${field.name}`;
      rest -= field.offset;
      type = field.type;
    } else if (type.kind === 'array' && type.element.size > 0) {
      path += `[${Math.floor(rest / type.element.size)}]`;
      rest %= type.element.size;
      type = type.element;
    } else break;
  }
  return path && rest > 0 ? `${path}+0x${hex(rest)}` : path;
}

/** Evidence of which field an address is, of a structure that begins before it. */
export function fieldEvidence(session: Session, type: string, start: bigint, at: bigint): Evidence[] {
  const found = session.type(type);
  const offset = at - start;
  const field = found?.kind === 'struct' ? fieldAt(found, Number(offset)) : '';
  return [
    { label: 'offset in it', value: `0x${hex(offset)}${field && `, ${field}`}` },
    ...(found ? [{ label: 'structure', value: type, command: `dt ${type} ${hex(start)}` }] : []),
  ];
}
