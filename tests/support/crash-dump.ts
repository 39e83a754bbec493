import { ByteFile, contextOf } from './byte-file.js';

export const CRASH_BASE = 0x7ff600000000n;
const STACK = 0x14fe00n;
export const CRASH_STAMP = 0x5f000001;

/** A small minidump as crash reporters write it: stacks only, images left out. Offsets: minidumpapiset.h. */
export function crashDump(): ByteFile {
  const file = new ByteFile();
  file.ascii(0, 'MDMP');
  file.u32(4, 0xa793, 5, 0x20, 0, CRASH_STAMP, 0);
  const streams: [type: number, rva: number, size: number][] = [];
  const stream = (type: number, size: number) => {
    const rva = Math.max(file.end, 0x80);
    streams.push([type, rva, size]);
    file.set(rva + size - 1, new Uint8Array(1));
    return rva;
  };
  const system = stream(7, 56);
  file.u16(system, 9, 6, 0);
  file.set(system + 6, Uint8Array.of(2, 1));
  file.u32(system + 8, 10, 0, 19045, 2, 0);
  const misc = stream(15, 24);
  file.u32(misc, 24, 3, 0x1234, CRASH_STAMP - 90, 5, 7);
  const modules = stream(4, 4 + 108);
  const threads = stream(3, 4 + 2 * 48);
  const exception = stream(6, 168);
  const memory = stream(5, 4 + 16);

  const name = file.end;
  const path = 'C:\\app\\crash.exe';
  file.u32(name, path.length * 2);
  file.wide(name + 4, `${path}\0`);
  file.u32(modules, 1);
  file.u64(modules + 4, CRASH_BASE);
  file.u32(modules + 12, 0x2000, 0xabc, CRASH_STAMP, name);

  const contexts = [0, 1].map((i) => {
    const at = file.end;
    file.set(at, contextOf({ rip: CRASH_BASE + 0x1001n, rsp: STACK + BigInt(i * 0x100), rax: BigInt(i) }));
    return at;
  });
  const crashed = file.end;
  file.set(crashed, contextOf({ rip: CRASH_BASE + 0x1000n, rsp: STACK + 0x140n, rax: 0xdeadn }));
  const stack = file.end;
  for (let i = 0; i < 0x40; i++) file.u64(stack + i * 8, i === 0 ? CRASH_BASE + 0x1003n : BigInt(i));
  file.u32(threads, 2);
  [0, 1].forEach((i) => {
    const at = threads + 4 + i * 48;
    file.u32(at, 0x100 + i, 0, 0x20, 0);
    file.u64(at + 16, 0n, STACK);
    file.u32(at + 32, 0x200, stack, 0x4d0, contexts[i]!);
  });
  file.u32(exception, 0x101, 0, 0xc0000005, 0);
  file.u64(exception + 24, CRASH_BASE + 0x1000n);
  file.u32(exception + 32, 2);
  file.u64(exception + 40, 1n, 0x10n);
  file.u32(exception + 160, 0x4d0, crashed);
  file.u32(memory, 1);
  file.u64(memory + 4, STACK);
  file.u32(memory + 12, 0x200, stack);
  streams.forEach((row, i) => file.u32(0x20 + i * 12, row[0], row[2], row[1]));
  file.u32(8, streams.length);
  return file;
}
