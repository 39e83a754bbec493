import type { ByteSource } from '../files/byte-source.js';
import { FileError } from '../files/file-error.js';
import { record, viewOf } from '../files/record.js';
import { readDbiStream, readSectionHeaders, type DbiStream, type SectionHeader } from './dbi-stream.js';
import { Cursor } from './cursor.js';
import { lineIn, namedStream, type SourceLine } from './line-numbers.js';
import { MsfFile } from './msf-file.js';
import { S, symbolRecords } from './symbol-records.js';
import { TypeStream } from './type-stream.js';

/** Header of the PDB info stream. Source: LLVM, docs/PDB/PdbStream.rst. */
const INFO = record(0x1c, {
  Age: [0x8, 'u32'],
  Guid1: [0xc, 'u32'],
  Guid2: [0x10, 'u16'],
  Guid3: [0x12, 'u16'],
});
const GUID_TAIL = 0x14;
const STREAM = { info: 1, types: 2, debug: 3 } as const;
const STRINGS_HEADER_BYTES = 12;
const FUNCTION_FLAG = 2; // of a public: code

export interface PdbSymbol {
  name: string;
  /** Relative to the image's base. */
  rva: number;
  isFunction: boolean;
  /** From the compiler's own records, not from the list of publics. */
  isPrivate: boolean;
  /** 0 where the PDB does not say. */
  size: number;
  /** 0 where the PDB does not say. */
  typeIndex: number;
  /** Compiland and offset of the procedure's record, for its locals. */
  scope?: { compiland: number; offset: number };
}

/** Code of a function that lies apart from it. */
export interface SeparatedCode {
  /** Relative to the image's base, as is the function's start. */
  rva: number;
  size: number;
  functionRva: number;
}

/** A program database: symbols and types of an image. */
export class PdbFile {
  /** GUID and age as symbol stores write them: 32 hexadecimal digits and the age's. */
  readonly key: string;
  readonly types: TypeStream;
  readonly sections: SectionHeader[];
  readonly dbi: DbiStream;
  readonly msf: MsfFile;
  #strings: Uint8Array | undefined;

  /** @throws FileError when it is no PDB or damaged */
  constructor(file: ByteSource) {
    try {
      this.msf = new MsfFile(file);
      const info = this.msf.stream(STREAM.info);
      const { Guid1, Guid2, Guid3 } = INFO.read(info);
      this.dbi = readDbiStream(this.msf.stream(STREAM.debug));
      const hex = (value: number, digits: number) => value.toString(16).toUpperCase().padStart(digits, '0');
      const tail = [...info.subarray(GUID_TAIL, GUID_TAIL + 8)].map((byte) => hex(byte, 2)).join('');
      this.key = `${hex(Guid1, 8)}${hex(Guid2, 4)}${hex(Guid3, 4)}${tail}${this.dbi.age.toString(16).toUpperCase()}`;
      this.types = new TypeStream(this.msf.stream(STREAM.types));
      this.sections = readSectionHeaders(this.msf.stream(this.dbi.sectionHeaderStream ?? 0xffff));
    } catch (error) {
      if (error instanceof RangeError) throw new FileError('This PDB is damaged: a stream ends too early.');
      throw error;
    }
  }

  /** Relative virtual address of a place in a section, counted from 1; `undefined` for none. */
  rva(section: number, offset: number): number | undefined {
    const header = this.sections[section - 1];
    return header ? header.virtualAddress + offset : undefined;
  }

