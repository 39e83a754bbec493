import { record, viewOf } from '../files/record.js';
import { Cursor } from './cursor.js';

/** Header of the DBI stream. Source: LLVM, docs/PDB/DbiStream.rst. */
const HEADER = record(0x40, {
  VersionSignature: [0x0, 'i32'],
  Age: [0x8, 'u32'],
  GlobalStreamIndex: [0xc, 'u16'],
  PublicStreamIndex: [0x10, 'u16'],
  SymRecordStream: [0x14, 'u16'],
  ModInfoSize: [0x18, 'i32'],
  SectionContributionSize: [0x1c, 'i32'],
  SectionMapSize: [0x20, 'i32'],
  SourceInfoSize: [0x24, 'i32'],
  TypeServerMapSize: [0x28, 'i32'],
  OptionalDbgHeaderSize: [0x30, 'i32'],
  ECSubstreamSize: [0x34, 'i32'],
});
const MODULE_INFO = record(0x40, {
  ModuleSymStream: [0x22, 'u16'],
  SymByteSize: [0x24, 'u32'],
  C11ByteSize: [0x28, 'u32'],
  C13ByteSize: [0x2c, 'u32'],
});
const NO_STREAM = 0xffff;
const SECTION_HEADERS_SLOT = 5; // in the optional debug header
const SECTION_HEADER_BYTES = 40;

/** A compiland: a module's symbols and lines. */
export interface Compiland {
  name: string;
  /** `undefined` for one without symbols. */
  stream: number | undefined;
  symbolBytes: number;
  c11Bytes: number;
  c13Bytes: number;
}

export interface SectionHeader {
  name: string;
  virtualAddress: number;
  virtualSize: number;
  characteristics: number;
}

export interface DbiStream {
  age: number;
  globalStream: number;
  publicStream: number;
  symbolRecordStream: number;
  compilands: Compiland[];
  sectionHeaderStream: number | undefined;
}

/** @throws RangeError when the stream ends before what it lists does */
export function readDbiStream(bytes: Uint8Array): DbiStream {
  const header = HEADER.read(bytes);
  const compilands: Compiland[] = [];
  const cursor = new Cursor(bytes.subarray(0, HEADER.size + Math.max(0, header.ModInfoSize)), HEADER.size);
  while (!cursor.ended && cursor.at + MODULE_INFO.size <= cursor.bytes.length) {
    const info = MODULE_INFO.read(cursor.bytes, cursor.at);
    cursor.skip(MODULE_INFO.size);
    const name = cursor.text();
    cursor.text(); // the object file
    cursor.align(4);
    compilands.push({
      name,
      stream: info.ModuleSymStream === NO_STREAM ? undefined : info.ModuleSymStream,
      symbolBytes: info.SymByteSize,
      c11Bytes: info.C11ByteSize,
      c13Bytes: info.C13ByteSize,
    });
  }
  const debugAt =
    HEADER.size +
    header.ModInfoSize +
    header.SectionContributionSize +
    header.SectionMapSize +
    header.SourceInfoSize +
    header.TypeServerMapSize +
    header.ECSubstreamSize;
  const slot = debugAt + SECTION_HEADERS_SLOT * 2;
  const there = header.OptionalDbgHeaderSize >= (SECTION_HEADERS_SLOT + 1) * 2 && slot + 2 <= bytes.length;
  const stream = there ? viewOf(bytes).getUint16(slot, true) : NO_STREAM;
  return {
    age: header.Age,
    globalStream: header.GlobalStreamIndex,
    publicStream: header.PublicStreamIndex,
    symbolRecordStream: header.SymRecordStream,
    compilands,
    sectionHeaderStream: stream === NO_STREAM ? undefined : stream,
  };
}

/** IMAGE_SECTION_HEADERs as the linker left them in the PDB. */
export function readSectionHeaders(bytes: Uint8Array): SectionHeader[] {
  const sections: SectionHeader[] = [];
  for (let at = 0; at + SECTION_HEADER_BYTES <= bytes.length; at += SECTION_HEADER_BYTES) {
    const view = viewOf(bytes.subarray(at, at + SECTION_HEADER_BYTES));
    const name = new Cursor(bytes.subarray(at, at + 8)).text();
    sections.push({
      name,
      virtualSize: view.getUint32(8, true),
      virtualAddress: view.getUint32(12, true),
      characteristics: view.getUint32(36, true),
    });
  }
  return sections;
}
