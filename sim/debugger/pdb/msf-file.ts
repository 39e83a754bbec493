import type { ByteSource } from '../files/byte-source.js';
import { FileError } from '../files/file-error.js';
import { record, viewOf } from '../files/record.js';
import { asciiText } from '../files/text.js';

const MAGIC = 'Microsoft C/C++ MSF 7.00\r\n\x1aDS';
/** Source: LLVM, docs/PDB/MsfFile.rst. */
const SUPER_BLOCK = record(0x38, {
  BlockSize: [0x20, 'u32'],
  FreeBlockMapBlock: [0x24, 'u32'],
  NumBlocks: [0x28, 'u32'],
  NumDirectoryBytes: [0x2c, 'u32'],
  BlockMapAddr: [0x34, 'u32'],
});
const BLOCK_SIZES = [512, 1024, 2048, 4096, 8192, 16384, 32768];
const NO_STREAM = 0xffffffff;
const MOST_STREAMS = 0x10000;
/** No stream of a PDB that anybody has is larger; a damaged directory may say anything. */
const MOST_STREAM_BYTES = 0x8000000; // 128 MiB

/** The container of a PDB: numbered streams of blocks. */
export class MsfFile {
  readonly #file: ByteSource;
  readonly #blockSize: number;
  readonly #streams: { bytes: number; blocks: Uint32Array }[] = [];

  /** @throws FileError when it is no MSF 7 file or damaged */
  constructor(file: ByteSource) {
    this.#file = file;
    const start = file.read(0, SUPER_BLOCK.size);
    if (start.length < SUPER_BLOCK.size || asciiText(start.subarray(0, MAGIC.length)) !== MAGIC)
      throw new FileError('This is no PDB: it does not begin as MSF 7.00 files do.');
    const block = SUPER_BLOCK.read(start);
    if (!BLOCK_SIZES.includes(block.BlockSize))
      throw new FileError(`A PDB cannot have blocks of ${block.BlockSize} bytes.`);
    this.#blockSize = block.BlockSize;
    if (block.NumDirectoryBytes > Math.min(file.size, MOST_STREAM_BYTES)) throw damaged();
    const mapBytes = Math.ceil(block.NumDirectoryBytes / block.BlockSize) * 4;
    const map = file.read(block.BlockMapAddr * block.BlockSize, mapBytes);
    if (map.length < mapBytes) throw damaged();
    this.#readDirectory(this.#gather(words(map), block.NumDirectoryBytes));
  }

  #readDirectory(directory: Uint8Array): void {
    const view = viewOf(directory);
    const count = directory.length >= 4 ? view.getUint32(0, true) : 0;
    if (count > MOST_STREAMS || 4 + count * 4 > directory.length) throw damaged();
    let at = 4 + count * 4;
    for (let i = 0; i < count; i++) {
      const size = view.getUint32(4 + i * 4, true);
      const bytes = size === NO_STREAM ? 0 : size;
      const length = Math.ceil(bytes / this.#blockSize) * 4;
      if (bytes > MOST_STREAM_BYTES || at + length > directory.length) throw damaged();
      this.#streams.push({ bytes, blocks: words(directory.subarray(at, at + length)) });
      at += length;
    }
  }

  /** All of a stream; nothing for one that is not there. @throws FileError when a block lies outside of the file */
  stream(index: number): Uint8Array {
    const stream = this.#streams[index];
    return stream ? this.#gather(stream.blocks, stream.bytes) : new Uint8Array(0);
  }

  #gather(blocks: Uint32Array, bytes: number): Uint8Array {
    const result = new Uint8Array(bytes);
    for (let i = 0; i < blocks.length; i++) {
      const at = i * this.#blockSize;
      const length = Math.min(this.#blockSize, bytes - at);
      const part = this.#file.read(blocks[i]! * this.#blockSize, length);
      if (part.length < length) throw damaged();
      result.set(part, at);
    }
    return result;
  }
}

function words(bytes: Uint8Array): Uint32Array {
  const view = viewOf(bytes);
  return Uint32Array.from({ length: bytes.length >> 2 }, (_, i) => view.getUint32(i * 4, true));
}

function damaged(): FileError {
  return new FileError('This PDB is damaged: its directory points outside of the file.');
}
