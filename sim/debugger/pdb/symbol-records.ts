import { viewOf } from '../files/record.js';
import { Cursor } from './cursor.js';

/** Kinds of symbol records. Source: LLVM, CodeView/CodeViewSymbols.def. */
export const S = {
  END: 0x0006,
  FRAMEPROC: 0x1012,
  CONSTANT: 0x1107,
  UDT: 0x1108,
  LDATA32: 0x110c,
  GDATA32: 0x110d,
  PUB32: 0x110e,
  LPROC32: 0x110f,
  GPROC32: 0x1110,
  REGREL32: 0x1111,
  BPREL32: 0x110b,
  BLOCK32: 0x1103,
  PROCREF: 0x1125,
  LPROCREF: 0x1127,
  SEPCODE: 0x1132,
  LOCAL: 0x113e,
  DEFRANGE_REGISTER: 0x1141,
  DEFRANGE_FRAMEPOINTER_REL: 0x1142,
  DEFRANGE_FRAMEPOINTER_REL_FULL_SCOPE: 0x1144,
  DEFRANGE_REGISTER_REL: 0x1145,
  LPROC32_ID: 0x1146,
  GPROC32_ID: 0x1147,
} as const;

export interface SymbolRecord {
  kind: number;
  /** Behind the kind. */
  cursor: Cursor;
  /** Offset in the stream. */
  offset: number;
}

/** Records of a stream from an offset on; ends at the first that does not fit. */
export function* symbolRecords(bytes: Uint8Array, from: number, to = bytes.length): Iterable<SymbolRecord> {
  const view = viewOf(bytes);
  for (let at = from; at + 4 <= Math.min(to, bytes.length);) {
    const length = view.getUint16(at, true);
    if (length < 2 || at + 2 + length > bytes.length) return;
    const cursor = new Cursor(bytes.subarray(at + 2, at + 2 + length));
    yield { kind: cursor.u16(), cursor, offset: at };
    at += 2 + length;
  }
}
