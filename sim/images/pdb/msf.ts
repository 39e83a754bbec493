import { ByteWriter } from '../byte-writer.js';

/** Bytes of a block; the free page map's interval too, counted in blocks. */
export const BLOCK_SIZE = 4096;

const MAGIC = 'Microsoft C/C++ MSF 7.00\r\n\x1aDS\0\0\0';

/** Each interval of BLOCK_SIZE blocks holds the two free page maps at these places; streams go around them. */
const FREE_PAGE_MAPS = [1, 2] as const;
const ACTIVE_FREE_PAGE_MAP = FREE_PAGE_MAPS[0];

/**
 * A multi-stream file: numbered streams cut into blocks, and a directory that says where they lie.
 * Streams are contiguous (but for free page maps in between), in order of their numbers.
 * Source: LLVM, docs/PDB/MsfFile.rst.
 * Throws an Error when the file would need more than one block of directory addresses (4 MiB of directory).
 */
export function writeMsf(streams: readonly Uint8Array[]): Uint8Array {
  const allocator = new BlockAllocator();
  const streamBlocks = streams.map((stream) => allocator.take(blocksOf(stream.length)));
  const directory = streamDirectory(streams, streamBlocks);
  const directoryBlocks = allocator.take(blocksOf(directory.length));
  if (directoryBlocks.length * 4 > BLOCK_SIZE) throw new Error('PDB: the stream directory is too large');
  const [directoryMap = 0] = allocator.take(1);

  const file = new Uint8Array(allocator.count * BLOCK_SIZE);
  file.set(superblock(allocator.count, directory.length, directoryMap));
  writeFreePageMaps(file, allocator.count);
  streams.forEach((stream, i) => scatter(file, stream, streamBlocks[i] ?? []));
  scatter(file, directory, directoryBlocks);
  const map = new ByteWriter(BLOCK_SIZE);
  for (const block of directoryBlocks) map.u32(block);
  scatter(file, map.bytes, [directoryMap]);
  return file;
}

class BlockAllocator {
  /** Block 0 is the superblock. */
  private next = 1;

  /** Blocks that the file has: an interval that has begun holds its free page maps. */
  get count(): number {
    const endsBeforeMaps = (this.next - 1) % BLOCK_SIZE === 0;
    return endsBeforeMaps ? this.next + FREE_PAGE_MAPS.length : this.next;
  }

  take(count: number): number[] {
    const blocks: number[] = [];
    while (blocks.length < count) {
      if (!isFreePageMap(this.next)) blocks.push(this.next);
      this.next++;
    }
    return blocks;
  }
}

function isFreePageMap(block: number): boolean {
  return FREE_PAGE_MAPS.some((place) => block % BLOCK_SIZE === place);
}

function blocksOf(bytes: number): number {
  return Math.ceil(bytes / BLOCK_SIZE);
}

function superblock(blockCount: number, directoryBytes: number, directoryMap: number): Uint8Array {
  const writer = new ByteWriter();
  for (const character of MAGIC) writer.u8(character.charCodeAt(0));
  return writer
    .u32(BLOCK_SIZE)
    .u32(ACTIVE_FREE_PAGE_MAP)
    .u32(blockCount)
    .u32(directoryBytes)
    .u32(0)
    .u32(directoryMap).bytes;
}

function streamDirectory(streams: readonly Uint8Array[], blocks: readonly number[][]): Uint8Array {
  const writer = new ByteWriter();
  writer.u32(streams.length);
  for (const stream of streams) writer.u32(stream.length);
  for (const block of blocks.flat()) writer.u32(block);
  return writer.bytes;
}

/**
 * One bit per block, set where it is free. The map's bytes continue from one interval's block to the next,
 * although an interval has eight times as many as it needs; the inactive map says that all is free.
 */
function writeFreePageMaps(file: Uint8Array, blockCount: number): void {
  const active = new Uint8Array(blocksOf(blockCount) * BLOCK_SIZE).fill(0xff);
  const wholeBytes = blockCount >> 3;
  active.fill(0, 0, wholeBytes);
  active[wholeBytes] = (0xff << (blockCount & 7)) & 0xff;
  for (let interval = 0; interval * BLOCK_SIZE < blockCount; interval++) {
    for (const place of FREE_PAGE_MAPS) {
      const at = (interval * BLOCK_SIZE + place) * BLOCK_SIZE;
      if (place === ACTIVE_FREE_PAGE_MAP) {
        file.set(active.subarray(interval * BLOCK_SIZE, (interval + 1) * BLOCK_SIZE), at);
      } else {
        file.fill(0xff, at, at + BLOCK_SIZE);
      }
    }
  }
}

function scatter(file: Uint8Array, stream: Uint8Array, blocks: readonly number[]): void {
  blocks.forEach((block, i) => {
    file.set(stream.subarray(i * BLOCK_SIZE, (i + 1) * BLOCK_SIZE), block * BLOCK_SIZE);
  });
}
