import { ByteWriter } from '../byte-writer.js';

/** A 32-bit displacement that the linker fills in, counted from `end`; in 32-bit code it may be an address instead. */
export interface CodeFixup {
  offset: number;
  /** Offset of the next instruction. */
  end: number;
  /** Name of a symbol of the module. */
  target: string;
  absolute?: true;
}

/** Machine code being written, with the places that wait for an address. */
export class CodeWriter {
  readonly fixups: CodeFixup[] = [];

  /** Writes to the end of `out`; offsets count from its start. */
  constructor(readonly out = new ByteWriter()) {}

  get offset(): number {
    return this.out.length;
  }

  bytes(...values: number[]): this {
    this.out.u8(...values);
    return this;
  }

  /** Takes back everything from `offset` on. */
  rewind(offset: number): void {
    this.out.truncate(offset);
    while (this.fixups.length > 0 && this.fixups.at(-1)!.offset >= offset) this.fixups.pop();
  }
}
