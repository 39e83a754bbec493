// Session space as every process sees it, or does not: walked from each process's PML4 and held against the sessions.
import { describe, expect, it } from 'vitest';
import type { AddressSpace } from './address-space.js';
import type { Kernel } from './kernel.js';
import { offsetOf } from './layouts.js';
import { ACTIVE, PfnDatabase } from './pfn-database.js';

const PRESENT = 1n;
const WRITABLE = 2n;
const GLOBAL = 1n << 8n;
const SLOT_BITS = 39n;
/** Images that every session maps for itself: those of the windowing system. */
const SESSION_IMAGES = ['win32k.sys', 'win32kbase.sys', 'win32kfull.sys', 'cdd.dll'];

export function sessionRules(opened: () => Kernel): void {
  const slotOf = (kernel: Kernel): number => kernel.sessionSlot;
  const sessionOf = (kernel: Kernel, process: bigint) => kernel.get(process, '_EPROCESS', 'Session');
  const sessionsOf = (kernel: Kernel) => {
    const vs = kernel.address('MiState') + BigInt(offsetOf('_MI_SYSTEM_INFORMATION', 'Vs.SessionWsList'));
    return kernel.list(vs, '_MM_SESSION_SPACE', 'WsListEntry');
  };
  /** A process of each session that has any. */
  const members = (kernel: Kernel): { session: bigint; space: AddressSpace }[] =>
    sessionsOf(kernel).flatMap((session) => {
      const process = kernel.processes.find((candidate) => sessionOf(kernel, candidate) === session);
      return process === undefined ? [] : [{ session, space: kernel.spaceOf(process) }];
    });
  const entriesOf = (kernel: Kernel, space: AddressSpace) => {
    const slot = slotOf(kernel);
    return [...space.entries(slot, slot + 1, kernel.selfMapSlot)];
  };
  const images = (kernel: Kernel) =>
    kernel.truth.modules.filter(({ file }) => SESSION_IMAGES.includes(file.toLowerCase()));

  describe('session space', () => {
    it('processes of a session have its page tables, the others none', () => {
      const kernel = opened();
      const slot = slotOf(kernel);
      expect(kernel.space.entry(kernel.space.root, slot)).toBe(0n); // System's
      const tops = new Map<bigint, bigint>();
      for (const process of kernel.processes) {
        const space = kernel.spaceOf(process);
        const entry = space.entry(space.root, slot);
        const session = sessionOf(kernel, process);
        if (session === 0n) expect(entry, String(kernel.pid(process))).toBe(0n);
        else {
          expect(entry & PRESENT).toBe(PRESENT);
          expect(tops.get(session) ?? entry).toBe(entry);
          tops.set(session, entry);
        }
      }
      expect(tops.size).toBe(2);
      expect(new Set(tops.values()).size).toBe(2);
      for (const [session, entry] of tops)
        expect(kernel.space.u64(session + BigInt(offsetOf('_MM_SESSION_SPACE', 'PageTables')))).toBe(entry);
    });

    it('every session that the truth tells has its processes', () => {
      const kernel = opened();
      const found = sessionsOf(kernel).map((session) => ({
        id: Number(kernel.get(session, '_MM_SESSION_SPACE', 'SessionId')),
        processes: kernel.processes.filter((p) => sessionOf(kernel, p) === session).map((p) => kernel.pid(p)),
      }));
      expect(found).toEqual(kernel.truth.sessions);
    });

    it('every entry and the PFN entry of its frame name each other, the top table as the session does', () => {
      const kernel = opened();
      const pfns = new PfnDatabase(kernel);
      const owners = new Map<number, number>(); // frames of code, and the table of the session that owns them
      const wrong: string[] = [];
      for (const { session, space } of members(kernel))
        for (const entry of entriesOf(kernel, space)) {
          const pfn = pfns.entry(entry.frame);
          const where = `0x${entry.address.toString(16)} level ${entry.level}`;
          if (pfn.location !== ACTIVE || pfn.referenceCount < 1) wrong.push(`${where}: not active`);
          if (entry.level === 4) {
            const owner = session + BigInt(offsetOf('_MM_SESSION_SPACE', 'PageTables'));
            expect([pfn.pteAddress, pfn.pteFrame]).toEqual([owner, kernel.space.frameAt(owner)]);
            expect(pfn.shareCount).toBe(1n);
            continue;
          }
          if (pfn.pteAddress !== pfns.pteAddress(entry)) wrong.push(`${where}: PteAddress`);
          const isShared = entry.isLeaf && (entry.value & WRITABLE) === 0n;
          if (!isShared && pfn.pteFrame !== entry.table) wrong.push(`${where}: PteFrame`);
          if (isShared && !owners.has(entry.frame)) owners.set(entry.frame, entry.table);
          if (isShared && pfn.pteFrame !== owners.get(entry.frame)) wrong.push(`${where}: owner`);
          if (pfn.shareCount !== (isShared ? 2n : 1n)) wrong.push(`${where}: shared ${pfn.shareCount}`);
        }
      expect(wrong.slice(0, 10)).toEqual([]);
    });

    it('sessions share what they cannot write, and have the rest for themselves; no entry is global', () => {
      const kernel = opened();
      const [first, second] = members(kernel).map(({ space }) =>
        entriesOf(kernel, space).filter(({ isLeaf }) => isLeaf),
      );
      expect(second!.map(({ address }) => address)).toEqual(first!.map(({ address }) => address));
      const writable = first!.filter(({ value }) => (value & WRITABLE) !== 0n);
      expect(writable.length).toBeGreaterThan(2);
      expect(first!.length).toBeGreaterThan(2 * writable.length);
      for (const [index, mine] of first!.entries()) {
        const theirs = second![index]!;
        expect(mine.value & GLOBAL).toBe(0n);
        expect(mine.frame === theirs.frame, mine.address.toString(16)).toBe((mine.value & WRITABLE) === 0n);
      }
    });

    it("has the windowing system's images, which can be read there alone", () => {
      const kernel = opened();
      const found = images(kernel);
      expect(found.length).toBeGreaterThanOrEqual(3);
      expect(kernel.truth.modules.filter(({ inSessionSpace }) => inSessionSpace)).toEqual(found);
      for (const { base } of found) {
        expect(Number((BigInt(base) >> SLOT_BITS) & 511n)).toBe(slotOf(kernel));
        expect(kernel.space.isReadable(BigInt(base))).toBe(false);
        for (const { space } of members(kernel)) expect(space.text(BigInt(base), 2)).toBe('MZ');
      }
      const others = kernel.truth.modules.filter((module) => !found.includes(module));
      for (const { base } of others) expect(kernel.space.isReadable(BigInt(base))).toBe(true);
    });

    it('is counted: page tables, private pages, working set', () => {
      const kernel = opened();
      for (const { session, space } of members(kernel)) {
        const entries = entriesOf(kernel, space);
        const tables = BigInt(
          new Set(entries.filter(({ isLeaf }) => !isLeaf).map(({ frame }) => frame)).size,
        );
        const leaves = entries.filter(({ isLeaf }) => isLeaf);
        const own = BigInt(leaves.filter(({ value }) => (value & WRITABLE) !== 0n).length);
        const get = (path: string) => kernel.get(session, '_MM_SESSION_SPACE', path);
        expect(get('NonPagablePages')).toBe(tables);
        expect(get('CommittedPages')).toBe(tables + own);
        expect(get('Vm.Instance.WorkingSetSize')).toBe(BigInt(leaves.length));
        expect(get('Vm.Instance.WorkingSetPrivateSize')).toBe(own);
      }
    });

    it('is in the dump as a whole', () => {
      const kernel = opened();
      const missing = members(kernel).flatMap(({ space }) =>
        entriesOf(kernel, space).filter(({ frame }) => !kernel.dump.has(frame)),
      );
      expect(missing.map(({ address }) => address)).toEqual([]);
    });
  });
}
