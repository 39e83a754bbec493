/** An address as WinDbg writes it: two halves of eight digits. */
export function address(value: bigint): string {
  const text = hex(value, 16);
  return `${text.slice(0, 8)}\`${text.slice(8)}`;
}

/** Hexadecimal digits without prefix, at least so many. */
export function hex(value: bigint | number, digits = 0): string {
  return BigInt.asUintN(64, BigInt(value)).toString(16).padStart(digits, '0');
}

/** What a byte looks like in the text column of a memory display. */
export function printable(byte: number): string {
  return byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.';
}
