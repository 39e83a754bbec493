// What Volatility 3 needs in memory, from the page map to its plugins.
import { describe, expect, it } from 'vitest';
import { AddressSpace } from './address-space.js';
import { PAGE_BYTES } from './dump-file.js';
import { handlesOf } from './handles.js';
import { Image } from './image.js';
import type { Kernel } from './kernel.js';
import { offsetOf } from './layouts.js';
import { isProcess, isThread, objectTypes, scanPool, typeOf } from './objects.js';
import { volatilityPageMaps } from './page-map-scan.js';
import { PROTECT_TO_VALUE } from './protections.js';
import { vadsOf } from './vads.js';

/** Offsets in KDDEBUGGER_DATA64. */
const KDBG_NT_BUILD_LAB = 0x208n;
const KDBG_CM_NT_CSD_VERSION = 0x268n;
const MINIMUM_OBJECT_BYTES = 600;
const SHARED_DATA = 0xfffff78000000000n;
const AMD64 = 0x8664;
const WORKSTATION = 1n;
const FREE_BUILD = 0xfn;
const FILETIME_EPOCH = 116_444_736_000_000_000n;

const hex = (value: bigint): string => `0x${value.toString(16).padStart(16, '0')}`;

export function volatilityRules(opened: () => Kernel): void {
  /** Those that have ended among them: their objects, ids and places on their process's list stay. */
  const truthThreads = () =>
    opened().truth.processes.flatMap(({ threads, endedThreads = [] }) => [...threads, ...endedThreads]);
  const sorted = (addresses: (bigint | string)[]) =>
    addresses.map((address) => (typeof address === 'bigint' ? hex(address) : address)).sort();
  const name = (process: bigint) =>
    opened().space.text(process + BigInt(offsetOf('_EPROCESS', 'ImageFileName')), 15);

  describe('Volatility 3: layers', () => {
    it('the first page map with one self-reference in its windows maps the kernel', () => {
      const kernel = opened();
      const [first] = volatilityPageMaps(kernel.dump);
      expect(first).toBeDefined();
      const space = new AddressSpace(kernel.dump, BigInt(first!) * BigInt(PAGE_BYTES));
      expect(Image.isAt(space, kernel.base)).toBe(true);
    });

    it("System's page map is one of them", () => {
      expect(volatilityPageMaps(opened().dump)).toContain(opened().space.root);
    });

    it('the base next to KDBG is that of the kernel, alone', () => {
      expect(opened().basesByKdbg().map(hex)).toEqual([opened().truth.modules[0]!.base]);
    });

    it("RSDS names the kernel's symbols", () => {
      const { guid, age, pdb } = opened().codeView;
      expect({ name: pdb, guid, age }).toEqual(opened().truth.modules[0]!.pdb);
      expect(pdb).toBe('ntkrnlmp.pdb');
    });
  });

  describe('Volatility 3: windows.info', () => {
    it('NtBuildLab, a line that starts with the build', () => {
      const { space } = opened();
      // A build of 23H2 is labelled with that of 22H2, whose binaries it runs.
      expect(space.text(space.u64(opened().address('KdDebuggerDataBlock') + KDBG_NT_BUILD_LAB), 64)).toMatch(
        /^22\d{3}\.\d+\.amd64fre\.\w+\.\d{6}-\d{4}$/,
      );
    });

    it('CmNtCSDVersion and the number of processors', () => {
      const { space } = opened();
      const version = space.u64(opened().address('KdDebuggerDataBlock') + KDBG_CM_NT_CSD_VERSION);
      expect(version).toBe(opened().address('CmNtCSDVersion'));
      expect(space.u32(version)).toBe(0); // Windows 11 has no service packs
      expect(space.u32(opened().address('KeNumberProcessors'))).toBe(opened().truth.processors.length);
    });

    it('KdVersionBlock: a free build for AMD64', () => {
      const block = opened().address('KdVersionBlock');
      const get = (path: string) => opened().get(block, '_DBGKD_GET_VERSION64', path);
      expect(get('MajorVersion') & 0xffn).toBe(FREE_BUILD);
      expect(get('MinorVersion')).toBe(BigInt(opened().truth.build));
      expect(get('MachineType')).toBe(BigInt(AMD64));
      expect(get('KernBase')).toBe(opened().base);
    });

    it('KUSER_SHARED_DATA: folder, product, version and the time of truth', () => {
      const get = (path: string) => opened().get(SHARED_DATA, '_KUSER_SHARED_DATA', path);
      const folder = opened().space.bytes(
        SHARED_DATA + BigInt(offsetOf('_KUSER_SHARED_DATA', 'NtSystemRoot')),
        64,
      );
      expect(Buffer.from(folder).toString('utf16le').replace(/\0.*$/s, '')).toMatch(/^C:\\WINDOWS$/i);
      expect(get('NtProductType')).toBe(WORKSTATION);
      expect([get('NtMajorVersion'), get('NtMinorVersion')]).toEqual([10n, 0n]);
      const time = (get('SystemTime.High1Time') << 32n) | get('SystemTime.LowPart');
      expect(get('SystemTime.High2Time')).toBe(get('SystemTime.High1Time'));
      expect(new Date(Number((time - FILETIME_EPOCH) / 10_000n)).toISOString()).toBe(opened().truth.time);
    });

    it("the kernel's PE header", () => {
      const { image, truth } = opened();
      expect(image.machine).toBe(AMD64);
      expect(image.osVersion).toEqual({ major: 10, minor: 0 });
      expect(image.timeDateStamp).toBe(truth.modules[0]!.timeDateStamp);
      expect(image.sizeOfImage).toBe(truth.modules[0]!.size);
    });
  });

  describe('Volatility 3: processes and threads', () => {
    it('pslist: the processes of truth, each valid', () => {
      const kernel = opened();
      const listed = kernel.processes.map((process) => ({
        pid: kernel.pid(process),
        parentPid: Number(kernel.get(process, '_EPROCESS', 'InheritedFromUniqueProcessId')),
        name: name(process),
        address: hex(process),
        threads: Number(kernel.get(process, '_EPROCESS', 'ActiveThreads')),
        isValid: isProcess(kernel, process),
      }));
      expect(listed).toEqual(
        kernel.truth.processes.map(({ pid, parentPid, name, address, threads }) => ({
          pid,
          parentPid,
          name,
          address,
          threads: threads.length,
          isValid: true,
        })),
      );
    });

    it('pslist: the session of each process', () => {
      const kernel = opened();
      const sessions = kernel.processes.map((process) => {
        const session = kernel.get(process, '_EPROCESS', 'Session');
        return session === 0n ? 0 : Number(kernel.get(session, '_MM_SESSION_SPACE', 'SessionId'));
      });
      expect(sessions).toEqual(kernel.truth.processes.map(({ sessionId }) => sessionId));
    });

    it("a session's list holds exactly its processes", () => {
      const kernel = opened();
      const sessionOf = (process: bigint) => kernel.get(process, '_EPROCESS', 'Session');
      const sessions = new Set(kernel.processes.map(sessionOf).filter((session) => session !== 0n));
      expect(sessions.size).toBe(2); // services, and who is logged on
      for (const session of sessions) {
        const head = session + BigInt(offsetOf('_MM_SESSION_SPACE', 'ProcessList'));
        expect(kernel.list(head, '_EPROCESS', 'SessionProcessLinks')).toEqual(
          kernel.processes.filter((process) => sessionOf(process) === session),
        );
      }
    });

    it('pstree: every parent is a process or has gone before', () => {
      const kernel = opened();
      const created = new Map(
        kernel.processes.map((process) => [
          kernel.pid(process),
          kernel.get(process, '_EPROCESS', 'CreateTime.QuadPart'),
        ]),
      );
      for (const { pid, parentPid } of kernel.truth.processes)
        if (created.has(parentPid)) expect(created.get(parentPid)! <= created.get(pid)!).toBe(true);
    });

    it('psscan: the same processes by their pool blocks', () => {
      const found = scanPool(opened(), {
        tag: 'Proc',
        minimumBytes: MINIMUM_OBJECT_BYTES,
        type: 'Process',
        isValid: isProcess,
      });
      expect(sorted(found)).toEqual(sorted(opened().truth.processes.map(({ address }) => address)));
    });

    it('thrdscan: the threads of truth by their pool blocks', () => {
      const found = scanPool(opened(), {
        tag: 'Thre',
        minimumBytes: MINIMUM_OBJECT_BYTES,
        type: 'Thread',
        isValid: isThread,
      });
      expect(sorted(found)).toEqual(sorted(truthThreads().map(({ address }) => address)));
    });

    it("threads: both lists of every process, with ids and the process's", () => {
      const kernel = opened();
      for (const process of kernel.truth.processes) {
        const at = BigInt(process.address);
        const head = (type: string, path: string) => at + BigInt(offsetOf(type, path));
        const threads = kernel.list(head('_EPROCESS', 'ThreadListHead'), '_ETHREAD', 'ThreadListEntry');
        const own = kernel.list(head('_EPROCESS', 'Pcb.ThreadListHead'), '_KTHREAD', 'ThreadListEntry');
        expect(own).toEqual(process.threads.map(({ address }) => BigInt(address)));
        const told = [...process.threads, ...(process.endedThreads ?? [])].sort((a, b) => a.tid - b.tid);
        expect(
          threads.map((thread) => [
            hex(thread),
            Number(kernel.get(thread, '_ETHREAD', 'Cid.UniqueThread')),
            Number(kernel.get(thread, '_ETHREAD', 'Cid.UniqueProcess')),
            kernel.get(thread, '_KTHREAD', 'Process'),
          ]),
        ).toEqual(told.map(({ address, tid }) => [address, tid, process.pid, at]));
      }
    });
  });

  describe('Volatility 3: modules, handles, vadinfo', () => {
    it('modules: those of truth, with bases and sizes', () => {
      const kernel = opened();
      const modules = kernel.list(
        kernel.address('PsLoadedModuleList'),
        '_KLDR_DATA_TABLE_ENTRY',
        'InLoadOrderLinks',
      );
      const text = (entry: bigint, path: string) =>
        kernel.space.unicode(entry + BigInt(offsetOf('_KLDR_DATA_TABLE_ENTRY', path)));
      expect(
        modules.map((entry) => ({
          file: text(entry, 'BaseDllName'),
          base: hex(kernel.get(entry, '_KLDR_DATA_TABLE_ENTRY', 'DllBase')),
          size: Number(kernel.get(entry, '_KLDR_DATA_TABLE_ENTRY', 'SizeOfImage')),
          hasPath: text(entry, 'FullDllName').endsWith(text(entry, 'BaseDllName')),
        })),
      ).toEqual(kernel.truth.modules.map(({ file, base, size }) => ({ file, base, size, hasPath: true })));
    });

    it('object types: Process and Thread among them, each known by its own index', () => {
      const types = [...objectTypes(opened()).values()];
      expect(types).toEqual(expect.arrayContaining(['Type', 'Process', 'Thread']));
      expect(new Set(types).size).toBe(types.length);
    });

    it("PspCidTable: every process's and thread's id", () => {
      const kernel = opened();
      const ids = new Map(
        handlesOf(kernel, kernel.pointer('PspCidTable')).map(({ value, object }) => [value, hex(object)]),
      );
      const expected = kernel.truth.processes.flatMap(({ pid, address, threads, endedThreads = [] }) => [
        [pid, address] as const,
        ...[...threads, ...endedThreads].map(({ tid, address }) => [tid, address] as const),
      ]);
      expect(ids).toEqual(new Map(expected));
    });

    it('handles: every entry of every process leads to an object of a known type', () => {
      const kernel = opened();
      const types = objectTypes(kernel);
      const body = BigInt(offsetOf('_OBJECT_HEADER', 'Body'));
      for (const process of kernel.livingProcesses) {
        const handles = handlesOf(kernel, kernel.get(process, '_EPROCESS', 'ObjectTable'));
        for (const { object } of handles) expect(typeOf(kernel, object + body, types)).toBeDefined();
      }
    });

    it('handle tables: the free list counts the entries in use', () => {
      const kernel = opened();
      const tables = kernel.livingProcesses.map((process) => kernel.get(process, '_EPROCESS', 'ObjectTable'));
      for (const table of [kernel.pointer('PspCidTable'), ...tables]) {
        const list = table + BigInt(offsetOf('_HANDLE_TABLE', 'FreeLists'));
        const count = Number(kernel.get(list, '_HANDLE_TABLE_FREE_LIST', 'HandleCount'));
        expect(count).toBe(handlesOf(kernel, table).length);
      }
    });

    it('vadinfo: MmProtectToValue is the table of page protections', () => {
      const table = opened().address('MmProtectToValue');
      expect(PROTECT_TO_VALUE.map((_, i) => opened().space.u32(table + BigInt(4 * i)))).toEqual(
        PROTECT_TO_VALUE,
      );
    });

    it('vadinfo: trees in order, balanced, of tagged blocks, that describe all that user mode maps', () => {
      const kernel = opened();
      for (const process of kernel.processes) {
        const vads = vadsOf(kernel, process);
        for (const [i, { tag, start, end, isPrivate, protection, commitCharge }] of vads.entries()) {
          expect(tag).toBe(isPrivate ? 'VadS' : 'Vad ');
          expect(start < end && start >= (vads[i - 1]?.end ?? 0x10000n)).toBe(true);
          expect(PROTECT_TO_VALUE[protection]).toBeGreaterThan(commitCharge === 0 && isPrivate ? 0 : 1);
        }
        const space = kernel.spaceOf(process);
        const outside = [...space.entries(0, 256, kernel.selfMapSlot)].filter(
          ({ isLeaf, address }) =>
            isLeaf && !vads.some(({ start, end }) => address >= start && address < end),
        );
        expect(outside.map(({ address }) => hex(address))).toEqual([]);
      }
    });
  });
}