  /**
   * All symbols with an address: data, then procedures in the order of the globals' hash table, which is the order in which
   * debuggers list them, then those that are in no table, then publics that no procedure or datum stands for, in the
   * order of theirs.
   */
  symbols(): PdbSymbol[] {
    const procedures = new Map<string, PdbSymbol>();
    this.dbi.compilands.forEach((_, index) => {
      for (const symbol of this.#compilandSymbols(index))
        procedures.set(scopeKey(index, symbol.scope!.offset), symbol);
    });
    const records = this.msf.stream(this.dbi.symbolRecordStream);
    const globals = [...this.#globals(records, procedures)];
    const symbols = [
      ...globals.filter(({ isFunction }) => !isFunction),
      ...globals.filter(({ isFunction }) => isFunction),
    ];
    const listed = new Set(symbols);
    for (const symbol of procedures.values()) if (!listed.has(symbol)) symbols.push(symbol);
    const known = new Set(symbols.map(({ rva, name }) => `${rva} ${name}`));
    for (const symbol of this.#publics(records))
      if (!known.has(`${symbol.rva} ${symbol.name}`)) symbols.push(symbol);
    return symbols;
  }

  /** Where in the sources a compiland's code at an address comes from; `undefined` where the PDB does not say. */
  lineAt(rva: number, compiland: number): SourceLine | undefined {
    const index = this.sections.findIndex(
      ({ virtualAddress, virtualSize }) => rva >= virtualAddress && rva < virtualAddress + virtualSize,
    );
    if (index < 0) return undefined;
    const offset = rva - this.sections[index]!.virtualAddress;
    const own = this.dbi.compilands[compiland];
    if (own?.stream === undefined || own.c13Bytes === 0) return undefined;
    return lineIn(own, this.msf.stream(own.stream), index + 1, offset, (place) => this.#string(place));
  }

  /** Of the string table. Source: LLVM, docs/PDB, "The PDB String Table". */
  #string(place: number): string {
    this.#strings ??= this.#readStrings();
    return new Cursor(this.#strings, place).text();
  }

  #readStrings(): Uint8Array {
    const stream = namedStream(new Cursor(this.msf.stream(STREAM.info), INFO.size), '/names');
    return stream === undefined ? new Uint8Array() : this.msf.stream(stream).subarray(STRINGS_HEADER_BYTES);
  }

  /** Parts of functions that lie behind them elsewhere, by address. Source of the layout: SEPCODESYM in Microsoft's cvinfo.h. */
  separatedCode(): SeparatedCode[] {
    const parts = this.dbi.compilands.flatMap(({ stream, symbolBytes }) => {
      if (stream === undefined) return [];
      const found: SeparatedCode[] = [];
      for (const { kind, cursor } of symbolRecords(this.msf.stream(stream), 4, symbolBytes)) {
        if (kind !== S.SEPCODE) continue;
        const size = cursor.skip(8).u32(); // behind references to what is around it and to its end
        const [own, whole] = [cursor.skip(4).u32(), cursor.u32()];
        const rva = this.rva(cursor.u16(), own);
        const functionRva = this.rva(cursor.u16(), whole);
        if (rva !== undefined && functionRva !== undefined && functionRva < rva)
          found.push({ rva, size, functionRva });
      }
      return found;
    });
    return parts.sort((a, b) => a.rva - b.rva);
  }

  *#publics(records: Uint8Array): Iterable<PdbSymbol> {
    const stream = this.msf.stream(this.dbi.publicStream);
    for (const offset of hashOrder(stream.subarray(PUBLICS_HEADER_BYTES))) {
      const [first] = symbolRecords(records, offset, offset + 4);
      if (first?.kind !== S.PUB32) continue;
      const flags = first.cursor.u32();
      const at = first.cursor.u32();
      const rva = this.rva(first.cursor.u16(), at);
      if (rva === undefined) continue;
      // DbgHelp takes one underscore off the names of publics.
      const name = first.cursor.text().replace(/^_(?=.)/, '');
      yield { name, rva, isFunction: (flags & FUNCTION_FLAG) !== 0, isPrivate: false, size: 0, typeIndex: 0 };
    }
  }

  *#globals(records: Uint8Array, procedures: ReadonlyMap<string, PdbSymbol>): Iterable<PdbSymbol> {
    for (const offset of hashOrder(this.msf.stream(this.dbi.globalStream))) {
      const [first] = symbolRecords(records, offset, offset + 4);
      if (first?.kind === S.GDATA32 || first?.kind === S.LDATA32) {
        const symbol = this.#data(first.cursor);
        if (symbol) yield symbol;
      } else if (first?.kind === S.PROCREF || first?.kind === S.LPROCREF) {
        const at = first.cursor.skip(4).u32();
        const symbol = procedures.get(scopeKey(first.cursor.u16() - 1, at));
        if (symbol) yield symbol;
      }
    }
  }

  #data(cursor: { u32(): number; u16(): number; text(): string }): PdbSymbol | undefined {
    const typeIndex = cursor.u32();
    const offset = cursor.u32();
    const rva = this.rva(cursor.u16(), offset);
    return rva === undefined
      ? undefined
      : {
          name: cursor.text(),
          rva,
          isFunction: false,
          isPrivate: true,
          size: this.types.type(typeIndex).size,
          typeIndex,
        };
  }

  *#compilandSymbols(index: number): Iterable<PdbSymbol> {
    const { stream, symbolBytes } = this.dbi.compilands[index]!;
    if (stream === undefined) return;
    const bytes = this.msf.stream(stream);
    for (const { kind, cursor, offset } of symbolRecords(bytes, 4, symbolBytes)) {
      if (kind === S.GPROC32 || kind === S.LPROC32 || kind === S.GPROC32_ID || kind === S.LPROC32_ID) {
        const size = cursor.skip(12).u32();
        const typeIndex = cursor.skip(8).u32();
        const at = cursor.u32();
        const rva = this.rva(cursor.u16(), at);
        if (rva === undefined) continue;
        const name = cursor.skip(1).text();
        const scope = { compiland: index, offset };
        yield { name, rva, isFunction: true, isPrivate: true, size, typeIndex, scope };
      }
    }
  }
}

const scopeKey = (compiland: number, offset: number) => `${compiland} ${offset}`;

const PUBLICS_HEADER_BYTES = 0x1c;
/** Header of a symbol hash table. Source: LLVM, docs/PDB/HashTable.rst. */
const HASH_HEADER = record(0x10, { HrSize: [0x8, 'u32'] });
const HASH_RECORD_BYTES = 8;

/** Offsets of the records in the order of a hash table. */
function* hashOrder(bytes: Uint8Array): Iterable<number> {
  if (bytes.length < HASH_HEADER.size) return;
  const { HrSize } = HASH_HEADER.read(bytes);
  const view = viewOf(bytes);
  const end = Math.min(bytes.length, HASH_HEADER.size + HrSize);
  for (let at = HASH_HEADER.size; at + HASH_RECORD_BYTES <= end; at += HASH_RECORD_BYTES) {
    const offset = view.getUint32(at, true) - 1;
    if (offset >= 0) yield offset;
  }
}
