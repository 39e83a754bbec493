/** MEMORY_BASIC_INFORMATION's values. Source: Windows SDK, winnt.h. */
export const STATES: Readonly<Record<number, string>> = {
  0x1000: 'MEM_COMMIT',
  0x2000: 'MEM_RESERVE',
  0x10000: 'MEM_FREE',
};
export const TYPES: Readonly<Record<number, string>> = {
  0x20000: 'MEM_PRIVATE',
  0x40000: 'MEM_MAPPED',
  0x1000000: 'MEM_IMAGE',
};
const PROTECTIONS: readonly [number, string][] = [
  [0x1, 'PAGE_NOACCESS'],
  [0x2, 'PAGE_READONLY'],
  [0x4, 'PAGE_READWRITE'],
  [0x8, 'PAGE_WRITECOPY'],
  [0x10, 'PAGE_EXECUTE'],
  [0x20, 'PAGE_EXECUTE_READ'],
  [0x40, 'PAGE_EXECUTE_READWRITE'],
  [0x80, 'PAGE_EXECUTE_WRITECOPY'],
  [0x100, 'PAGE_GUARD'],
  [0x200, 'PAGE_NOCACHE'],
  [0x400, 'PAGE_WRITECOMBINE'],
];

/** `PAGE_READWRITE | PAGE_GUARD`. */
export function protectionText(value: number): string {
  return PROTECTIONS.filter(([bit]) => value & bit)
    .map(([, name]) => name)
    .join(' | ');
}
