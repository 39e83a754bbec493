import { viewOf } from '../files/record.js';
import { Directory, type Image } from '../pe/image.js';

export interface RuntimeFunction {
  begin: number;
  end: number;
  unwindInfo: number;
}

const ENTRY_BYTES = 12;
const MOST_BYTES = 0x1000000;
const INDIRECT = 1;

/** RUNTIME_FUNCTIONs of an image, sorted by address. Source: Microsoft, "x64 exception handling". */
export class FunctionTable {
  /** Where the table lies, relative to the image. */
  readonly rva: number;
  readonly #view: DataView;
  readonly #count: number;

  constructor(image: Image) {
    const { rva, size } = image.directory(Directory.EXCEPTION);
    this.rva = rva;
    const bytes =
      rva === 0 ? new Uint8Array(0) : image.memory.read(image.base + BigInt(rva), Math.min(size, MOST_BYTES));
    this.#view = viewOf(bytes);
    this.#count = Math.floor(bytes.length / ENTRY_BYTES);
  }

  /** The entry that covers an RVA, its number with it; `undefined` in a leaf function. */
  find(rva: number): (RuntimeFunction & { index: number }) | undefined {
    let low = 0;
    let high = this.#count - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const entry = this.entry(middle);
      if (rva < entry.begin) high = middle - 1;
      else if (rva >= entry.end) low = middle + 1;
      else return { ...this.#direct(entry), index: middle };
    }
    return undefined;
  }

  entry(index: number): RuntimeFunction {
    const at = index * ENTRY_BYTES;
    return {
      begin: this.#view.getUint32(at, true),
      end: this.#view.getUint32(at + 4, true),
      unwindInfo: this.#view.getUint32(at + 8, true),
    };
  }

  /** An entry whose unwind data is another entry's. */
  #direct(entry: RuntimeFunction): RuntimeFunction {
    if (!(entry.unwindInfo & INDIRECT)) return entry;
    const index = (entry.unwindInfo - INDIRECT - this.rva) / ENTRY_BYTES;
    return Number.isInteger(index) && index >= 0 && index < this.#count
      ? { ...entry, unwindInfo: this.entry(index).unwindInfo & ~INDIRECT }
      : entry;
  }
}
