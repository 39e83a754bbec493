import { record, viewOf } from '../files/record.js';
import { asciiText } from '../files/text.js';
import { readAll, type Memory } from '../memory/memory.js';
import { LONGEST_REFERENCE, pdbReference, type PdbReference } from './pdb-reference.js';

/** Structures of PE32+ images. Source: Microsoft, "PE Format". */
const DOS_HEADER = record(0x40, { e_magic: [0x0, 'u16'], e_lfanew: [0x3c, 'u32'] });
const NT_HEADERS = record(0x88, {
  Signature: [0x0, 'u32'],
  Machine: [0x4, 'u16'],
  NumberOfSections: [0x6, 'u16'],
  TimeDateStamp: [0x8, 'u32'],
  SizeOfOptionalHeader: [0x14, 'u16'],
  Characteristics: [0x16, 'u16'],
  Magic: [0x18, 'u16'],
  MajorLinkerVersion: [0x1a, 'u8'],
  MinorLinkerVersion: [0x1b, 'u8'],
  SizeOfCode: [0x1c, 'u32'],
  SizeOfInitializedData: [0x20, 'u32'],
  SizeOfUninitializedData: [0x24, 'u32'],
  AddressOfEntryPoint: [0x28, 'u32'],
  BaseOfCode: [0x2c, 'u32'],
  SizeOfImage: [0x50, 'u32'],
  CheckSum: [0x58, 'u32'],
});
const DEBUG_DIRECTORY = record(0x1c, {
  Type: [0xc, 'u32'],
  SizeOfData: [0x10, 'u32'],
  AddressOfRawData: [0x14, 'u32'],
  PointerToRawData: [0x18, 'u32'],
});

const SECTION = record(0x28, {
  VirtualSize: [0x8, 'u32'],
  VirtualAddress: [0xc, 'u32'],
  Characteristics: [0x24, 'u32'],
});
const MEM_EXECUTE = 0x20000000; // IMAGE_SCN_MEM_EXECUTE
const SECTION_NAME_BYTES = 8;
const OPTIONAL_HEADER_AT = 0x18;
const MOST_SECTIONS = 96;

const MZ = 0x5a4d;
const PE_SIGNATURE = 0x4550;
const PE32_PLUS = 0x20b;
const DIRECTORIES_AT = { pe32: 0x78, pe32Plus: 0x88 };
const DEBUG_TYPE = { CODEVIEW: 2, REPRO: 16 } as const;
const MOST_DEBUG_ENTRIES = 32;

/** Data directories by their index. */
export const Directory = { EXPORT: 0, RESOURCE: 2, EXCEPTION: 3, DEBUG: 6 } as const;

/** The headers of an image, read where it is mapped. */
export class Image {
  readonly base: bigint;
  readonly memory: Memory;
  readonly headers;
  readonly #at: number;
  #pdb: PdbReference | undefined;
  #lookedForPdb = false;

  /** @throws MemoryError when the headers are not there, RangeError when they are none */
  constructor(memory: Memory, base: bigint) {
    this.memory = memory;
    this.base = base;
    const { e_magic, e_lfanew } = DOS_HEADER.read(readAll(memory, base, DOS_HEADER.size));
    if (e_magic !== MZ || e_lfanew > 0x1000)
      throw new RangeError('This is no image: it does not begin with MZ.');
    this.#at = e_lfanew;
    this.headers = NT_HEADERS.read(readAll(memory, base + BigInt(e_lfanew), NT_HEADERS.size));
    if (this.headers.Signature !== PE_SIGNATURE)
      throw new RangeError('This is no image: it has no PE signature.');
  }

  /** Where a data directory is; sizes of 0 for one that is not there. */
  directory(index: number): { rva: number; size: number } {
    const start = this.headers.Magic === PE32_PLUS ? DIRECTORIES_AT.pe32Plus : DIRECTORIES_AT.pe32;
    const bytes = this.memory.read(this.base + BigInt(this.#at + start + index * 8), 8);
    if (bytes.length < 8) return { rva: 0, size: 0 };
    const view = viewOf(bytes);
    return { rva: view.getUint32(0, true), size: view.getUint32(4, true) };
  }

  /** Sections by what each covers of the image, in bytes. */
  sections(): { name: string; start: number; bytes: number; isCode: boolean }[] {
    const at = this.#at + OPTIONAL_HEADER_AT + this.headers.SizeOfOptionalHeader;
    const count = Math.min(this.headers.NumberOfSections, MOST_SECTIONS);
    const bytes = this.memory.read(this.base + BigInt(at), count * SECTION.size);
    return Array.from({ length: Math.floor(bytes.length / SECTION.size) }, (_, i) => {
      const { VirtualSize, VirtualAddress, Characteristics } = SECTION.read(bytes, i * SECTION.size);
      const name = bytes.subarray(i * SECTION.size, i * SECTION.size + SECTION_NAME_BYTES);
      const isCode = (Characteristics & MEM_EXECUTE) !== 0;
      return { name: asciiText(name), start: VirtualAddress, bytes: VirtualSize, isCode };
    });
  }

  #debugEntries() {
    const { rva, size } = this.directory(Directory.DEBUG);
    const count = Math.min(Math.floor(size / DEBUG_DIRECTORY.size), MOST_DEBUG_ENTRIES);
    const bytes = this.memory.read(this.base + BigInt(rva), count * DEBUG_DIRECTORY.size);
    return Array.from({ length: Math.floor(bytes.length / DEBUG_DIRECTORY.size) }, (_, i) =>
      DEBUG_DIRECTORY.read(bytes, i * DEBUG_DIRECTORY.size),
    );
  }

  /** Whether the stamp is a hash of the build instead of a time. */
  get isReproducible(): boolean {
    return this.#debugEntries().some(({ Type }) => Type === DEBUG_TYPE.REPRO);
  }

  /** The PDB that belongs to the image; `undefined` where the image does not say or its page is not there. */
  get pdb(): PdbReference | undefined {
    if (!this.#lookedForPdb) {
      this.#pdb = this.#readPdb();
      this.#lookedForPdb = true;
    }
    return this.#pdb;
  }

  #readPdb(): PdbReference | undefined {
    const entry = this.#debugEntries().find(({ Type }) => Type === DEBUG_TYPE.CODEVIEW);
    if (!entry) return undefined;
    const length = Math.min(entry.SizeOfData, LONGEST_REFERENCE);
    return pdbReference(this.memory.read(this.base + BigInt(entry.AddressOfRawData), length));
  }
}
