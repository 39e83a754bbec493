/** What a reader of the MSF container needs to know, told once more: independent of the writer. */
export interface Msf {
  blockCount: number;
  streams: Uint8Array[];
  /** Blocks that hold the superblock, free page maps, streams or the directory. */
  used: Set<number>;
  isFree(block: number): boolean;
}

/** @throws when the file does not start with the superblock of an MSF 7.00 file, or a block is used twice */
export function readMsf(file: Uint8Array): Msf {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const magic = 'Microsoft C/C++ MSF 7.00\r\n\x1aDS\0\0\0';
  if (String.fromCharCode(...file.subarray(0, 32)) !== magic) throw new Error('not an MSF file');
  const [blockSize, freeMap, blockCount, directoryBytes, , directoryMap] = Array.from({ length: 6 }, (_, i) =>
    view.getUint32(32 + i * 4, true),
  ) as [number, number, number, number, number, number];

  const used = new Set<number>();
  const use = (block: number) => {
    if (used.has(block)) throw new Error(`block ${block} is used twice`);
    used.add(block);
    return block;
  };
  const gather = (blocks: number[], bytes: number) => {
    const whole = new Uint8Array(blocks.length * blockSize);
    blocks.forEach((block, i) => {
      whole.set(file.subarray(use(block) * blockSize, (block + 1) * blockSize), i * blockSize);
    });
    return whole.subarray(0, bytes);
  };
  const blocksOf = (bytes: number) => Math.ceil(bytes / blockSize);

  use(0);
  for (let block = 0; block < blockCount; block += blockSize) {
    use(block + 1);
    use(block + 2);
  }
  use(directoryMap);
  const directoryBlocks = Array.from({ length: blocksOf(directoryBytes) }, (_, i) =>
    view.getUint32(directoryMap * blockSize + i * 4, true),
  );
  const directory = gather(directoryBlocks, directoryBytes);
  const words = new Uint32Array(directory.slice().buffer);
  const count = words[0] as number;
  let next = 1 + count;
  const streams = [...words.subarray(1, 1 + count)].map((bytes) => {
    const blocks = [...words.subarray(next, next + blocksOf(bytes))];
    next += blocks.length;
    return gather(blocks, bytes);
  });

  const bitsPerBlock = blockSize * 8;
  return {
    blockCount,
    streams,
    used,
    isFree(block) {
      const mapBlock = Math.floor(block / bitsPerBlock) * blockSize + freeMap;
      const bit = block % bitsPerBlock;
      return (((file[mapBlock * blockSize + (bit >> 3)] as number) >> (bit & 7)) & 1) === 1;
    },
  };
}
