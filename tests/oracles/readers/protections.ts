// nt!MmProtectToValue: the PAGE_* protection of each of the 32 values a VAD's or a software PTE's Protection can have.
const ACCESS = [
  0x01, // PAGE_NOACCESS
  0x02, // PAGE_READONLY
  0x10, // PAGE_EXECUTE
  0x20, // PAGE_EXECUTE_READ
  0x04, // PAGE_READWRITE
  0x08, // PAGE_WRITECOPY
  0x40, // PAGE_EXECUTE_READWRITE
  0x80, // PAGE_EXECUTE_WRITECOPY
];
const GUARD = 0x100;
const NO_CACHE = 0x200;
const WRITE_COMBINE = 0x400;
const NO_ACCESS = 0x01;

/** Each group of eight repeats the accesses with a modifier; its first value is no access at all. */
const group = (modifier: number): number[] =>
  ACCESS.map((access, i) => (i === 0 ? NO_ACCESS : access | modifier));

export const PROTECT_TO_VALUE = [0, NO_CACHE, GUARD, WRITE_COMBINE].flatMap(group);
