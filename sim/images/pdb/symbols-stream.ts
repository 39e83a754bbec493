import { ByteWriter } from '../byte-writer.js';
import { PUBLIC_FUNCTION, S_GDATA32, S_PROCREF, S_PUB32 } from './codeview.js';
import { writeSymbol } from './module-stream.js';
import type { HashedSymbol } from './symbol-hash.js';
import { writeSymbolHash } from './symbol-hash.js';

export interface PublicSymbol {
  name: string;
  /** Section number, counted from 1. */
  section: number;
  /** Bytes from the section's start. */
  offset: number;
  isFunction: boolean;
}

export interface SymbolStreams {
  /** The records themselves. */
  records: Uint8Array;
  /** Finds publics by name and by address. */
  publics: Uint8Array;
  /** Finds globals by name. */
  globals: Uint8Array;
}

/** Data with its type, or a procedure of a module. */
export type GlobalSymbol = { name: string } & (
  | { type: number; section: number; offset: number }
  | {
      /** Number of the module, from 1. */ module: number;
      /** Of the record in its stream. */ record: number;
    }
);

/**
 * The three streams of symbols. Records of publics stand in order of address, then those of globals.
 * Source: LLVM, docs/PDB/PublicStream.rst and GSIStreamBuilder.cpp.
 */
export function writeSymbolStreams(
  symbols: readonly PublicSymbol[],
  globals: readonly GlobalSymbol[],
): SymbolStreams {
  const byAddress = [...symbols].sort(
    (a, b) => a.section - b.section || a.offset - b.offset || (a.name < b.name ? -1 : 1),
  );
  const records = new ByteWriter(1 << 12);
  const hashed = byAddress.map((symbol): HashedSymbol => {
    const recordOffset = records.length;
    writePublic(records, symbol);
    return { name: symbol.name, recordOffset };
  });
  const hashedGlobals = globals.map((symbol): HashedSymbol => {
    const recordOffset = records.length;
    writeGlobal(records, symbol);
    return { name: symbol.name, recordOffset };
  });
  return {
    records: records.bytes,
    publics: publicsStream(hashed),
    globals: writeSymbolHash(hashedGlobals),
  };
}

function writeGlobal(writer: ByteWriter, symbol: GlobalSymbol): void {
  const noChecksum = 0;
  if ('module' in symbol)
    writeSymbol(writer, S_PROCREF, (body) =>
      body.u32(noChecksum).u32(symbol.record).u16(symbol.module).ascii(symbol.name).u8(0),
    );
  else
    writeSymbol(writer, S_GDATA32, (body) =>
      body.u32(symbol.type).u32(symbol.offset).u16(symbol.section).ascii(symbol.name).u8(0),
    );
}

function writePublic(writer: ByteWriter, { name, section, offset, isFunction }: PublicSymbol): void {
  const flags = isFunction ? PUBLIC_FUNCTION : 0;
  writeSymbol(writer, S_PUB32, (body) => body.u32(flags).u32(offset).u16(section).ascii(name).u8(0));
}

function publicsStream(byAddress: readonly HashedSymbol[]): Uint8Array {
  const hash = writeSymbolHash(byAddress);
  const addressMapBytes = byAddress.length * 4;
  const writer = new ByteWriter().u32(hash.length).u32(addressMapBytes);
  writeNoThunks(writer);
  writer.append(hash);
  for (const { recordOffset } of byAddress) writer.u32(recordOffset);
  return writer.bytes;
}

/** Incremental linking's jump table: count and size of thunks, its section and offset, sections it goes to. */
function writeNoThunks(writer: ByteWriter): void {
  writer.u32(0).u32(0).u16(0).align(4).u32(0).u32(0);
}
