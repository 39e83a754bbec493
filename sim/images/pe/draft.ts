import { ByteWriter } from '../byte-writer.js';

/**
 * A place in a section that needs an address once there is one. `rel32`: distance from `end`. `rva32`: relative to
 * the image. `file32`: offset in the file. `size32`: bytes of the section of that name. `service32`: distance from the
 * start of the service table shifted left by 4, with the number of stack arguments. `va64`: absolute, `distance` bytes
 * after the target; where the image is loaded at another base than it is linked for, the loader corrects it. `va32`: the
 * same of a 32-bit image.
 */
export type Fixup = { offset: number; target: string } & (
  | { kind: 'rel32'; /** Offset of the next instruction. */ end: number }
  | { kind: 'rva32' | 'file32' | 'size32' }
  | { kind: 'va64' | 'va32'; distance: number }
  | { kind: 'service32'; table: string; stackArguments: number }
);

/** A section being written: its bytes, then as many zeros in memory as `zeroFill` says. */
export class DraftSection {
  readonly bytes = new ByteWriter(512);
  readonly fixups: Fixup[] = [];
  zeroFill = 0;

  constructor(
    readonly name: string,
    readonly characteristics: number,
    readonly draft: Draft,
  ) {}

  get size(): number {
    return this.bytes.length + this.zeroFill;
  }

  /** Gives the place where the next byte goes a name that fixups of any section may use. */
  define(symbol: string, offset = this.bytes.length): this {
    this.draft.define(symbol, this, offset);
    return this;
  }

  rva(target: string): this {
    this.fixups.push({ kind: 'rva32', offset: this.bytes.length, target });
    this.bytes.u32(0);
    return this;
  }

  /** An address, as wide as the image's pointers are. */
  va(target: string, distance = 0): this {
    const { pointerBytes } = this.draft;
    const kind = pointerBytes === 8 ? 'va64' : 'va32';
    this.fixups.push({ kind, offset: this.bytes.length, target, distance });
    this.bytes.fill(pointerBytes);
    return this;
  }

  /** A number, as wide as the image's pointers are. */
  pointer(value: bigint): this {
    if (this.draft.pointerBytes === 8) this.bytes.u64(value);
    else this.bytes.u32(Number(value));
    return this;
  }

  sizeOf(section: string): this {
    this.fixups.push({ kind: 'size32', offset: this.bytes.length, target: section });
    this.bytes.u32(0);
    return this;
  }

  fileOffset(target: string): this {
    this.fixups.push({ kind: 'file32', offset: this.bytes.length, target });
    this.bytes.u32(0);
    return this;
  }
}

export interface Place {
  section: DraftSection;
  offset: number;
}

/** A data directory of the image: where it starts, and its size in bytes. */
export interface Directory {
  index: number;
  target: string;
  size: number;
}

/** An image being written, before anything in it has an address. */
export class Draft {
  readonly sections: DraftSection[] = [];
  readonly symbols = new Map<string, Place>();
  directories: Directory[] = [];

  constructor(
    readonly module: string,
    readonly pointerBytes: 4 | 8 = 8,
  ) {}

  section(name: string, characteristics: number): DraftSection {
    const found = this.sections.find((section) => section.name === name);
    if (found) return found;
    const section = new DraftSection(name, characteristics, this);
    this.sections.push(section);
    return section;
  }

  define(symbol: string, section: DraftSection, offset: number): void {
    if (this.symbols.has(symbol)) throw new Error(`${this.module}: ${symbol} is defined twice`);
    this.symbols.set(symbol, { section, offset });
  }

  /** Throws, naming what is missing and who wants it. */
  find(symbol: string, wanted: string): Place {
    const place = this.symbols.get(symbol);
    if (!place) throw new Error(`${this.module}: ${wanted} needs ${symbol}, which is not defined`);
    return place;
  }
}
