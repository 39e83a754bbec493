// CodeView numbers that our PDBs use. Sources: LLVM's CodeViewTypes.def, CodeViewSymbols.def and CodeView.h.

/** Type record kinds. */
export const LF_POINTER = 0x1002;
export const LF_PROCEDURE = 0x1008;
export const LF_ARGLIST = 0x1201;
export const LF_FIELDLIST = 0x1203;
export const LF_BITFIELD = 0x1205;
export const LF_INDEX = 0x1404;
export const LF_ENUMERATE = 0x1502;
export const LF_ARRAY = 0x1503;
export const LF_STRUCTURE = 0x1505;
export const LF_UNION = 0x1506;
export const LF_ENUM = 0x1507;
export const LF_MEMBER = 0x150d;
export const LF_NESTTYPE = 0x1510;

/** Numbers below this stand for themselves; larger and negative ones follow a leaf that tells their width. */
export const LF_NUMERIC = 0x8000;
export const LF_CHAR = 0x8000;
export const LF_SHORT = 0x8001;
export const LF_USHORT = 0x8002;
export const LF_LONG = 0x8003;
export const LF_ULONG = 0x8004;
export const LF_QUADWORD = 0x8009;

/** Filler behind records and parts of field lists: the low digit counts the bytes up to the next. */
export const LF_PAD0 = 0xf0;

/** Properties of structures, unions and enums. */
export const PROPERTY_NESTED = 0x0008;
export const PROPERTY_CONTAINS_NESTED = 0x0010;
export const PROPERTY_FORWARD_REFERENCE = 0x0080;

/** Access of a member, as all C members have it. */
export const ACCESS_PUBLIC = 3;

/** Attributes of a plain 64-bit pointer: kind 0xc, size 8 from bit 13. */
export const POINTER_64 = 0x0c | (8 << 13);

/** Types that need no record. */
export const SIMPLE_TYPES: Readonly<Record<string, number>> = {
  void: 0x0003,
  i16: 0x0011,
  i32: 0x0012, // long
  i64: 0x0013,
  u8: 0x0020, // unsigned char
  u16: 0x0021,
  u32: 0x0022, // unsigned long
  u64: 0x0023,
  f32: 0x0040,
  f64: 0x0041,
  i8: 0x0070, // char
  wchar: 0x0071,
};
export const T_NOTYPE = 0;
export const T_VOID = 0x0003;
export const T_UQUAD = 0x0023;
export const T_INT4 = 0x0074;
/** ORed to a simple type: a 64-bit pointer to it. */
export const SIMPLE_POINTER_64 = 0x0600;

/** Symbol record kinds. */
export const S_END = 0x0006;
export const S_FRAMEPROC = 0x1012;
export const S_OBJNAME = 0x1101;
export const S_GDATA32 = 0x110d;
export const S_PUB32 = 0x110e;
export const S_SEPCODE = 0x1132;
export const S_GPROC32 = 0x1110;
export const S_REGREL32 = 0x1111;
export const S_PROCREF = 0x1125;
export const S_COMPILE3 = 0x113c;

/** Parts of a module's line information. */
export const DEBUG_S_LINES = 0xf2;
export const DEBUG_S_FILECHKSMS = 0xf4;
export const CHECKSUM_SHA_256 = 3;

/** CV_AMD64_RSP. */
export const REGISTER_RSP = 335;
/** S_FRAMEPROC: locals and parameters are addressed from RSP. */
export const FRAME_BASE_RSP = (1 << 14) | (1 << 16);
/** The same from EBP, in 32-bit code. */
export const FRAME_BASE_EBP = (2 << 14) | (2 << 16);

/** Source language and processor in S_COMPILE3. */
export const LANGUAGE_C = 0;
export const LANGUAGE_LINK = 7;
export const CPU_AMD64 = 0xd0;
export const CPU_I386 = 0x07; // Pentium III, as compilers say of 32-bit code

/** Flags of S_PUB32. */
export const PUBLIC_FUNCTION = 0x2;

export const MACHINE_AMD64 = 0x8664;
export const MACHINE_I386 = 0x14c;
