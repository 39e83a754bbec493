import { countOf, type BaseType, type EnumType, type StructType, type Type } from './type.js';

const NAMES: Readonly<Record<string, string>> = {
  void0: 'Void', char1: 'Char', uchar1: 'UChar', wchar2: 'Wchar', bool1: 'Bool', int1: 'Char', uint1: 'UChar',
  int2: 'Int2B', uint2: 'Uint2B', int4: 'Int4B', uint4: 'Uint4B', int8: 'Int8B', uint8: 'Uint8B',
  float4: 'Float', float8: 'Double', hresult4: 'HRESULT',
}; // prettier-ignore

/** A type as `dt` names it: `Ptr64 _KTHREAD`, `[15] UChar`, `Pos 0, 1 Bit`. */
export function typeText(type: Type): string {
  switch (type.kind) {
    case 'base':
      return baseName(type);
    case 'pointer':
      // A function's arguments are not in public symbols; its return type stands for it.
      return type.target.kind === 'function' ? 'Ptr64     void ' : `Ptr64 ${typeText(type.target)}`;
    case 'array':
      return `[${countOf(type)}] ${typeText(type.element)}`;
    case 'struct':
    case 'enum':
      return type.name;
    case 'bitfield':
      return `Pos ${type.position}, ${type.length} ${type.length === 1 ? 'Bit' : 'Bits'}`;
    case 'function':
      return 'void ';
  }
}

/** The same with what `dt -v` adds. */
export function verboseTypeText(type: Type): string {
  switch (type.kind) {
    case 'pointer':
      return type.target.kind === 'function'
        ? 'Ptr64 to     void '
        : `Ptr64 to ${verboseTypeText(type.target)}`;
    case 'array':
      return `[${countOf(type)}] ${verboseTypeText(type.element)}`;
    case 'struct':
      return structSummary(type);
    case 'enum':
      return `${enumSummary(type)}\n`;
    case 'bitfield':
      return `Bitfield ${typeText(type)}`;
    default:
      return typeText(type);
  }
}

/** `struct _LIST_ENTRY, 2 elements, 0x10 bytes` */
export function structSummary(type: StructType): string {
  return `${type.keyword} ${type.name}, ${type.elements} elements, 0x${type.size.toString(16)} bytes`;
}

/** `Enum _MODE,  3 total enums` */
export function enumSummary({ name, values }: EnumType): string {
  return `Enum ${name},  ${values.length} total enums`;
}

export function baseName({ base, size }: BaseType): string {
  return NAMES[`${base}${size}`] ?? 'Void';
}

const C_NAMES: Readonly<Record<string, string>> = {
  void0: 'void', char1: 'char', uchar1: 'unsigned char', wchar2: 'wchar_t', bool1: 'bool', int1: 'char',
  uint1: 'unsigned char', int2: 'short', uint2: 'unsigned short', int4: 'long', uint4: 'unsigned long',
  int8: 'int64', uint8: 'unsigned int64', float4: 'float', float8: 'double', hresult4: 'HRESULT',
}; // prettier-ignore

/** A type as C++ names it: `unsigned char [15]`, `struct _LIST_ENTRY *`. @param tagged with struct, union or class */
export function cppTypeText(type: Type, tagged = true): string {
  switch (type.kind) {
    case 'base':
      if (type.isInt) return type.base === 'uint' ? 'unsigned int' : 'int';
      return C_NAMES[`${type.base}${type.size}`] ?? 'void';
    case 'pointer': {
      const target = cppTypeText(type.target, tagged);
      return target.endsWith('*') ? `${target}*` : `${target} *`;
    }
    case 'array': {
      const element = cppTypeText(type.element, tagged);
      return `${element}${element.endsWith('*') ? '' : ' '}[${countOf(type)}]`;
    }
    case 'struct':
      return tagged ? `${type.keyword} ${type.name}` : type.name;
    case 'enum':
      return type.name;
    case 'bitfield':
      return cppTypeText(type.base, tagged);
    case 'function':
      return 'void ()';
  }
}
