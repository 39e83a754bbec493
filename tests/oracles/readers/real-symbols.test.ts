// A dump of the profile of a real build, read by RVAs and offsets of that build's public symbols alone.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generateDump, type GeneratedDump } from '../../support/generated-dump.js';
import { AddressSpace } from './address-space.js';
import { DumpFile } from './dump-file.js';
import facts from './facts-22000.2538.json' with { type: 'json' };

const { offsets, rvas } = facts;

describe('profile win11-22000.2538, by the public symbols of the build', () => {
  let made: GeneratedDump;
  let space: AddressSpace;
  let base: bigint;

  beforeAll(() => {
    made = generateDump(['--machine', 'tiny', '--profile', 'win11-22000.2538']);
    const dump = new DumpFile(made.dump);
    space = new AddressSpace(dump, dump.u64('DirectoryTableBase'));
    base = BigInt(made.truth.modules.find(({ name }) => /^(nt|ntoskrnl)/.test(name))!.base);
  });
  afterAll(() => made?.remove());

  const u64 = (address: bigint): bigint => Buffer.from(space.bytes(address, 8)).readBigUInt64LE();
  /** What a list holds, by where its entries lie in it. */
  function listed(head: bigint, entryOffset: number): bigint[] {
    const found: bigint[] = [];
    for (let entry = u64(head); entry !== head; entry = u64(entry)) {
      expect(u64(u64(entry) + 8n)).toBe(entry);
      found.push(entry - BigInt(entryOffset));
    }
    return found;
  }
  const processes = () =>
    listed(base + BigInt(rvas.PsActiveProcessHead), offsets._EPROCESS.ActiveProcessLinks);

  it('has the processes', () => {
    const read = processes().map((at) => Number(u64(at + BigInt(offsets._EPROCESS.UniqueProcessId))));
    const told = made.truth.processes.map(({ pid }) => pid).filter((pid) => pid !== 0);
    expect(read.sort((a, b) => a - b)).toEqual(told.sort((a, b) => a - b));
  });

  it('has the threads', () => {
    const told = new Map(
      made.truth.processes.map(({ pid, threads, endedThreads = [] }) => [
        pid,
        [...threads, ...endedThreads].map(({ tid }) => tid),
      ]),
    );
    for (const process of processes()) {
      const pid = Number(u64(process + BigInt(offsets._EPROCESS.UniqueProcessId)));
      const head = process + BigInt(offsets._EPROCESS.ThreadListHead);
      const read = listed(head, offsets._ETHREAD.ThreadListEntry).map((thread) =>
        Number(u64(thread + BigInt(offsets._ETHREAD.Cid) + 8n)),
      );
      expect(read.sort((a, b) => a - b)).toEqual(told.get(pid)!.sort((a, b) => a - b));
    }
  });

  it('has the modules', () => {
    const read = listed(base + BigInt(rvas.PsLoadedModuleList), 0).map((entry) =>
      u64(entry + BigInt(offsets._KLDR_DATA_TABLE_ENTRY.DllBase)),
    );
    for (const { base: told } of made.truth.modules) expect(read).toContain(BigInt(told));
  });

  it('has a handle table of each process that has any', () => {
    const owners = processes().flatMap((process) => {
      const table = u64(process + BigInt(offsets._EPROCESS.ObjectTable));
      const pid = u64(process + BigInt(offsets._EPROCESS.UniqueProcessId));
      return table === 0n
        ? []
        : [[space.bytes(table + BigInt(offsets._HANDLE_TABLE.UniqueProcessId), 4), pid]];
    }) as [Uint8Array, bigint][];
    expect(owners.length).toBeGreaterThan(5);
    for (const [owner, pid] of owners) expect(Buffer.from(owner).readUInt32LE()).toBe(Number(pid));
  });

  it('has the debugger data block, and functions where the build has them', () => {
    const block = Buffer.from(space.bytes(base + BigInt(rvas.KdDebuggerDataBlock), 0x20));
    expect(block.toString('latin1', 0x10, 0x14)).toBe('KDBG');
    expect(block.readBigUInt64LE(0x18)).toBe(base);
    for (const rva of [rvas.KiSwapThread, rvas.KeWaitForSingleObject]) {
      const at = base + BigInt(rva);
      expect(space.bytes(at, 1)[0]).not.toBe(0xcc);
    }
  });

  it('has the identity of the real build', () => {
    expect(readdirSync(join(made.symbols, 'ntkrnlmp.pdb'))).toEqual([`${facts.guid}1`]);
  });
});
