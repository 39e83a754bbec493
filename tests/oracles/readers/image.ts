// A PE32+ image as it lies in memory: what forensic tools look at to know the kernel.
import type { AddressSpace } from './address-space.js';
import { PAGE_BYTES } from './dump-file.js';

const MZ = 0x5a4d;
const PE = 0x4550;
const RSDS = 0x53445352;
const EXPORTS = 0;
const DEBUG = 6;
const CODE_VIEW = 2;

/** Offsets from the PE signature. */
const NT = {
  Machine: 4,
  NumberOfSections: 6,
  TimeDateStamp: 8,
  SizeOfOptionalHeader: 20,
  OptionalHeader: 24,
  SizeOfImage: 80,
  MajorOperatingSystemVersion: 64,
  Directories: 136,
} as const;

const SECTION_BYTES = 40;
const DEBUG_ENTRY_BYTES = 28;

export interface CodeView {
  guid: string;
  age: number;
  pdb: string;
}

export class Image {
  private readonly nt: bigint;

  /** @throws when there is no image at `base` */
  constructor(
    readonly space: AddressSpace,
    readonly base: bigint,
  ) {
    if (!Image.isAt(space, base)) throw new Error(`no image at 0x${base.toString(16)}`);
    this.nt = base + BigInt(space.u32(base + 0x3cn));
  }

  static isAt(space: AddressSpace, base: bigint): boolean {
    if (!space.isReadable(base) || (space.u32(base) & 0xffff) !== MZ) return false;
    const offset = space.u32(base + 0x3cn);
    return offset < 0x800 && space.u32(base + BigInt(offset)) === PE;
  }

  private u32(rva: number): number {
    return this.space.u32(this.base + BigInt(rva));
  }

  private header(name: keyof typeof NT): bigint {
    return this.nt + BigInt(NT[name]);
  }

  private directory(index: number): { rva: number; bytes: number } {
    const at = this.header('Directories') + BigInt(8 * index);
    return { rva: this.space.u32(at), bytes: this.space.u32(at + 4n) };
  }

  get machine(): number {
    return this.space.u32(this.header('Machine')) & 0xffff;
  }

  get timeDateStamp(): number {
    return this.space.u32(this.header('TimeDateStamp'));
  }

  get sizeOfImage(): number {
    return this.space.u32(this.header('SizeOfImage'));
  }

  get osVersion(): { major: number; minor: number } {
    const both = this.space.u32(this.header('MajorOperatingSystemVersion'));
    return { major: both & 0xffff, minor: both >>> 16 };
  }

  get sections(): { name: string; rva: number; bytes: number }[] {
    const counts = this.space.u32(this.header('Machine'));
    const optional = this.space.u32(this.header('SizeOfOptionalHeader')) & 0xffff;
    return Array.from({ length: counts >>> 16 }, (_, i) => {
      const at = this.header('OptionalHeader') + BigInt(optional + SECTION_BYTES * i);
      return { name: this.space.text(at, 8), bytes: this.space.u32(at + 8n), rva: this.space.u32(at + 12n) };
    });
  }

  /** Name in the export directory, and the exported names with their addresses. */
  get exports(): { name: string; functions: Map<string, bigint> } {
    const { rva } = this.directory(EXPORTS);
    const [nameRva, count] = [this.u32(rva + 12), this.u32(rva + 24)];
    const [functions, names, ordinals] = [this.u32(rva + 28), this.u32(rva + 32), this.u32(rva + 36)];
    const text = (at: number) => this.space.text(this.base + BigInt(at), 128);
    return {
      name: text(nameRva),
      functions: new Map(
        Array.from({ length: count }, (_, i) => {
          const ordinal = this.u32(ordinals + 2 * i) & 0xffff;
          return [text(this.u32(names + 4 * i)), this.base + BigInt(this.u32(functions + 4 * ordinal))];
        }),
      ),
    };
  }

  /** The RSDS record that leads to the PDB. */
  get codeView(): CodeView | undefined {
    const { rva, bytes } = this.directory(DEBUG);
    for (let at = rva; at < rva + bytes; at += DEBUG_ENTRY_BYTES) {
      const record = this.u32(at + 20);
      if (this.u32(at + 12) !== CODE_VIEW || this.u32(record) !== RSDS) continue;
      const guid = this.space.bytes(this.base + BigInt(record + 4), 16);
      const order = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];
      return {
        guid: order
          .map((i) => guid[i]!.toString(16).padStart(2, '0'))
          .join('')
          .toUpperCase(),
        age: this.u32(record + 20),
        pdb: this.space.text(this.base + BigInt(record + 24), 64),
      };
    }
    return undefined;
  }

  /** Whether the eight bytes of a name lie aligned in the first page, as MemProcFS looks for them. */
  firstPageHolds(name: string): boolean {
    const page = Buffer.from(this.space.bytes(this.base, PAGE_BYTES));
    for (let at = 0; at < PAGE_BYTES; at += 8) if (page.toString('latin1', at, at + 8) === name) return true;
    return false;
  }
}
