/** An address as text: `0xfffff80412345678`. */
export type Address = string;

export function hex(address: bigint): Address {
  return `0x${address.toString(16).padStart(16, '0')}`;
}
