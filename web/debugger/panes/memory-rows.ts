import type { MemoryView } from '../worker/debugger-api.js';

/** Text of bytes that belong to the same field. */
export interface Cell {
  text: string;
  /** Place of the field; -1 for none. */
  field: number;
}

export interface MemoryRow {
  address: string;
  hex: readonly Cell[];
  ascii: readonly Cell[];
}

const BYTES_A_ROW = 16;

/**
 * Memory as `db` shows it, or with fewer bytes a row, cut where fields begin and end. Bytes that are not there are
 * question marks.
 */
export function memoryRows(
  { address, bytes, fields }: MemoryView,
  length: number,
  bytesARow = BYTES_A_ROW,
): MemoryRow[] {
  const owners = new Int16Array(length).fill(-1);
  // Of fields that share bytes, as those of unions do, the first is shown.
  fields.forEach(({ offset, size }, i) => {
    for (let at = offset; at < Math.min(offset + size, length); at++) if (owners[at] === -1) owners[at] = i;
  });
  const start = BigInt(`0x${address}`);
  return Array.from({ length: Math.ceil(length / bytesARow) }, (_, row) => {
    const places = Array.from({ length: bytesARow }, (_, i) => row * bytesARow + i);
    return {
      address: addressText(BigInt.asUintN(64, start + BigInt(row * bytesARow))),
      hex: joined(
        places.map((at) => ({
          text: byteText(bytes[at]) + separatorBehind(at % bytesARow, bytesARow),
          field: owners[at]!,
        })),
      ),
      ascii: joined(places.map((at) => ({ text: characterOf(bytes[at]), field: owners[at]! }))),
    };
  });
}

/** Nothing behind the last byte of a row, a dash in its middle. */
function separatorBehind(place: number, bytesARow: number): string {
  if (place === bytesARow - 1) return '';
  return place === bytesARow / 2 - 1 ? '-' : ' ';
}

function joined(cells: readonly Cell[]): Cell[] {
  const all: Cell[] = [];
  for (const cell of cells) {
    const last = all.at(-1);
    if (last?.field === cell.field) last.text += cell.text;
    else all.push({ ...cell });
  }
  return all;
}

function addressText(address: bigint): string {
  const digits = address.toString(16).padStart(16, '0');
  return `${digits.slice(0, 8)}\`${digits.slice(8)}`;
}

const byteText = (byte: number | undefined) =>
  byte === undefined ? '??' : byte.toString(16).padStart(2, '0');

function characterOf(byte: number | undefined): string {
  if (byte === undefined) return '?';
  return byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.';
}
