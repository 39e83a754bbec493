// Processes against truth: who they are, since when, and what is left of those that have ended.
import { describe, expect, it } from 'vitest';
import type { FullTruth, Kernel } from './kernel.js';
import { offsetOf, sizeOf } from './layouts.js';
import { vadsOf } from './vads.js';

const UNLOADED_BYTES = 0x28n; // UNICODE_STRING, start, end, time: as debuggers read nt!MmUnloadedDrivers
const STATUS_PENDING = 0x103n;
const PROCESS_EXITING = 4n; // EPROCESS.Flags
const PROCESS_DELETE = 8n;
const ID_STEP = 4;
const PAGE_BYTES = 4096n;
const HANDLES_PER_PAGE = 1024n; // by value: 256 entries, in steps of 4
const POINTERS_PER_PAGE = 512n;
const WORKING_SET_LIMITS = [50n, 345n]; // pages, documentation of SetProcessWorkingSetSize

type Process = FullTruth['processes'][number] & {
  createTime: string;
  exitTime?: string;
  exitStatus?: number;
  basePriority: number;
  protection?: number;
  path?: string;
  traits?: string[];
  threads: { tid: number; address: string; name?: string }[];
};

export function processRules(opened: () => Kernel): void {
  const processes = () => opened().truth.processes as unknown as Process[];
  const get = (process: { address: string }, path: string) =>
    opened().get(BigInt(process.address), '_EPROCESS', path);
  const text = (at: bigint): string => opened().space.unicode(at);

  describe('processes against truth', () => {
    it('ids, parents, times and priorities', () => {
      for (const process of processes()) {
        expect({
          pid: Number(get(process, 'UniqueProcessId')),
          parentPid: Number(get(process, 'InheritedFromUniqueProcessId')),
          createTime: String(get(process, 'CreateTime.QuadPart')),
          exitTime: String(get(process, 'ExitTime.QuadPart')),
          basePriority: Number(get(process, 'Pcb.BasePriority')),
          protection: Number(get(process, 'Protection.Level')),
          threads: Number(get(process, 'ActiveThreads')),
        }).toEqual({
          pid: process.pid,
          parentPid: process.parentPid,
          createTime: process.createTime,
          exitTime: process.exitTime ?? '0',
          basePriority: process.basePriority,
          protection: process.protection ?? 0,
          threads: process.threads.length,
        });
      }
    });

    it('ids are multiples of 4 and grow as processes start', () => {
      const all = processes();
      for (const { pid } of all) expect(pid % ID_STEP).toBe(0);
      const inOrder = [...all].sort((a, b) => Number(BigInt(a.createTime) - BigInt(b.createTime)));
      expect(inOrder.map(({ pid }) => pid)).toEqual(all.map(({ pid }) => pid).sort((a, b) => a - b));
    });

    it('a process that has ended has no threads and no handles, and says so', () => {
      for (const process of processes()) {
        const hasEnded = process.exitTime !== undefined;
        const flags = get(process, 'Flags');
        expect((flags & PROCESS_EXITING) !== 0n).toBe(hasEnded);
        expect((flags & PROCESS_DELETE) !== 0n).toBe(hasEnded);
        expect(get(process, 'ExitStatus')).toBe(hasEnded ? BigInt(process.exitStatus ?? 0) : STATUS_PENDING);
        expect(get(process, 'ObjectTable') === 0n).toBe(hasEnded);
        if (hasEnded) expect(BigInt(process.exitTime!)).toBeGreaterThan(BigInt(process.createTime));
      }
    });

    it('the system, its minimal processes and the session manager belong to no session', () => {
      for (const process of processes()) {
        const belongsToNone =
          process.path === undefined || (process.traits ?? []).includes('no-session') || !!process.exitTime;
        expect(get(process, 'Session') === 0n, process.name).toBe(belongsToNone);
      }
    });

    it('are charged for their address descriptors and handle tables, and the quota block for all of them', () => {
      const kernel = opened();
      const sums = [0n, 0n, 0n];
      for (const process of processes()) {
        const address = BigInt(process.address);
        const quota = (field: string, pool: number) =>
          kernel.space.u64(address + BigInt(offsetOf('_EPROCESS', field) + 8 * pool));
        const descriptors = vadsOf(kernel, address)
          .map(({ isPrivate }) => BigInt(sizeOf(isPrivate ? '_MMVAD_SHORT' : '_MMVAD')))
          .reduce((sum, bytes) => sum + bytes, 0n);
        const charges = [descriptors, handleTableBytes(kernel, get(process, 'ObjectTable'))];
        for (const pool of [0, 1]) {
          expect(quota('ProcessQuotaUsage', pool), process.name).toBe(charges[pool]);
          expect(quota('ProcessQuotaPeak', pool)).toBeGreaterThanOrEqual(charges[pool]!);
          sums[pool]! += charges[pool]!;
        }
        sums[2]! += get(process, 'CommitCharge');
        const limits = ['MinimumWorkingSetSize', 'MaximumWorkingSetSize'];
        expect(limits.map((name) => get(process, `Vm.Instance.${name}`))).toEqual(WORKING_SET_LIMITS);
      }
      const block = kernel.address('PspSystemQuotaBlock');
      const entry = BigInt(sizeOf('_EPROCESS_QUOTA_ENTRY'));
      const usage = [0n, 1n, 2n].map((kind) =>
        kernel.get(block + kind * entry, '_EPROCESS_QUOTA_ENTRY', 'Usage'),
      );
      expect(usage).toEqual(sums);
      expect(sums.every((sum) => sum > 0n)).toBe(true);
    });

    it('names of threads', () => {
      const named = processes()
        .flatMap(({ threads }) => threads)
        .filter(({ name }) => name !== undefined);
      expect(named.length).toBeGreaterThan(0);
      for (const { address, name } of named)
        expect(text(opened().get(BigInt(address), '_ETHREAD', 'ThreadName'))).toBe(name);
    });
  });

  it('drivers that were unloaded lie where no module is', () => {
    const { space, truth } = opened();
    const count = Number(space.u64(opened().address('MmLastUnloadedDriver')) & 0xffffffffn);
    expect(count).toBeGreaterThan(3);
    for (let index = 0; index < count; index++) {
      const entry = opened().pointer('MmUnloadedDrivers') + BigInt(index) * UNLOADED_BYTES;
      expect(text(entry)).toMatch(/^\w+\.sys$/);
      const [start, end] = [space.u64(entry + 16n), space.u64(entry + 24n)];
      expect(end).toBeGreaterThan(start);
      for (const { name, base, size } of truth.modules)
        expect(BigInt(base) >= end || BigInt(base) + BigInt(size) <= start, name).toBe(true);
    }
  });
}

/** Bytes of a handle table, by how many handles it has room for. */
function handleTableBytes(kernel: Kernel, table: bigint): bigint {
  if (table === 0n) return 0n;
  const get = (path: string) => kernel.get(table, '_HANDLE_TABLE', path);
  const leaves = get('NextHandleNeedingPool') / HANDLES_PER_PAGE;
  const level = get('TableCode') & 3n;
  const middle = level === 0n ? 0n : (leaves + POINTERS_PER_PAGE - 1n) / POINTERS_PER_PAGE;
  const pages = leaves + middle + (level === 2n ? 1n : 0n);
  return BigInt(sizeOf('_HANDLE_TABLE')) + pages * PAGE_BYTES;
}
