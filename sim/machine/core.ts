import { instantiateCore, type CoreExports } from './core-bindings.js';

/** A text or list did not fit the exchange buffer, or the core stopped at an assertion. */
export class CoreError extends Error {
  override name = 'CoreError';
}

/** One instance of the core, and the ways in which bytes cross into it. */
export class Core {
  readonly exports: CoreExports;
  #exchange: DataView<ArrayBuffer> | undefined;

  private constructor(exports: CoreExports) {
    this.exports = exports;
  }

  /** A fresh core: an empty machine. The module may be shared by any number of them. */
  static async create(module: WebAssembly.Module): Promise<Core> {
    return new Core(await instantiateCore(module));
  }

  /** The exchange buffer as it lies in the core's memory now; not to be kept across calls. */
  get exchange(): DataView<ArrayBuffer> {
    const { memory, exchangeBuffer, exchangeBytes } = this.exports;
    const buffer = memory.buffer as ArrayBuffer;
    // Memory that has grown is another buffer.
    if (this.#exchange?.buffer !== buffer)
      this.#exchange = new DataView(buffer, exchangeBuffer(), exchangeBytes());
    return this.#exchange;
  }

  /** Bytes in the core's memory; not to be kept across calls. */
  view(address: number, length: number): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.exports.memory.buffer as ArrayBuffer, address, length);
  }

  /** Puts texts one after the other into the exchange buffer; returns the length of each in bytes. */
  putTexts(...texts: { text: string; wide: boolean }[]): number[] {
    const { exchange } = this;
    let offset = 0;
    return texts.map(({ text, wide }) => {
      const start = offset;
      if (offset + text.length * 2 > exchange.byteLength)
        throw new CoreError(`too long a text for the core: ${text.slice(0, 40)}…`);
      for (let index = 0; index < text.length; index++) {
        if (wide) exchange.setUint16(offset, text.charCodeAt(index), true);
        else exchange.setUint8(offset, text.charCodeAt(index) & 0xff);
        offset += wide ? 2 : 1;
      }
      return offset - start;
    });
  }

  /** Puts a list of 64-bit values into the exchange buffer. */
  putList(values: readonly bigint[]): void {
    const { exchange } = this;
    values.forEach((value, index) => exchange.setBigUint64(index * 8, value, true));
  }

  /** Puts 64-bit values and then texts of 16-bit characters into the exchange buffer; returns the length of each text in bytes. */
  putListAndTexts(values: readonly bigint[], ...texts: string[]): number[] {
    const { exchange } = this;
    this.putList(values);
    let offset = values.length * 8;
    return texts.map((text) => {
      for (let i = 0; i < text.length; i++, offset += 2) exchange.setUint16(offset, text.charCodeAt(i), true);
      return text.length * 2;
    });
  }

  /** Puts 32-bit words and then a text of 16-bit characters into the exchange buffer; returns the text's bytes. */
  putWordsAndText(words: readonly number[], text: string): number {
    const { exchange } = this;
    words.forEach((word, index) => exchange.setUint32(index * 4, word, true));
    for (let i = 0; i < text.length; i++)
      exchange.setUint16(words.length * 4 + i * 2, text.charCodeAt(i), true);
    return text.length * 2;
  }

  /** Puts 64-bit words, made before, into the exchange buffer. */
  putWords(words: BigUint64Array): void {
    const { memory, exchangeBuffer } = this.exports;
    new BigUint64Array(memory.buffer as ArrayBuffer, exchangeBuffer(), words.length).set(words);
  }

  /** Puts bytes into the exchange buffer. */
  putBytes(bytes: Uint8Array): void {
    if (bytes.length > this.exports.exchangeBytes())
      throw new CoreError('too many bytes for the core at once');
    this.view(this.exports.exchangeBuffer(), bytes.length).set(bytes);
  }

  /** Puts a PE file into the file buffer; returns its address there. */
  putFile(file: Uint8Array): number {
    const address = this.exports.fileBuffer(file.length);
    this.view(address, file.length).set(file);
    return address;
  }

  /** UTF-16 text in the exchange buffer. */
  takeText(offset: number, bytes: number): string {
    const { exchange } = this;
    let text = '';
    for (let at = offset; at < offset + bytes; at += 2)
      text += String.fromCharCode(exchange.getUint16(at, true));
    return text;
  }
}
