import { SymbolsError } from '../symbols/symbols-error.js';
import { TypedView, type TypeSource } from './typed-view.js';

/** Reads one field of structures that lie in bytes at hand: @returns its bits, unsigned. */
export type FieldReader = (bytes: DataView, structure: number) => bigint;

/** For walks over many structures of a kind. @throws SymbolsError when the structure has no such field */
export function fieldReader(source: TypeSource, type: string, path: string): FieldReader {
  const { offset, type: field } = new TypedView(source, type, 0n).field(path);
  const bits = field.kind === 'bitfield' ? field : undefined;
  const shift = BigInt(bits?.position ?? 0);
  const length = bits?.length ?? field.size * 8;
  const read = READERS[field.size];
  if (!read) throw new SymbolsError(`${type}.${path} is no number.`);
  return (bytes, structure) => BigInt.asUintN(length, read(bytes, structure + offset) >> shift);
}

const READERS: Readonly<Record<number, (bytes: DataView, at: number) => bigint>> = {
  1: (bytes, at) => BigInt(bytes.getUint8(at)),
  2: (bytes, at) => BigInt(bytes.getUint16(at, true)),
  4: (bytes, at) => BigInt(bytes.getUint32(at, true)),
  8: (bytes, at) => bytes.getBigUint64(at, true),
};
