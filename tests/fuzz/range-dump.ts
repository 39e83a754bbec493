/**
 * The same memory as a dump with a bitmap holds, as debuggers write it (types 8, 9 and 10): ranges of frames. Places:
 * DUMP_HEADER64 of mindumpdef.h, RDMP_HEADER64 of kdmp-parser.
 */
export function rangeDump(bitmapDump: Uint8Array, type: 8 | 9 | 10): Uint8Array {
  const from = new DataView(bitmapDump.buffer, bitmapDump.byteOffset);
  const [first, pages, bits] = [0x2020, 0x2028, 0x2030].map((at) => Number(from.getBigUint64(at, true))) as [
    number,
    number,
    number,
  ];
  const has = (pfn: number) => ((bitmapDump[0x2038 + (pfn >> 3)]! >> (pfn & 7)) & 1) === 1;
  const runs: [base: number, count: number][] = [];
  for (let pfn = 0; pfn < bits; pfn++) {
    if (!has(pfn)) continue;
    const last = runs.at(-1);
    if (last && last[0] + last[1] === pfn) last[1]++;
    else runs.push([pfn, 1]);
  }
  const metadata = 0x10 + (runs.length + 1) * 16;
  const start = Math.ceil((0x2020 + metadata) / 0x1000) * 0x1000;
  const dump = new Uint8Array(start + pages * 0x1000);
  const view = new DataView(dump.buffer);
  dump.set(bitmapDump.subarray(0, 0x2000));
  view.setUint32(0xf98, type, true);
  dump.set(new TextEncoder().encode('PAGERDMPDUMP'), 0x2000);
  view.setBigUint64(0x2010, BigInt(metadata), true);
  view.setBigUint64(0x2018, BigInt(start), true);
  view.setBigUint64(0x2020, BigInt(runs.length), true);
  view.setBigUint64(0x2028, BigInt(pages), true);
  runs.forEach(([base, count], i) => {
    view.setBigUint64(0x2030 + i * 16, BigInt(base), true);
    view.setBigUint64(0x2038 + i * 16, BigInt(count), true);
  });
  dump.set(bitmapDump.subarray(first, first + pages * 0x1000), start);
  return dump;
}
