// What each tool demands of the file before it looks at memory, rule by rule.
import { describe, expect, it } from 'vitest';
import { BITMAP, HEADER, PAGE_BYTES } from './dump-file.js';
import type { Kernel } from './kernel.js';

const PAGE = 0x45474150;
const DU64 = 0x34365544;
const SDMP = 0x504d4453;
const DUMP = 0x504d5544;
const LIVE_BITMAP = 6;
const BITMAP_FULL = 5;
const AMD64 = 0x8664;
const LIVE_SYSTEM_DUMP = 0x161;
const TASKMGR = 0x005461736b6d6772n;
const BREAKPOINT = 0x80000003;
const MIB = 1 << 20;
/** In CONTEXT. */
const MX_CSR = 0x34;
const FLOAT_SAVE_MX_CSR = 0x118;
const FILETIME_OF_2020 = 132_223_104_000_000_000n;

export function containerRules(opened: () => Kernel): void {
  const dump = () => opened().dump;
  const firstPage = () => Number(dump().bitmap64('FirstPage'));
  const bits = () => Number(dump().bitmap64('Pages'));
  const pages = () => Number(dump().bitmap64('TotalPresentPages'));
  const setBits = () => {
    let count = 0;
    const start = HEADER.SIZE + BITMAP.Bitmap;
    for (const byte of dump().bytes.subarray(start, start + bits() / 8))
      for (let rest = byte; rest !== 0; rest &= rest - 1) count++;
    return count;
  };

  describe('kdmp-parser', () => {
    it('signatures PAGE and DU64', () => {
      expect([dump().u32('Signature'), dump().u32('ValidDump')]).toEqual([PAGE, DU64]);
    });
    it('a type of dump that it knows: 6', () => {
      expect(dump().u32('DumpType')).toBe(LIVE_BITMAP);
    });
    it('MxCsr of the context is that of its floating-point state', () => {
      const at = (offset: number) => dump().view.getUint32(HEADER.ContextRecord + offset, true);
      expect(at(MX_CSR)).toBe(at(FLOAT_SAVE_MX_CSR));
      expect(at(MX_CSR)).not.toBe(PAGE);
    });
    it('bitmap signatures SDMP and DUMP', () => {
      expect([dump().bitmap32('Signature'), dump().bitmap32('ValidDump')]).toEqual([SDMP, DUMP]);
    });
    it('whole bytes of bitmap', () => {
      expect(bits() % 8).toBe(0);
    });
    it('every page that the bitmap promises lies in the file', () => {
      expect(firstPage() + setBits() * PAGE_BYTES).toBeLessThanOrEqual(dump().bytes.length);
    });
  });

  describe('LeechCore', () => {
    it('machine AMD64', () => {
      expect(dump().u32('MachineImageType')).toBe(AMD64);
    });
    it('first page aligned, after the bitmap and within 16 MiB', () => {
      expect(firstPage() % PAGE_BYTES).toBe(0);
      expect(firstPage()).toBeGreaterThanOrEqual(HEADER.SIZE + BITMAP.Bitmap + bits() / 8);
      expect(firstPage()).toBeLessThanOrEqual(16 * MIB);
    });
    it('no more pages than bits, no more bits than it can count', () => {
      expect(pages()).toBeLessThanOrEqual(bits());
      expect(bits()).toBeLessThanOrEqual(0x7fffffff);
    });
    it('bits in groups of 64, none of which it drops', () => {
      expect(bits() % 64).toBe(0);
    });
    it('a file of 16 MiB or more', () => {
      expect(dump().bytes.length).toBeGreaterThanOrEqual(16 * MIB);
    });
  });

  describe('rizin', () => {
    it('as many bits set as pages counted', () => {
      expect(setBits()).toBe(pages());
    });
  });

  describe('Volatility 3', () => {
    it('type 5, which it reads, needs nothing but the one byte changed', () => {
      // It takes FirstPage for HeaderSize and Pages for BitmapSize, and makes runs of the bits; there must be some.
      expect(dump().view.getUint8(HEADER.DumpType) ^ BITMAP_FULL ^ LIVE_BITMAP).toBe(BITMAP_FULL);
      expect(dump().frames.length).toBeGreaterThan(0);
      expect(dump().frames.at(-1)).toBeLessThan(bits());
    });
  });

  describe("WinDbg's engine", () => {
    it('the file ends with its last page and RequiredDumpSpace says so', () => {
      expect(dump().bytes.length).toBe(firstPage() + pages() * PAGE_BYTES);
      expect(dump().u64('RequiredDumpSpace')).toBe(BigInt(dump().bytes.length));
    });
    it('build, processors and bug check of the machine', () => {
      expect(dump().u32('MajorVersion')).toBe(0xf);
      expect(dump().u32('MinorVersion')).toBe(opened().truth.build);
      expect(dump().u32('NumberProcessors')).toBe(opened().truth.processors.length);
      expect(dump().u32('BugCheckCode')).toBe(LIVE_SYSTEM_DUMP);
      expect(dump().u64('BugCheckParameter1')).toBe(TASKMGR);
    });
    it('lists, data block and PFN database where the symbols say', () => {
      const kernel = opened();
      expect(dump().u64('PsLoadedModuleList')).toBe(kernel.address('PsLoadedModuleList'));
      expect(dump().u64('PsActiveProcessHead')).toBe(kernel.address('PsActiveProcessHead'));
      expect(dump().u64('KdDebuggerDataBlock')).toBe(kernel.address('KdDebuggerDataBlock'));
      expect(dump().u64('PfnDataBase')).toBe(kernel.address('MmPfnDatabase'));
    });
    it('a breakpoint in the kernel as exception', () => {
      expect(dump().u32('Exception')).toBe(BREAKPOINT);
      expect(opened().space.isReadable(dump().view.getBigUint64(HEADER.Exception + 0x10, true))).toBe(true);
    });
    it('times', () => {
      expect(dump().u64('SystemTime')).toBeGreaterThan(FILETIME_OF_2020);
      expect(dump().u64('SystemUpTime')).toBeGreaterThan(0n);
    });
    it('a comment that names the generator', () => {
      expect(dump().text('Comment', 128)).toContain('livedump-lab');
    });
  });
}
