import { ByteFile, contextOf } from './byte-file.js';

/** Where the kernel and a driver of the made-up machine lie, and the stamps of their images. */
export const TRIAGE = {
  nt: { base: 0xfffff80010000000n, stamp: 0x5f000010, file: 'ntoskrnl.exe' },
  driver: { base: 0xfffff80020000000n, stamp: 0x5f000020, file: 'faulty.sys' },
  size: 0x2000,
  thread: 0xffffc00000001080n,
  process: 0xffffc00000002080n,
  stack: 0xffffa00000007f00n,
  number: 1,
  cr3: 0x1ad000n,
} as const;

const KDBG = TRIAGE.nt.base + 0x1800n;
/** KDDEBUGGER_DATA64 (wdbgexts.h): what places in KTHREAD and KPRCB it names. */
const OFFSETS: readonly [place: number, offset: number][] = [
  [0x298, 0x218], [0x29a, 0xf0], [0x29c, 0x58], [0x29e, 0x28], [0x2a0, 0xb8], [0x2a2, 0x184], [0x2aa, 0x550], [0x2ae, 0x28],
  [0x2b4, 0x8], [0x2b6, 0x44], [0x2bc, 0x1f0], [0x2be, 0x24], [0x2e0, 0xc000], [0x2e6, 0x180], [0x2f2, 0x100],
]; // prettier-ignore
const PRCB_BYTES = 0xbf00;

/**
 * A small dump of a machine that a driver stopped with bug check 0xD1, as the kernel writes them: the KPRCB, process
 * and thread are there as copies only. Places: DUMP_HEADER64 and TRIAGE_DUMP64 of mindumpdef.h.
 */
export function triageDump(): ByteFile {
  const file = new ByteFile();
  for (let at = 0; at < 0x2000; at += 4) file.ascii(at, 'PAGE');
  file.ascii(0, 'PAGEDU64');
  file.u32(0x8, 0xf, 22631);
  file.u64(0x10, TRIAGE.cr3, 0n, TRIAGE.nt.base + 0x1100n, TRIAGE.nt.base + 0x1110n);
  file.u32(0x30, 0x8664, 2, 0xd1);
  file.u64(0x40, 0x10n, 2n, 0n, TRIAGE.driver.base + 0x1000n);
  file.u64(0x80, KDBG);
  const context = contextOf({ rip: TRIAGE.driver.base + 0x1000n, rsp: TRIAGE.stack, rax: 0x77n });
  file.set(0x348, context);
  file.u16(0x348 + 0x38, 0x10, 0x2b, 0x2b, 0x53, 0x2b, 0x18);
  file.set(0xf00, new Uint8Array(0x98));
  file.u32(0xf00, 0x80000003, 1);
  file.u64(0xf10, TRIAGE.driver.base + 0x1000n);
  file.u32(0xf98, 4);
  file.u64(0xfa8, 134_000_000_000_000_000n);
  file.u64(0x1030, 36_000_000_000n);
  file.u32(0x1038, 0xcff);
  file.u32(0x1040, 1, 0x110, 0, 0);
  file.u32(0x1050, 8);

  const part = (bytes: number) => {
    const at = Math.max(file.end, 0x2080);
    file.set(at + bytes - 1, new Uint8Array(1));
    return at;
  };
  file.set(0x207f, new Uint8Array(1));
  const unloaded = part(8 + 0x38);
  file.u32(unloaded, 1);
  file.u16(unloaded + 8, 24, 24);
  file.wide(unloaded + 0x18, 'dump_storage');
  file.u64(unloaded + 0x30, 0xfffff80030000000n, 0xfffff80030010000n);

  const prcb = part(PRCB_BYTES);
  file.u64(prcb + 8, TRIAGE.thread);
  file.u16(prcb + 0x24, TRIAGE.number);
  file.u64(prcb + 0x100 + 0x10, TRIAGE.cr3);
  const process = part(0xb80);
  file.u64(process + 0x28, TRIAGE.cr3);
  const thread = part(0x900);
  file.u64(thread + 0xb8, TRIAGE.process);
  file.set(thread + 0x184, Uint8Array.of(2));
  file.u32(thread + 0x218, TRIAGE.number);
  const stack = part(0x100);
  file.u64(stack, TRIAGE.nt.base + 0x1005n, 0n, 0n);

  const drivers = part(2 * 0x90);
  const names = [TRIAGE.nt, TRIAGE.driver].map(({ file: name }) => {
    const at = part(4 + 2 * (name.length + 1));
    file.u32(at, name.length);
    file.wide(at + 4, name);
    return at;
  });
  [TRIAGE.nt, TRIAGE.driver].forEach(({ base, stamp }, i) => {
    const at = drivers + i * 0x90;
    file.u32(at, names[i]!);
    file.u64(at + 8 + 0x30, base);
    file.u32(at + 8 + 0x40, TRIAGE.size);
    file.u32(at + 8 + 0x80, stamp);
  });

  const data = part(0x3a8);
  file.ascii(data + 0x10, 'KDBG');
  file.u32(data + 0x14, 0x3a8);
  file.u64(data + 0x18, TRIAGE.nt.base);
  file.u64(data + 0x48, TRIAGE.nt.base + 0x1100n, TRIAGE.nt.base + 0x1110n);
  for (const [place, offset] of OFFSETS) file.u16(data + place, offset);

  const blocks = part(2 * 16);
  file.u64(blocks, TRIAGE.thread);
  file.u32(blocks + 8, thread, 0x900);
  file.u64(blocks + 16, TRIAGE.process);
  file.u32(blocks + 24, process, 0xb80);
  const valid = part(4);
  file.ascii(valid, 'TRGD');

  file.u32(0x2000, 0, file.length, valid, 0x348, 0xf00, 0, unloaded, prcb, process, thread, stack, 0x100);
  file.u32(0x2030, drivers, 2, names[0]!, valid - names[0]!, 0, 0xffffffff);
  file.u64(0x2048, TRIAGE.stack);
  file.u32(0x2070, data, 0x3a8, blocks, 2);
  return file;
}
