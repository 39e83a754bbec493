import { baseType, pointerTo, VOID, type BaseType, type Type } from '../types/type.js';

/** CodeView's built-in types by their low byte. Source: LLVM, CodeView/TypeIndex.h (SimpleTypeKind). */
const KINDS: Readonly<Record<number, BaseType>> = {
  0x03: VOID,
  0x08: baseType('hresult', 4),
  0x10: baseType('char', 1),
  0x11: baseType('int', 2),
  0x12: baseType('int', 4),
  0x13: baseType('int', 8),
  0x20: baseType('uchar', 1),
  0x21: baseType('uint', 2),
  0x22: baseType('uint', 4),
  0x23: baseType('uint', 8),
  0x30: baseType('bool', 1),
  0x40: baseType('float', 4),
  0x41: baseType('float', 8),
  0x68: baseType('char', 1),
  0x69: baseType('uchar', 1),
  0x70: baseType('char', 1),
  0x71: baseType('wchar', 2),
  0x72: baseType('int', 2),
  0x73: baseType('uint', 2),
  0x74: { ...baseType('int', 4), isInt: true },
  0x75: { ...baseType('uint', 4), isInt: true },
  0x76: baseType('int', 8),
  0x77: baseType('uint', 8),
  0x7a: baseType('wchar', 2),
  0x7c: baseType('uchar', 1),
};
const MODE_SHIFT = 8;

/** The type with an index below 0x1000; a mode other than 0 makes it a pointer. */
export function simpleType(index: number): Type {
  const type = KINDS[index & 0xff] ?? VOID;
  return index >> MODE_SHIFT === 0 ? type : pointerTo(type);
}
