// Dumps of processes, read by the published format alone and held against what the machine's truth says.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { modulesOf, ProcessDumps, type DumpedProcess } from '../../support/process-dump.js';
import { DUMPED, dumpOf } from '../../support/dumped-processes.js';
import { MinidumpFile, STREAM } from './minidump-file.js';
import { relocated } from './relocated.js';

const USER_END = 0x7fffffff0000n;
const PAGE = 4096n;
const COMMIT = 0x1000;
const RESERVE = 0x2000;
const FREE = 0x10000;
const TYPES = { private: 0x20000, mapped: 0x40000, image: 0x1000000 } as const;
const GUARD = 0x100;
const NO_ACCESS = 1;
/** PAGE_ constants by the names that debuggers print for VADs. */
const PROTECTIONS: Record<string, number> = {
  NO_ACCESS: 1,
  READONLY: 2,
  EXECUTE: 0x10,
  EXECUTE_READ: 0x20,
  READWRITE: 4,
  WRITECOPY: 8,
  EXECUTE_READWRITE: 0x40,
  EXECUTE_WRITECOPY: 0x80,
};
const CONTEXT_BYTES = 1232;
/** In CONTEXT of x64. */
const [CONTEXT_FLAGS, SEG_CS, RSP, RIP] = [0x30, 0x38, 0x98, 0xf8];

const dumps = new ProcessDumps(['--seed', process.env['READERS_SEEDS']?.split(',')[0] ?? '3']);
afterAll(() => dumps.remove());

