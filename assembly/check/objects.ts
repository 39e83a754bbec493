// Object headers and the table of types that their encoded indices lead to.
import { NT } from '../generated/symbols';
import { Rule, Visited } from '../generated/rules';
import { OBJECT_HEADER, OBJECT_TYPE } from '../generated/types';
import { offsetOf } from '../layout/fields';
import { addressOf } from '../kernel/symbols';
import { expect } from './expect';
import { isText } from './modules';
import { peek64, peek8, value } from './memory';
import { broken, disagree, visit } from './report';

export const FIRST_INDEX: u32 = 2; // 0 and 1 of nt!ObTypeIndexTable are not types
const LAST_INDEX: u32 = 255;

let typeCount: u32 = 0;
let cookie: u32 = 0;

/** Checks nt!ObTypeIndexTable. To be called before headers are looked at. */
export function checkTypes(): void {
  cookie = peek8(addressOf(NT.ObHeaderCookie));
  typeCount = 0;
  for (let index = FIRST_INDEX; index <= LAST_INDEX; index++) {
    const type = typeAt(index);
    if (broken() || type == 0) return;
    typeCount = index + 1 - FIRST_INDEX;
    if (!expect(Rule.TypeIsAtItsIndex, type, OBJECT_TYPE.Index, index)) return;
    if (!isText(type + offsetOf(OBJECT_TYPE.Name))) {
      disagree(Rule.TypeHasAName, type, OBJECT_TYPE.Name, 1, 0);
      return;
    }
    if (!expectType(type, typeAt(FIRST_INDEX))) return;
    visit(Visited.Types);
  }
}

/** Address of the OBJECT_TYPE with an index. */
export function typeAt(index: u32): u64 {
  return peek64(addressOf(NT.ObTypeIndexTable) + u64(index) * 8);
}

/** Index of the type that the header before `body` decodes to; 0, and a finding, when there is no such type. */
export function typeIndexOf(body: u64): u32 {
  const header = body - offsetOf(OBJECT_HEADER.Body);
  const encoded = u32(value(header, OBJECT_HEADER.TypeIndex));
  if (broken()) return 0;
  const index = (encoded ^ cookie ^ u32(header >> 8)) & 0xff;
  if (index - FIRST_INDEX < typeCount) return index;
  disagree(Rule.ObjectHasAType, header, OBJECT_HEADER.TypeIndex, FIRST_INDEX, index);
  return 0;
}

/** Address of the OBJECT_TYPE that the header before `body` decodes to; 0, and a finding, when there is no such type. */
export function typeOf(body: u64): u64 {
  const index = typeIndexOf(body);
  return broken() ? 0 : typeAt(index);
}

/** Number of object types; their indices start at 2. */
export function typesKnown(): u32 {
  return typeCount;
}

/** The header before `body` must decode to the OBJECT_TYPE at `type`, and count at least one reference. */
export function expectType(body: u64, type: u64): bool {
  const index = typeIndexOf(body);
  if (broken()) return false;
  const header = body - offsetOf(OBJECT_HEADER.Body);
  if (typeAt(index) != type)
    return disagree(
      Rule.ObjectIsOfType,
      header,
      OBJECT_HEADER.TypeIndex,
      value(type, OBJECT_TYPE.Index),
      index,
    );
  return isReferenced(header);
}

/** PointerCount of an object that somebody knows is above 0. */
export function isReferenced(header: u64): bool {
  const pointers = i64(value(header, OBJECT_HEADER.PointerCount));
  const handles = i64(value(header, OBJECT_HEADER.HandleCount));
  if (pointers <= 0) return disagree(Rule.ObjectIsCounted, header, OBJECT_HEADER.PointerCount, 1, pointers);
  if (handles < 0 || handles > pointers)
    return disagree(Rule.ObjectIsCounted, header, OBJECT_HEADER.HandleCount, 0, handles);
  return !broken();
}
