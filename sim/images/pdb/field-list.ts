import { ByteWriter } from '../byte-writer.js';
import { ACCESS_PUBLIC, LF_ENUMERATE, LF_FIELDLIST, LF_INDEX, LF_MEMBER, LF_NESTTYPE } from './codeview.js';
import { padType, writeNumeric } from './codeview-parts.js';
import type { TypeRecords } from './type-records.js';

/** A record's length is 16 bits; linkers stop at this many bytes, its four bytes of prefix included. */
const MAX_RECORD_BYTES = 0xff00;
const PREFIX_BYTES = 4;
const CONTINUATION_BYTES = 8;
const MAX_PIECE_BYTES = MAX_RECORD_BYTES - PREFIX_BYTES - CONTINUATION_BYTES;

/** The members of one structure, union or enum; cut into several records when they do not fit one. */
export class FieldList {
  private readonly pieces: ByteWriter[] = [new ByteWriter()];
  private fields = 0;

  /** Members, nested types and enumerators so far. */
  get count(): number {
    return this.fields;
  }

  member(name: string, type: number, offset: number): void {
    const field = new ByteWriter().u16(LF_MEMBER).u16(ACCESS_PUBLIC).u32(type);
    writeNumeric(field, offset);
    this.append(field.ascii(name).u8(0));
  }

  nestedType(name: string, type: number): void {
    this.append(new ByteWriter().u16(LF_NESTTYPE).u16(0).u32(type).ascii(name).u8(0));
  }

  enumerator(name: string, value: number): void {
    const field = new ByteWriter().u16(LF_ENUMERATE).u16(ACCESS_PUBLIC);
    writeNumeric(field, value);
    this.append(field.ascii(name).u8(0));
  }

  /** Adds the list's records and returns the index of the first piece, which continues in the others. */
  addTo(records: TypeRecords): number {
    let index: number | undefined;
    // A record refers only to records before it: the last piece goes first.
    for (const piece of this.pieces.reverse()) {
      if (index !== undefined) piece.u16(LF_INDEX).u16(0).u32(index);
      index = records.add(LF_FIELDLIST, piece.bytes);
    }
    return index as number;
  }

  private append(field: ByteWriter): void {
    padType(field);
    let piece = this.pieces.at(-1) as ByteWriter;
    if (piece.length + field.length > MAX_PIECE_BYTES) {
      piece = new ByteWriter();
      this.pieces.push(piece);
    }
    piece.append(field.bytes);
    this.fields++;
  }
}
