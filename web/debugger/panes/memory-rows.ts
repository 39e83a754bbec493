import type { MemoryView } from '../worker/debugger-api.js';

/** How memory is shown: as `db`, `dw`, `dd`, `dq` and `dps` do. */
export const MEMORY_FORMATS = ['bytes', 'words', 'dwords', 'qwords', 'pointers'] as const;
export type MemoryFormat = (typeof MEMORY_FORMATS)[number];
/** Bytes of one number. */
const UNIT = { bytes: 1, words: 2, dwords: 4, qwords: 8, pointers: 8 } as const;

/** Text of bytes that belong to the same field. */
export interface Cell {
  text: string;
  /** Place of the field; -1 for none. */
  field: number;
  /** Where it points to, sixteen digits; absent where it is no pointer. */
  to?: string;
}

export interface MemoryRow {
  address: string;
  hex: readonly Cell[];
  /** The bytes as characters; none beside larger numbers. */
  ascii: readonly Cell[];
  /** What a pointer's target is called; '' for nothing. */
  symbol: string;
}

/** Bytes, and what is known of them. */
export type ShownMemory = Pick<MemoryView, 'address' | 'bytes' | 'fields'> &
  Partial<Pick<MemoryView, 'symbols'>>;

const BYTES_A_ROW = 16;

/**
 * Memory as WinDbg's `d` commands show it, or with fewer bytes a row, cut where fields begin and end. Bytes that are
 * not there are question marks.
 */
export function memoryRows(
  view: ShownMemory,
  length: number,
  bytesARow = BYTES_A_ROW,
  format: MemoryFormat = 'bytes',
): MemoryRow[] {
  const { address, bytes } = view;
  const owners = ownersOf(view, length);
  const unit = UNIT[format];
  const rowBytes = format === 'pointers' ? unit : Math.max(unit, bytesARow);
  const start = BigInt(`0x${address}`);
  return Array.from({ length: Math.ceil(length / rowBytes) }, (_, row) => {
    const places = (step: number) =>
      Array.from({ length: rowBytes / step }, (_, i) => row * rowBytes + i * step);
    return {
      address: addressText(BigInt.asUintN(64, start + BigInt(row * rowBytes))),
      hex: joined(
        places(unit).map((at) => ({
          ...unitCell(
            bytes.subarray(at, at + unit),
            unit,
            separatorBehind((at + unit) % rowBytes, rowBytes, unit),
          ),
          field: owners[at]!,
        })),
      ),
      ascii:
        unit === 1
          ? joined(places(1).map((at) => ({ text: characterOf(bytes[at]), field: owners[at]! })))
          : [],
      symbol: (format === 'pointers' && view.symbols?.[row]) || '',
    };
  });
}

/** Of each byte the place of its field; -1 for none. Of fields that share bytes, as those of unions do, the first. */
function ownersOf({ fields }: ShownMemory, length: number): Int16Array {
  const owners = new Int16Array(length).fill(-1);
  fields.forEach(({ offset, size }, i) => {
    for (let at = offset; at < Math.min(offset + size, length); at++) if (owners[at] === -1) owners[at] = i;
  });
  return owners;
}

/** Nothing behind the last number of a row; between bytes a dash in its middle. @param end of the number in its row */
function separatorBehind(end: number, rowBytes: number, unit: number): string {
  if (end === 0) return '';
  return unit === 1 && end === rowBytes / 2 ? '-' : ' ';
}

/** A number, the lowest byte first in memory and last on paper. */
function unitCell(bytes: Uint8Array, size: number, separator: string): Pick<Cell, 'text' | 'to'> {
  const known = bytes.length === size;
  const digits = known
    ? [...bytes]
        .reverse()
        .map((byte) => byte.toString(16).padStart(2, '0'))
        .join('')
    : '??'.repeat(size);
  const text = `${size === 8 ? `${digits.slice(0, 8)}\`${digits.slice(8)}` : digits}${separator}`;
  return size === 8 && known && isPointer(BigInt(`0x${digits}`)) ? { text, to: digits } : { text };
}

/** Nothing is mapped below. Source: Microsoft, "Virtual address space" of x64 Windows. */
const LOWEST_USER = 0x10000n;
const HIGHEST_USER = 0x7fff_fffe_ffffn;
const LOWEST_KERNEL = 0xffff_8000_0000_0000n;
const NO_POINTER = 0xffff_ffff_ffff_ffffn; // -1

const isPointer = (value: bigint) =>
  (value >= LOWEST_USER && value <= HIGHEST_USER) || (value >= LOWEST_KERNEL && value !== NO_POINTER);

/** Neighbours of the same field are one; pointers stay apart. */
function joined(cells: readonly Cell[]): Cell[] {
  const all: Cell[] = [];
  for (const cell of cells) {
    const last = all.at(-1);
    if (last && last.field === cell.field && last.to === undefined && cell.to === undefined)
      last.text += cell.text;
    else all.push({ ...cell });
  }
  return all;
}

function addressText(address: bigint): string {
  const digits = address.toString(16).padStart(16, '0');
  return `${digits.slice(0, 8)}\`${digits.slice(8)}`;
}

function characterOf(byte: number | undefined): string {
  if (byte === undefined) return '?';
  return byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.';
}
