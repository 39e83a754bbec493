import type { LabFunction, LabSection } from '../lab-image.js';
import { ByteWriter } from '../byte-writer.js';
import {
  CPU_AMD64,
  CPU_I386,
  FRAME_BASE_EBP,
  FRAME_BASE_RSP,
  LANGUAGE_C,
  REGISTER_RSP,
  S_COMPILE3,
  S_END,
  S_FRAMEPROC,
  S_GPROC32,
  S_OBJNAME,
  S_REGREL32,
  S_SEPCODE,
} from './codeview.js';
import { writeSymbol } from './module-stream.js';
import { toSectionOffset } from './sections.js';

/** Bytes in front of a module's symbols: the signature, from which their offsets count. */
const SIGNATURE_BYTES = 4;
/** CV_SEPCODEFLAGS.fReturnsToParent */
const RETURNS_TO_PARENT = 2;
/** Tool set 14.36. */
const COMPILER_VERSION = [14, 36, 0, 0];

/** A procedure of a module, for the globals that refer to it. */
export interface Procedure {
  name: string;
  /** Offset of its record in the module's stream. */
  offset: number;
}

/** Type indices of what private symbols speak of. */
export interface SymbolTypes {
  /** Of a function: what its source says that it takes and returns, nothing where there is none. */
  procedure(source: LabFunction['source']): number;
  variable(type: string): number;
}

/** Symbols of the module that holds an image's code: what compiled it, then its procedures in order of address. */
export function writeProcedures(
  objectFile: string,
  functions: readonly LabFunction[],
  sections: readonly LabSection[],
  types: SymbolTypes,
  is32Bit = false,
): { symbols: Uint8Array; procedures: Procedure[] } {
  const writer = new ByteWriter(1 << 12);
  const noSignature = 0;
  writeSymbol(writer, S_OBJNAME, (body) => body.u32(noSignature).ascii(objectFile).u8(0));
  writeSymbol(writer, S_COMPILE3, (body) => {
    body.u32(LANGUAGE_C).u16(is32Bit ? CPU_I386 : CPU_AMD64);
    for (const part of [...COMPILER_VERSION, ...COMPILER_VERSION]) body.u16(part);
    body.ascii('livedump-lab').u8(0);
  });
  const procedures: Procedure[] = [];
  for (const each of functions)
    for (const part of partsOf(each)) {
      procedures.push({ name: part.name, offset: writer.length + SIGNATURE_BYTES });
      writeProcedure(writer, each, part, sections, types, is32Bit ? FRAME_BASE_EBP : FRAME_BASE_RSP);
      if (each.cold) writeSeparatedCode(writer, each, each.cold, sections);
    }
  return { symbols: writer.bytes, procedures };
}

interface Part {
  name: string;
  start: number;
  end: number;
}

/** A function, cut where debuggers show another name. */
function partsOf({ name, size, labels }: LabFunction): Part[] {
  const starts = [{ name, offset: 0 }, ...labels].sort((a, b) => a.offset - b.offset);
  return starts.map((part, index) => ({
    name: part.name,
    start: part.offset,
    end: starts[index + 1]?.offset ?? size,
  }));
}

function writeProcedure(
  writer: ByteWriter,
  { rva, size, body: { start, end }, frameBytes, source }: LabFunction,
  part: Part,
  sections: readonly LabSection[],
  types: SymbolTypes,
  frameBase: number,
): void {
  const { section, offset } = toSectionOffset(sections, rva + part.start);
  const length = part.end - part.start;
  const inPart = (at: number) => Math.min(Math.max(at - part.start, 0), length);
  const at = writer.length;
  const none = 0;
  const noFlags = 0;
  writeSymbol(writer, S_GPROC32, (body) => {
    body
      .u32(none)
      .u32(none)
      .u32(none)
      .u32(length)
      .u32(inPart(start))
      .u32(inPart(Math.min(end, size)));
    body.u32(types.procedure(source)).u32(offset).u16(section).u8(noFlags).ascii(part.name).u8(0);
  });
  writeSymbol(writer, S_FRAMEPROC, (body) => {
    body.u32(frameBytes).u32(none).u32(none).u32(none).u32(none).u16(none).u32(frameBase);
  });
  source?.parameters?.forEach(({ name, type }, index) => {
    writeVariable(writer, name, types.variable(type), frameBytes + 8 * (index + 1));
  });
  for (const { name, type, offset: local } of source?.locals ?? [])
    writeVariable(writer, name, types.variable(type), local);
  const endOfProcedure = 8; // S_GPROC32's second reference, after length and kind
  writer.setU32(at + endOfProcedure, writer.length + SIGNATURE_BYTES);
  writeSymbol(writer, S_END, () => undefined);
}

/** The part of a function that lies elsewhere; it leads back to the function. */
function writeSeparatedCode(
  writer: ByteWriter,
  { rva }: LabFunction,
  cold: NonNullable<LabFunction['cold']>,
  sections: readonly LabSection[],
): void {
  const [own, whole] = [toSectionOffset(sections, cold.rva), toSectionOffset(sections, rva)];
  const none = 0;
  const at = writer.length;
  writeSymbol(writer, S_SEPCODE, (body) => {
    body.u32(none).u32(none).u32(cold.size).u32(RETURNS_TO_PARENT);
    body.u32(own.offset).u32(whole.offset).u16(own.section).u16(whole.section);
  });
  const endOfPart = 8; // the second reference, after length and kind
  writer.setU32(at + endOfPart, writer.length + SIGNATURE_BYTES);
  writeSymbol(writer, S_END, () => undefined);
}

/** A variable that lies so many bytes from RSP in the body. */
function writeVariable(writer: ByteWriter, name: string, type: number, offset: number): void {
  writeSymbol(writer, S_REGREL32, (body) => body.u32(offset).u32(type).u16(REGISTER_RSP).ascii(name).u8(0));
}
