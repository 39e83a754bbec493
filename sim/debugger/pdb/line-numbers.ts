import { FileError } from '../files/file-error.js';
import type { Compiland } from './dbi-stream.js';
import { Cursor } from './cursor.js';

/** A place in a source. */
export interface SourceLine {
  file: string;
  line: number;
}

/** Kinds of a compiland's debug subsections. Source: LLVM, DebugInfo/CodeView/CodeView.h (DebugSubsectionKind). */
const LINES = 0xf2;
const FILE_CHECKSUMS = 0xf4;
/** The high bit marks what is to be left alone. */
const KIND = 0x7fffffff;
/** Of a line's flags: the number, then how many more lines it takes, then whether it is a statement. */
const LINE_NUMBER = 0xffffff;
/** For code that no line stands for, compilers write these. Source: Microsoft, DIA SDK, "IDiaLineNumber". */
const HIDDEN = [0xfeefee, 0xf00f00];
const LINE_BYTES = 8;

/**
 * The source line of an address, as a compiland's lines have it.
 * @param stream of the compiland
 * @param nameAt a file's name by its place among the PDB's strings
 * @throws FileError when the lines are damaged
 */
export function lineIn(
  { symbolBytes, c11Bytes, c13Bytes }: Compiland,
  stream: Uint8Array,
  section: number,
  offset: number,
  nameAt: (place: number) => string,
): SourceLine | undefined {
  const start = symbolBytes + c11Bytes;
  const all = stream.subarray(start, start + c13Bytes);
  const sections = subsections(all);
  for (const { kind, bytes } of sections) {
    const found = kind === LINES ? lineAmong(bytes, section, offset) : undefined;
    if (!found) continue;
    const checksums = sections.find(({ kind: other }) => other === FILE_CHECKSUMS);
    if (!checksums) return undefined;
    return { file: nameAt(new Cursor(checksums.bytes, found.file).u32()), line: found.line };
  }
  return undefined;
}

function subsections(all: Uint8Array): { kind: number; bytes: Uint8Array }[] {
  const cursor = new Cursor(all);
  const found: { kind: number; bytes: Uint8Array }[] = [];
  while (cursor.at + LINE_BYTES <= all.length) {
    const kind = cursor.u32() & KIND;
    const length = cursor.u32();
    if (cursor.at + length > all.length) throw new FileError('A record of this PDB ends too early.');
    found.push({ kind, bytes: all.subarray(cursor.at, cursor.at + length) });
    cursor.skip(length).align(4);
  }
  return found;
}

/** The last line at or before an offset, and the place of its file among the checksums. Source: LLVM, DebugLinesSubsection.h. */
function lineAmong(
  bytes: Uint8Array,
  section: number,
  offset: number,
): { file: number; line: number } | undefined {
  const cursor = new Cursor(bytes);
  const begin = cursor.u32();
  const ownSection = cursor.u16();
  cursor.skip(2); // flags: whether columns follow, which the blocks' sizes count in
  const size = cursor.u32();
  if (ownSection !== section || offset < begin || offset >= begin + size) return undefined;
  let found: { file: number; line: number } | undefined;
  while (!cursor.ended) {
    const block = cursor.at;
    const file = cursor.u32();
    const count = cursor.u32();
    const blockBytes = cursor.u32();
    for (let i = 0; i < count; i++) {
      const at = begin + cursor.u32();
      const line = cursor.u32() & LINE_NUMBER;
      if (at <= offset && !HIDDEN.includes(line)) found = { file, line };
    }
    cursor.at = Math.max(cursor.at, block + blockBytes);
  }
  return found;
}

/** Streams of a PDB that have names, from behind the header of its info stream. Source: LLVM, docs/PDB/PdbStream.rst and HashTable.rst. */
export function namedStream(info: Cursor, wanted: string): number | undefined {
  const strings = info.bytes.subarray(info.at + 4, info.at + 4 + info.u32());
  info.skip(strings.length + 4); // how many there are
  const capacity = info.u32();
  const present = bits(info);
  bits(info); // those deleted
  for (let i = 0; i < Math.min(capacity, present.length * 32); i++) {
    if (((present[i >> 5] ?? 0) & (1 << (i & 31))) === 0) continue;
    const [name, stream] = [info.u32(), info.u32()];
    if (new Cursor(strings, name).text() === wanted) return stream;
  }
  return undefined;
}

function bits(cursor: Cursor): number[] {
  const words = cursor.u32();
  if (cursor.at + words * 4 > cursor.bytes.length)
    throw new FileError('A record of this PDB ends too early.');
  return Array.from({ length: words }, () => cursor.u32());
}
