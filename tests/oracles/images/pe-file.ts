// Reads a PE32+ file by the published format alone; shares nothing with the writer.

export interface PeSection {
  name: string;
  rva: number;
  virtualSize: number;
  raw: number;
  rawSize: number;
  characteristics: number;
}

export interface RuntimeFunction {
  begin: number;
  end: number;
  unwind: number;
}

export class PeFile {
  readonly view: DataView;
  readonly sections: PeSection[] = [];
  readonly entryPoint: number;
  readonly checkSum: number;
  readonly checkSumOffset: number;
  readonly sizeOfImage: number;
  readonly imageBase: bigint;
  readonly directories: { rva: number; size: number }[] = [];
  #functions: RuntimeFunction[] | undefined;

  /** Whether a file is one of AMD64 code, as its header says. */
  static is64Bit(bytes: Uint8Array): boolean {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    return view.getUint16(view.getUint32(0x3c, true) + 4, true) === 0x8664;
  }

  constructor(readonly bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const pe = this.view.getUint32(0x3c, true);
    const optional = pe + 24;
    this.entryPoint = this.view.getUint32(optional + 16, true);
    this.imageBase = this.view.getBigUint64(optional + 24, true);
    this.sizeOfImage = this.view.getUint32(optional + 56, true);
    this.checkSumOffset = optional + 64;
    this.checkSum = this.view.getUint32(this.checkSumOffset, true);
    for (let index = 0; index < 16; index++) {
      const at = optional + 112 + 8 * index;
      this.directories.push({ rva: this.view.getUint32(at, true), size: this.view.getUint32(at + 4, true) });
    }
    const table = optional + this.view.getUint16(pe + 20, true);
    for (let index = 0; index < this.view.getUint16(pe + 6, true); index++) {
      const at = table + 40 * index;
      this.sections.push({
        name: String.fromCharCode(...bytes.subarray(at, at + 8)).replace(/\0+$/, ''),
        virtualSize: this.view.getUint32(at + 8, true),
        rva: this.view.getUint32(at + 12, true),
        rawSize: this.view.getUint32(at + 16, true),
        raw: this.view.getUint32(at + 20, true),
        characteristics: this.view.getUint32(at + 36, true),
      });
    }
  }

  sectionAt(rva: number): PeSection {
    const found = this.sections.find(
      (section) => rva >= section.rva && rva < section.rva + section.virtualSize,
    );
    if (!found) throw new Error(`no section at ${rva.toString(16)}`);
    return found;
  }

  offsetOf(rva: number): number {
    const section = this.sectionAt(rva);
    if (rva - section.rva >= section.rawSize) throw new Error(`${rva.toString(16)} is not in the file`);
    return section.raw + rva - section.rva;
  }

  at(rva: number, length: number): Uint8Array {
    const offset = this.offsetOf(rva);
    return this.bytes.subarray(offset, offset + length);
  }

  u8(rva: number): number {
    return this.view.getUint8(this.offsetOf(rva));
  }

  u16(rva: number): number {
    return this.view.getUint16(this.offsetOf(rva), true);
  }

  u32(rva: number): number {
    return this.view.getUint32(this.offsetOf(rva), true);
  }

  u64(rva: number): bigint {
    return this.view.getBigUint64(this.offsetOf(rva), true);
  }

  /** The exception directory. */
  get functions(): RuntimeFunction[] {
    const { rva, size } = this.directories[3]!;
    return (this.#functions ??= Array.from({ length: size / 12 }, (_, index) => ({
      begin: this.u32(rva + 12 * index),
      end: this.u32(rva + 12 * index + 4),
      unwind: this.u32(rva + 12 * index + 8),
    })));
  }

  /** The entry in whose unwind data that of a part of a function goes on. */
  continued({ unwind }: RuntimeFunction): RuntimeFunction | undefined {
    if (this.u8(unwind) >> 3 !== 4) return undefined; // UNW_FLAG_CHAININFO
    const at = unwind + 4 + 2 * ((this.u8(unwind + 2) + 1) & ~1);
    return { begin: this.u32(at), end: this.u32(at + 4), unwind: this.u32(at + 8) };
  }

  /** The entry of the whole function that holds an RVA: the one that stands alone. */
  functionOf(rva: number): RuntimeFunction | undefined {
    let range = this.functionAt(rva);
    for (let outer = range; outer; outer = this.continued(outer)) range = outer;
    return range;
  }

  functionAt(rva: number): RuntimeFunction | undefined {
    return this.functions.find(({ begin, end }) => rva >= begin && rva < end);
  }
}
