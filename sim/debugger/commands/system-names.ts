const PRODUCT_TYPES: Readonly<Record<number, string>> = { 1: 'WinNt', 2: 'LanManNt', 3: 'Server' };
/** Bits of SuiteMask in the order in which they are told. Source: Windows SDK, winnt.h (VER_SUITE_*). */
const SUITES: readonly [number, string][] = [
  [0x1, 'SmallBusiness'],
  [0x2, 'Enterprise'],
  [0x4, 'BackOffice'],
  [0x8, 'CommunicationServer'],
  [0x10, 'TerminalServer'],
  [0x20, 'SmallBusinessRestricted'],
  [0x40, 'EmbeddedNT'],
  [0x80, 'DataCenter'],
  [0x100, 'SingleUserTS'],
  [0x200, 'Personal'],
];

export function productName(type: number): string {
  return PRODUCT_TYPES[type] ?? `${type}`;
}

/** `TerminalServer SingleUserTS` */
export function suiteNames(mask: number): string {
  return SUITES.filter(([bit]) => mask & bit)
    .map(([, name]) => name)
    .join(' ');
}

export const EXCEPTIONS: Readonly<Record<number, string>> = {
  0x80000003: 'Break instruction exception',
  0x80000004: 'Single step exception',
  0xc0000005: 'Access violation',
  0xc0000008: 'Invalid handle',
  0xc000001d: 'Illegal instruction',
  0xc0000094: 'Integer divide-by-zero',
  0xc00000fd: 'Stack overflow',
};

export function exceptionName(code: number): string {
  return EXCEPTIONS[code] ?? 'Unknown exception';
}
