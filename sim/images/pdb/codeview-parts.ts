import type { ByteWriter } from '../byte-writer.js';
import {
  LF_CHAR,
  LF_LONG,
  LF_NUMERIC,
  LF_PAD0,
  LF_QUADWORD,
  LF_SHORT,
  LF_ULONG,
  LF_USHORT,
} from './codeview.js';

/** Writes an integer in CodeView's variable-length form: sizes, offsets and enumerators. */
export function writeNumeric(writer: ByteWriter, value: number): void {
  if (!Number.isSafeInteger(value)) throw new Error(`PDB: ${value} is not a whole number`);
  if (value >= 0 && value < LF_NUMERIC) writer.u16(value);
  else if (value >= -0x80 && value < 0) writer.u16(LF_CHAR).u8(value & 0xff);
  else if (value >= -0x8000 && value < 0) writer.u16(LF_SHORT).u16(value & 0xffff);
  else if (value >= -0x80 && value < 0) writer.u16(LF_CHAR).u8(value & 0xff);
  else if (value >= -0x80000000 && value < 0) writer.u16(LF_LONG).u32(value >>> 0);
  else if (value >= 0 && value <= 0xffff) writer.u16(LF_USHORT).u16(value);
  else if (value >= 0 && value <= 0xffffffff) writer.u16(LF_ULONG).u32(value);
  else writer.u16(LF_QUADWORD).u64(BigInt.asUintN(64, BigInt(value)));
}

/** Fills up to a multiple of four bytes, as types are: each byte of filler tells how many are left. */
export function padType(writer: ByteWriter): ByteWriter {
  for (let left = (4 - (writer.length % 4)) % 4; left > 0; left--) writer.u8(LF_PAD0 + left);
  return writer;
}
