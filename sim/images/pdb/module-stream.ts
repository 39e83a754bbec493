import { ByteWriter } from '../byte-writer.js';
import { CPU_AMD64, CPU_I386, LANGUAGE_LINK, S_COMPILE3, S_OBJNAME } from './codeview.js';

/** CV_SIGNATURE_C13. */
const SIGNATURE = 4;

const NO_VERSION = [0, 0, 0, 0];

export interface ModuleStream {
  bytes: Uint8Array;
  /** How many of the bytes are symbols, the signature included. */
  symbolBytes: number;
  lineBytes: number;
}

/** A module's own symbols, then its line numbers. Source: LLVM, docs/PDB/ModiStream.rst. */
export function writeModuleStream(symbols: Uint8Array, lines: Uint8Array = new Uint8Array(0)): ModuleStream {
  const writer = new ByteWriter(symbols.length + lines.length + 8).u32(SIGNATURE).append(symbols);
  const symbolBytes = writer.length;
  const globalReferenceBytes = 0;
  return {
    bytes: writer.append(lines).u32(globalReferenceBytes).bytes,
    symbolBytes,
    lineBytes: lines.length,
  };
}

/** What a linker says of itself in the module that it adds. */
export function linkerSymbols(module: string, linker: string, is32Bit = false): Uint8Array {
  const writer = new ByteWriter();
  const noSignature = 0;
  writeSymbol(writer, S_OBJNAME, (body) => body.u32(noSignature).ascii(module).u8(0));
  writeSymbol(writer, S_COMPILE3, (body) => {
    body.u32(LANGUAGE_LINK).u16(is32Bit ? CPU_I386 : CPU_AMD64);
    for (const part of [...NO_VERSION, ...NO_VERSION]) body.u16(part);
    body.ascii(linker).u8(0);
  });
  return writer.bytes;
}

/** Writes one symbol record: length, kind, body, and zeros up to a multiple of four. */
export function writeSymbol(writer: ByteWriter, kind: number, body: (writer: ByteWriter) => void): void {
  const start = writer.length;
  const lengthBytes = 2;
  writer.u16(0).u16(kind);
  body(writer);
  writer.align(4);
  writer.setU16(start, writer.length - start - lengthBytes);
}