describe.each(DUMPED)('a dump of %s', (name) => {
  let truth: DumpedProcess;
  let file: MinidumpFile;
  let path: string;

  beforeAll(() => {
    ({ truth, path } = dumpOf(dumps, name));
    file = new MinidumpFile(path);
  });
  afterAll(() => file.close());

  it('has the header of a minidump with full memory', () => {
    const head = readFileSync(path).subarray(0, 32);
    expect(head.toString('latin1', 0, 4)).toBe('MDMP');
    expect(head.readUInt16LE(4)).toBe(0xa793);
    expect(head.readUInt32LE(12)).toBe(32);
    expect(head.readBigUInt64LE(24) & 0x1826n).toBe(0x1826n);
    expect(file.comment()).toMatch(/^livedump-lab [\d.]+ scenario=baseline machine=classroom seed=\d+\0$/);
  });

  it('lists its streams in the order of dbghelp, unused entries last', () => {
    const used = file.order.filter((type) => type !== 0);
    expect(used.slice(0, 2)).toEqual([STREAM.ThreadList, STREAM.ThreadInfoList]);
    expect(used.indexOf(STREAM.ModuleList)).toBeLessThan(used.indexOf(STREAM.Memory64List));
    expect(used.indexOf(STREAM.Memory64List)).toBeLessThan(used.indexOf(STREAM.SystemInfo));
    expect(used.indexOf(STREAM.SystemInfo) + 1).toBe(used.indexOf(STREAM.MiscInfo));
    expect(file.order.slice(used.length).every((type) => type === 0)).toBe(true);
    expect(new Set(used).size).toBe(used.length);
  });

  it('has everything inside the file, and nothing over anything else', () => {
    file.threads();
    file.threadNames();
    file.modules();
    file.unloadedModules();
    file.handles();
    const service = file.u32(file.rva(STREAM.SystemInfo) + 24);
    expect(file.string(service)).toBe('');
    const ranges = file.ranges();
    const memory = ranges.map(({ place, size }) => ({
      what: 'memory',
      rva: Number(place),
      size: Number(size),
    }));
    const parts = [...file.parts, ...memory].sort((a, b) => a.rva - b.rva);
    for (const [index, part] of parts.entries()) {
      expect(part.rva + part.size, part.what).toBeLessThanOrEqual(parts[index + 1]?.rva ?? file.size);
    }
    const last = ranges.at(-1)!;
    expect(Number(last.place + last.size)).toBe(file.size);
  });

  it('has the modules of the truth, with their symbols', () => {
    const modules = file.modules();
    expect(modules.map(({ name: own, base, size }) => [own, base, size])).toEqual(
      modulesOf(truth).map(({ path: own, base, size }) => [own, BigInt(base), size]),
    );
    for (const { name: own, codeView, timeDateStamp, size, fixedVersion } of modules) {
      const { guid, age, pdb } = file.codeView(codeView);
      const image = own.slice(own.lastIndexOf('\\') + 1);
      const stamp = timeDateStamp.toString(16).toUpperCase().padStart(8, '0');
      expect(existsSync(join(dumps.symbols, pdb, guid + age.toString(16), pdb)), pdb).toBe(true);
      expect(existsSync(join(dumps.symbols, image, stamp + size.toString(16), image)), image).toBe(true);
      expect(fixedVersion[0]).toBe(0xfeef04bd);
    }
  });

  it('has the DLLs that the truth says it unloaded, as their files are', () => {
    const unloaded = file.unloadedModules();
    expect(unloaded.map(({ name: own, base, size }) => [own, base, size])).toEqual(
      (truth.unloadedModules ?? []).map(({ name: own, base, size }) => [own, BigInt(base), size]),
    );
    for (const { name: own, timeDateStamp, size, checkSum } of unloaded) {
      const key = `${timeDateStamp.toString(16).toUpperCase().padStart(8, '0')}${size.toString(16)}`;
      const image = readFileSync(join(dumps.symbols, own, key, own));
      // PE: e_lfanew, then signature and file header (24 bytes) before OptionalHeader.CheckSum.
      expect(image.readUInt32LE(image.readUInt32LE(0x3c) + 24 + 64)).toBe(checkSum);
    }
  });

  it('has the threads of the truth: ids, TEBs, start addresses, names and registers', () => {
    const names = file.threadNames();
    const infos = file.threadInfos();
    const threads = file.threads().map(({ id, teb, context, stack }, index) => {
      expect(context.size).toBe(CONTEXT_BYTES);
      const register = (at: number) => file.u64(context.rva + at);
      expect(file.u32(context.rva + CONTEXT_FLAGS) & 0x10000f).toBe(0x10000f);
      expect(file.u16(context.rva + SEG_CS)).toBe(0x33);
      expect(stack.start).toBe(register(RSP));
      expect(infos[index]!.id).toBe(id);
      return [id, teb, infos[index]!.start, register(RIP), register(RSP), names.get(id)];
    });
    expect(threads).toEqual(
      truth.threads.map(({ tid, name: own, user: { teb, start, rip, rsp } }) => [
        tid,
        ...[teb, start, rip, rsp].map(BigInt),
        own,
      ]),
    );
    const isSuspended = truth.traits?.includes('suspended') ?? false;
    expect(file.threads().some(({ suspendCount }) => suspendCount > 0)).toBe(isSuspended);
  });

  it('describes all of the address space, allocation by allocation as the truth has it', () => {
    const regions = file.regions();
    let end = 0n;
    for (const { base, size } of regions) {
      expect(base).toBe(end);
      end = base + size;
    }
    expect(end).toBe(USER_END);
    const allocated = regions.filter(({ state }) => state !== FREE);
    for (const range of truth.memory) {
      const [start, stop] = [BigInt(range.start), BigInt(range.end)];
      const parts = allocated.filter(({ allocationBase }) => allocationBase === start);
      expect(parts.reduce((sum, { size }) => sum + size, 0n)).toBe(stop - start);
      for (const { type, allocationProtect } of parts) {
        expect(type).toBe(TYPES[range.kind]);
        expect(allocationProtect).toBe(PROTECTIONS[range.protection]);
      }
      const committed = parts.filter(({ state }) => state === COMMIT);
      const pages = committed.reduce((sum, { size }) => sum + size / PAGE, 0n);
      expect(pages, range.start).toBe(
        range.kind === 'private' ? BigInt(range.committed) : (stop - start) / PAGE,
      );
    }
    expect(new Set(allocated.map(({ allocationBase }) => allocationBase)).size).toBe(truth.memory.length);
    for (const { state, protect } of regions) if (state === RESERVE) expect(protect).toBe(0);
  });

  it('holds the memory that the process could read, and nothing else', () => {
    const readable = file
      .regions()
      .filter(({ state, protect }) => state === COMMIT && protect !== NO_ACCESS && (protect & GUARD) === 0);
    expect(file.ranges().map(({ start, size }) => [start, size])).toEqual(
      readable.map(({ base, size }) => [base, size]),
    );
  });

  it('holds what the images on disk hold', () => {
    for (const { name: own, base, timeDateStamp, size } of file.modules()) {
      const image = own.slice(own.lastIndexOf('\\') + 1);
      const key = timeDateStamp.toString(16).toUpperCase().padStart(8, '0') + size.toString(16);
      const disk = relocated(readFileSync(join(dumps.symbols, image, key, image)), base);
      const nt = disk.readUInt32LE(0x3c);
      const sections = disk.readUInt16LE(nt + 6);
      for (let i = 0; i < sections; i++) {
        const at = nt + 24 + disk.readUInt16LE(nt + 20) + i * 40;
        const title = disk.toString('latin1', at, at + 8).replace(/\0+$/, '');
        if (title !== '.text' && title !== '.reloc') continue;
        const [virtualSize, rva, rawSize, raw] = [8, 12, 16, 20].map((f) => disk.readUInt32LE(at + f)) as [
          number,
          number,
          number,
          number,
        ];
        const length = Math.min(virtualSize, rawSize, 4096);
        expect(
          file.memory(base + BigInt(rva), length)!.equals(disk.subarray(raw, raw + length)),
          own + title,
        ).toBe(true);
      }
    }
  });

  it('leads from each TEB to itself, to the PEB and to the ids', () => {
    for (const { user, tid } of truth.threads) {
      const teb = file.memory(BigInt(user.teb), 0x68)!;
      expect(teb.readBigUInt64LE(0x30)).toBe(BigInt(user.teb));
      expect([teb.readBigUInt64LE(0x40), teb.readBigUInt64LE(0x48)]).toEqual([
        BigInt(truth.pid),
        BigInt(tid),
      ]);
      const peb = file.memory(teb.readBigUInt64LE(0x60), 0x20)!;
      expect(peb.readBigUInt64LE(0x10)).toBe(BigInt(truth.modules[0]!.base));
    }
  });

  it('has the handles of the truth, with the names of named objects', () => {
    const named = new Map(dumps.truth.namedObjects.map(({ address, path: own }) => [address, own]));
    const handles = file.handles();
    const expected = Object.entries(truth.handles.open)
      .flatMap(([type, rows]) =>
        rows.map((row) => {
          const [value, object, access] = row.split(' ') as [string, string, string];
          return { value: BigInt(value), type, access: Number(access), name: named.get(object) };
        }),
      )
      .sort((a, b) => Number(a.value - b.value));
    expect(handles.map(({ handle, type, access }) => [handle, type, access])).toEqual(
      expected.map(({ value, type, access }) => [value, type, access]),
    );
    for (const [index, { name: own }] of expected.entries())
      if (own !== undefined) expect(handles[index]!.name).toBe(own);
    for (const { handleCount, pointerCount } of handles) {
      expect(handleCount).toBeGreaterThan(0);
      expect(pointerCount).toBeGreaterThanOrEqual(handleCount);
    }
  });

  it('says which process it is of', () => {
    const misc = file.rva(STREAM.MiscInfo);
    expect(file.u32(misc)).toBe(file.streams.get(STREAM.MiscInfo)!.size);
    expect(file.u32(misc + 8)).toBe(truth.pid);
    expect(file.streams.get(STREAM.SystemMemoryInfo)!.size).toBe(524);
    expect(file.streams.get(STREAM.ProcessVmCounters)!.size).toBe(152);
  });
});
