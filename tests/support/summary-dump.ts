/**
 * The same memory as a type 6 dump holds, as Windows before 8 wrote it: a summary dump (type 2), whose header counts
 * in 32 bits and names the bitmap's length twice. Places: SUMMARY_DUMP64 of mindumpdef.h.
 */
export function summaryDump(bitmapDump: Uint8Array): Uint8Array {
  const from = new DataView(bitmapDump.buffer, bitmapDump.byteOffset);
  const [first, pages, bits] = [0x2020, 0x2028, 0x2030].map((at) => Number(from.getBigUint64(at, true))) as [
    number,
    number,
    number,
  ];
  const start = Math.ceil((0x2028 + bits / 8) / 0x1000) * 0x1000;
  const dump = new Uint8Array(start + pages * 0x1000);
  const view = new DataView(dump.buffer);
  dump.set(bitmapDump.subarray(0, 0x2000));
  // One run of memory that has all frames: the engine asks for one that is there.
  view.setUint32(0x88, 1, true);
  [bits, 0, bits].forEach((value, i) => view.setBigUint64(0x90 + i * 8, BigInt(value), true));
  view.setUint32(0xf98, 2, true);
  view.setBigUint64(0xfa0, BigInt(dump.length), true);
  dump.set(new TextEncoder().encode('SDMPDUMP'), 0x2000);
  [1, start, bits, pages, bits].forEach((value, i) => view.setUint32(0x2008 + i * 4, value, true));
  dump.set(bitmapDump.subarray(0x2038, 0x2038 + bits / 8), 0x2028);
  dump.set(bitmapDump.subarray(first, first + pages * 0x1000), start);
  return dump;
}
