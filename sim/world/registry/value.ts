/** A value as the catalogue writes it; keys.json says how. */
export type ValueText =
  | string
  | number
  | readonly string[]
  | { readonly expand: string }
  | { readonly link: string }
  | { readonly binary: string }
  | { readonly dword: string }
  | { readonly qword: string };

/** REG_*: types of values. */
export const VALUE_TYPES = {
  REG_SZ: 1,
  REG_EXPAND_SZ: 2,
  REG_BINARY: 3,
  REG_DWORD: 4,
  REG_LINK: 6,
  REG_MULTI_SZ: 7,
  REG_QWORD: 11,
} as const;

export type ValueType = keyof typeof VALUE_TYPES;

/** A value of a key. `data` is text, a list of texts, a number, or bytes in hexadecimal digits, as its type has it. */
export interface RegistryValue {
  readonly type: ValueType;
  readonly data: string | number | bigint | readonly string[];
}

/** Reads a value of the catalogue; `fill` puts the machine's own names and numbers into texts. */
export function readValue(value: ValueText, fill: (text: string) => string): RegistryValue {
  if (typeof value === 'string') return { type: 'REG_SZ', data: fill(value) };
  if (typeof value === 'number') return { type: 'REG_DWORD', data: value };
  if ('expand' in value) return { type: 'REG_EXPAND_SZ', data: fill(value.expand) };
  if ('link' in value) return { type: 'REG_LINK', data: fill(value.link) };
  if ('binary' in value) return { type: 'REG_BINARY', data: value.binary };
  if ('dword' in value) return { type: 'REG_DWORD', data: Number(fill(value.dword)) };
  if ('qword' in value) return { type: 'REG_QWORD', data: BigInt(fill(value.qword)) };
  return { type: 'REG_MULTI_SZ', data: value.map(fill) };
}

/** A value's data as a hive has it. Texts end with a zero, lists with one more; a link has none. */
export function encodeValue({ type, data }: RegistryValue): Uint8Array {
  switch (type) {
    case 'REG_DWORD':
      return integer(BigInt(data as number), 4);
    case 'REG_QWORD':
      return integer(data as bigint, 8);
    case 'REG_BINARY':
      return Uint8Array.from((data as string).match(/../g) ?? [], (digits) => parseInt(digits, 16));
    case 'REG_MULTI_SZ':
      return wide([...(data as readonly string[]), ''].map((text) => `${text}\0`).join(''));
    case 'REG_LINK':
      return wide(data as string);
    default:
      return wide(`${data as string}\0`);
  }
}

function integer(value: bigint, bytes: number): Uint8Array {
  return Uint8Array.from({ length: bytes }, (_, index) => Number((value >> BigInt(8 * index)) & 0xffn));
}

function wide(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length * 2);
  const view = new DataView(bytes.buffer);
  for (let index = 0; index < text.length; index++) view.setUint16(index * 2, text.charCodeAt(index), true);
  return bytes;
}
