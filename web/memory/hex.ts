/** A frame number or another small one: `0x1ad`. */
export function hex(value: number | bigint): string {
  return `0x${value.toString(16)}`;
}

/** An address as debuggers write it: ``fffff806`26e02000``. */
export function addressText(value: bigint): string {
  const digits = value.toString(16).padStart(16, '0');
  return `${digits.slice(0, 8)}\`${digits.slice(8)}`;
}

/** A hexadecimal number as people write it: with or without `0x`, with backticks or spaces; `undefined` for none. */
export function parseHex(typed: string): bigint | undefined {
  const digits = typed
    .replaceAll(/[`'_\s]/g, '')
    .replace(/^0x/i, '')
    .replace(/h$/i, '');
  return /^[0-9a-f]{1,16}$/i.test(digits) ? BigInt(`0x${digits}`) : undefined;
}
