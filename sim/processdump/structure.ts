import minidump from '../profiles/formats/minidump.json';
import frames from '../profiles/formats/kernel-frames.json';
import executable from '../profiles/formats/portable-executable.json';

interface Layout {
  readonly size: number;
  readonly fields: Readonly<Record<string, readonly (number | string)[]>>;
}

const LAYOUTS = {
  ...minidump.types,
  ...executable.types,
  ...frames.types,
} as unknown as Readonly<Record<string, Layout>>;
const WIDTHS: Readonly<Record<string, number>> = { u8: 1, u16: 2, u32: 4, u64: 8 };

/** A field's value: a number, or the bytes of an array (as many as it has room for). */
export type Value = number | bigint | Uint8Array;

/** Bytes of a structure of the file formats. */
export function sizeOf(type: string): number {
  return layoutOf(type).size;
}

/** Makes a structure; fields that are not given are zero. */
export function structure(type: string, values: Readonly<Record<string, Value>>): Uint8Array {
  const { size } = layoutOf(type);
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  for (const [field, value] of Object.entries(values)) {
    const [offset, width] = fieldOf(type, field);
    if (typeof value === 'object') bytes.set(value, offset);
    else if (width === 8) view.setBigUint64(offset, BigInt.asUintN(64, BigInt(value)), true);
    else if (width === 4) view.setUint32(offset, Number(value), true);
    else if (width === 2) view.setUint16(offset, Number(value), true);
    else view.setUint8(offset, Number(value));
  }
  return bytes;
}

/** Reads a field of at most 32 bits of a structure at the start of `bytes`. */
export function fieldIn(bytes: Uint8Array, type: string, field: string): number {
  const [offset, width] = fieldOf(type, field);
  const view = new DataView(bytes.buffer, bytes.byteOffset + offset, width);
  return width === 4 ? view.getUint32(0, true) : width === 2 ? view.getUint16(0, true) : view.getUint8(0);
}

/** Where an array or a structure starts in another. */
export function offsetIn(type: string, field: string): number {
  return fieldOf(type, field)[0];
}

function layoutOf(type: string): Layout {
  const layout = LAYOUTS[`_${type}`];
  if (!layout) throw new Error(`no layout of ${type}`);
  return layout;
}

function fieldOf(type: string, name: string): [offset: number, width: number] {
  const field = layoutOf(type).fields[name];
  if (!field) throw new Error(`${type} has no field ${name}`);
  return [field[0] as number, WIDTHS[field[1] as string] ?? 0];
}
