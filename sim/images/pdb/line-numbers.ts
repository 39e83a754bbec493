import { sha256 } from '@noble/hashes/sha2.js';
import type { LabFunction, LabSection } from '../lab-image.js';
import type { SourceFile } from '../spec.js';
import { ByteWriter } from '../byte-writer.js';
import { CHECKSUM_SHA_256, DEBUG_S_FILECHKSMS, DEBUG_S_LINES } from './codeview.js';
import { toSectionOffset } from './sections.js';

/** Set in a line entry: a breakpoint may be put there. */
const IS_STATEMENT = 0x80000000;
const LINE_ENTRY_BYTES = 8;
const BLOCK_HEADER_BYTES = 12;

/** A source file as it is written beside the symbols: its PDB has the hash of these bytes. */
export function sourceBytes({ lines }: SourceFile): Uint8Array {
  return new TextEncoder().encode(lines.map((line) => `${line}\r\n`).join(''));
}

/**
 * The line information of a module with one source file, whose name is at `nameOffset` in the string table: hash of
 * the file, then the lines of each function. Source: LLVM, DebugLinesSubsection.cpp and DebugChecksumsSubsection.cpp.
 */
export function writeLineNumbers(
  file: SourceFile,
  nameOffset: number,
  functions: readonly LabFunction[],
  sections: readonly LabSection[],
): Uint8Array {
  const writer = new ByteWriter(4096);
  const hash = sha256(sourceBytes(file));
  writeSubsection(writer, DEBUG_S_FILECHKSMS, (body) => {
    body.u32(nameOffset).u8(hash.length).u8(CHECKSUM_SHA_256).append(hash).align(4);
  });
  const onlyFile = 0;
  const noFlags = 0;
  for (const { rva, size, lines } of functions) {
    if (lines.length === 0) continue;
    const { section, offset } = toSectionOffset(sections, rva);
    writeSubsection(writer, DEBUG_S_LINES, (body) => {
      body.u32(offset).u16(section).u16(noFlags).u32(size);
      body
        .u32(onlyFile)
        .u32(lines.length)
        .u32(BLOCK_HEADER_BYTES + LINE_ENTRY_BYTES * lines.length);
      for (const { offset: from, line } of lines) body.u32(from).u32((line | IS_STATEMENT) >>> 0);
    });
  }
  return writer.bytes;
}

function writeSubsection(writer: ByteWriter, kind: number, content: (writer: ByteWriter) => void): void {
  const start = writer.length;
  const header = 8;
  writer.u32(kind).u32(0);
  content(writer);
  writer.setU32(start + 4, writer.length - start - header);
  writer.align(4);
}
