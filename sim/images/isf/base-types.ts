/** A scalar as an ISF file describes it. */
export interface IsfBaseType {
  size: number;
  signed: boolean;
  kind: 'void' | 'int' | 'float' | 'char';
  endian: 'little';
}

/**
 * Names of the profiles' scalars in ISF files: those that Volatility's own converter gives to the CodeView types
 * that our PDBs use, so that symbol tables of either origin can be used alike.
 */
export const ISF_SCALARS: Readonly<Record<string, string>> = {
  void: 'void',
  u8: 'unsigned char',
  i8: 'char',
  u16: 'unsigned short',
  i16: 'short',
  wchar: 'wchar',
  u32: 'unsigned long',
  i32: 'long',
  u64: 'unsigned long long',
  i64: 'long long',
  f32: 'f32',
  f64: 'double',
};

/** What an enum of 4 bytes is declared over in C. */
export const ISF_INT = 'int';

/** Every base type that our ISF files may name; `pointer` is how wide pointers are. */
export const ISF_BASE_TYPES: Readonly<Record<string, IsfBaseType>> = {
  void: base(0, 'void', true),
  pointer: base(8, 'int', false),
  int: base(4, 'int', true),
  'unsigned char': base(1, 'char', false),
  char: base(1, 'char', true),
  'unsigned short': base(2, 'int', false),
  short: base(2, 'int', true),
  wchar: base(2, 'int', true),
  'unsigned long': base(4, 'int', false),
  long: base(4, 'int', true),
  'unsigned long long': base(8, 'int', false),
  'long long': base(8, 'int', true),
  f32: base(4, 'float', true),
  double: base(8, 'float', true),
};

function base(size: number, kind: IsfBaseType['kind'], signed: boolean): IsfBaseType {
  return { size, signed, kind, endian: 'little' };
}
