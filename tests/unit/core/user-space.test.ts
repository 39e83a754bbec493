// User mode's side of every process, read as !peb, !teb, !heap and the loader's own walkers read it.
import { describe, expect, it } from 'vitest';
import { get, list, offsetOf, read, sizeOf, text } from './memory-view.js';
import { bytes, core, machine } from './support.js';

const users = machine.stage.processes.filter(({ modules }) => modules.length > 0);

/** Attaches to each process with user mode and looks at it. */
function each(look: (process: (typeof users)[number], peb: bigint) => void): void {
  expect(users.length).toBeGreaterThan(5);
  for (const process of users) {
    core.exports.processAttach(process.address);
    look(process, get(process.address, '_EPROCESS', 'Peb'));
  }
}

const LDR = '_LDR_DATA_TABLE_ENTRY';

/** Loader entries in load order. */
const entriesOf = (peb: bigint) =>
  list(get(peb, '_PEB', 'Ldr') + offsetOf('_PEB_LDR_DATA', 'InLoadOrderModuleList'), LDR, 'InLoadOrderLinks');

/** x65599 of the name in capitals. */
function hash(name: string): bigint {
  let value = 0;
  for (const unit of name.toUpperCase()) value = (Math.imul(value, 65599) + unit.charCodeAt(0)) >>> 0;
  return BigInt(value);
}

/** Nodes of a red-black tree in order. @throws when a link, an order of colours or the number of black ones is wrong */
function tree(root: bigint): bigint[] {
  const found: bigint[] = [];
  const walk = (node: bigint, parent: bigint, parentIsRed: boolean): number => {
    if (node === 0n) return 1;
    const value = get(node, '_RTL_BALANCED_NODE', 'ParentValue');
    const isRed = (value & 1n) === 1n;
    if ((value & ~3n) !== parent) throw new Error('parent of a node');
    if (isRed && parentIsRed) throw new Error('a red node under a red one');
    const left = walk(get(node, '_RTL_BALANCED_NODE', 'Left'), node, isRed);
    found.push(node);
    const right = walk(get(node, '_RTL_BALANCED_NODE', 'Right'), node, isRed);
    if (left !== right) throw new Error('black nodes on both sides of a node');
    return left + (isRed ? 0 : 1);
  };
  walk(root, 0n, true); // the root is black
  return found;
}

describe('loader data', () => {
  it('lists the modules of truth in load order, in memory order, and those that were initialised', () => {
    each(({ modules }, peb) => {
      const entries = entriesOf(peb);
      expect(
        entries.map((entry) => ({
          name: text(entry + offsetOf(LDR, 'BaseDllName')),
          path: text(entry + offsetOf(LDR, 'FullDllName')),
          base: get(entry, LDR, 'DllBase'),
          size: Number(get(entry, LDR, 'SizeOfImage')),
        })),
      ).toEqual(modules);
      const ldr = get(peb, '_PEB', 'Ldr');
      expect(
        list(ldr + offsetOf('_PEB_LDR_DATA', 'InMemoryOrderModuleList'), LDR, 'InMemoryOrderLinks'),
      ).toEqual(entries);
      expect(
        list(
          ldr + offsetOf('_PEB_LDR_DATA', 'InInitializationOrderModuleList'),
          LDR,
          'InInitializationOrderLinks',
        ),
      ).toEqual(entries.slice(1));
    });
  });

  it('keeps its head in ntdll, whose page is the process’s own', () => {
    each(({ modules }, peb) => {
      const ntdll = modules.find(({ name }) => name === 'ntdll.dll')!;
      const ldr = get(peb, '_PEB', 'Ldr');
      expect(ldr > ntdll.base && ldr < ntdll.base + BigInt(ntdll.size)).toBe(true);
    });
  });

  it('has stamps and bases of the images’ headers', () => {
    each((_, peb) => {
      for (const entry of entriesOf(peb)) {
        const base = get(entry, LDR, 'DllBase');
        const header = base + BigInt(bytes(base + 0x3cn, 4).getUint32(0, true));
        expect(bytes(header, 4).getUint32(0, true)).toBe(0x4550);
        expect(get(entry, LDR, 'TimeDateStamp')).toBe(BigInt(bytes(header + 8n, 4).getUint32(0, true)));
        expect(get(entry, LDR, 'CheckSum')).toBe(BigInt(bytes(header + 24n + 64n, 4).getUint32(0, true)));
      }
      expect(get(peb, '_PEB', 'ImageBaseAddress')).toBe(get(entriesOf(peb)[0]!, LDR, 'DllBase'));
    });
  });

  it('finds each module in the bucket of its name’s hash', () => {
    each((_, peb) => {
      for (const entry of entriesOf(peb)) {
        const value = hash(text(entry + offsetOf(LDR, 'BaseDllName')));
        expect(get(entry, LDR, 'BaseNameHashValue')).toBe(value);
        const links = entry + offsetOf(LDR, 'HashLinks');
        const ring = [links];
        for (let at = read(links); at !== links; at = read(at)) ring.push(at);
        // One of the ring is the bucket's head, in ntdll's table; the others are modules of the same bucket.
        const modules = new Set(entriesOf(peb).map((other) => other + offsetOf(LDR, 'HashLinks')));
        const heads = ring.filter((at) => !modules.has(at));
        expect(heads.length).toBe(1);
        const same = ring.filter((at) => modules.has(at)).map((at) => at - offsetOf(LDR, 'HashLinks'));
        for (const other of same) expect(get(other, LDR, 'BaseNameHashValue') % 32n).toBe(value % 32n);
      }
    });
  });

  it('orders modules in two red-black trees, and gives each a node of the graph of dependencies', () => {
    each((_, peb) => {
      const entries = entriesOf(peb);
      const rootOf = (path: string) => {
        let node = entries[0]! + offsetOf(LDR, path);
        for (let parent = node; parent !== 0n;) {
          node = parent;
          parent = get(node, '_RTL_BALANCED_NODE', 'ParentValue') & ~3n;
        }
        return node;
      };
      for (const [path, key] of [
        ['BaseAddressIndexNode', 'DllBase'],
        ['MappingInfoIndexNode', 'TimeDateStamp'],
      ] as const) {
        const nodes = tree(rootOf(path)).map((node) => node - offsetOf(LDR, path));
        expect([...nodes].sort()).toEqual([...entries].sort());
        const keys = nodes.map((entry) => get(entry, LDR, key));
        expect(keys).toEqual([...keys].sort((a, b) => (a < b ? -1 : 1)));
      }
      for (const entry of entries) {
        const node = get(entry, LDR, 'DdagNode');
        expect(list(node, LDR, 'NodeModuleLink')).toEqual([entry]);
        expect(get(node, '_LDR_DDAG_NODE', 'State')).toBe(9n); // LdrModulesReadyToRun
      }
    });
  });
});

describe('process parameters', () => {
  const PARAMETERS = '_RTL_USER_PROCESS_PARAMETERS';

  it('name the image and the command line, and have an environment of sorted variables', () => {
    each(({ program, spec }, peb) => {
      const parameters = get(peb, '_PEB', 'ProcessParameters');
      const string = (path: string) => text(parameters + offsetOf(PARAMETERS, path));
      expect(string('ImagePathName')).toBe(program.path);
      expect(string('CommandLine').length).toBeGreaterThan(0);
      expect(spec.commandLine ?? program.commandLine).toContain(string('CommandLine').slice(0, 3));
      expect(text(parameters + offsetOf(PARAMETERS, 'CurrentDirectory'))).toMatch(/^C:\\.*\\$/);
      const size = Number(get(parameters, PARAMETERS, 'EnvironmentSize'));
      const block = new TextDecoder('utf-16le').decode(
        bytes(get(parameters, PARAMETERS, 'Environment'), size),
      );
      expect(block.endsWith('\0\0')).toBe(true);
      const variables = block.slice(0, -2).split('\0');
      const names = variables.map((variable) => variable.slice(0, variable.indexOf('=', 1)).toUpperCase());
      expect(names).toEqual([...names].sort());
      expect(variables).toContain('SystemRoot=C:\\Windows');
      expect(variables).toContain(`NUMBER_OF_PROCESSORS=${machine.kernel.hardware.processors}`);
    });
  });
});

describe('heaps', () => {
  it('are chains of encoded headers without a gap from the first entry to the last, with the free block listed', () => {
    each((_, peb) => {
      const count = Number(get(peb, '_PEB', 'NumberOfHeaps'));
      const array = get(peb, '_PEB', 'ProcessHeaps');
      const heaps = Array.from({ length: count }, (_unused, i) => read(array + BigInt(8 * i)));
      expect(heaps[0]).toBe(get(peb, '_PEB', 'ProcessHeap'));
      for (const [index, heap] of heaps.entries()) {
        expect(get(heap, '_HEAP', 'Signature')).toBe(0xeeffeeffn);
        expect(get(heap, '_HEAP', 'SegmentSignature')).toBe(0xffeeffeen);
        expect(get(heap, '_HEAP', 'ProcessHeapsListIndex')).toBe(BigInt(index + 1));
        const key = get(heap, '_HEAP', 'Encoding.CompactHeader');
        const end = get(heap, '_HEAP', 'LastValidEntry');
        let previous = 0n;
        let free = 0n;
        let blocks = 0;
        for (let at = heap; at < end; blocks++) {
          const word = get(at, '_HEAP_ENTRY', 'CompactHeader') ^ key;
          const units = word & 0xffffn;
          const flags = (word >> 16n) & 0xffn;
          expect((word >> 24n) & 0xffn).toBe((units & 0xffn) ^ (units >> 8n) ^ flags);
          expect((word >> 32n) & 0xffffn).toBe(previous);
          if ((flags & 1n) === 0n) {
            free += units;
            expect(read(heap + offsetOf('_HEAP', 'FreeLists'))).toBe(at + 16n);
          }
          previous = units;
          at += units * 16n;
          expect(units).toBeGreaterThan(0n);
          expect(at <= end).toBe(true);
        }
        expect(blocks).toBeGreaterThan(5);
        expect(get(heap, '_HEAP', 'TotalFreeSize')).toBe(free);
      }
    });
  });
});

describe('environment blocks', () => {
  it('of processes point to mapped pages of the sections they name', () => {
    each(({ sessionId }, peb) => {
      expect(Number(get(peb, '_PEB', 'SessionId'))).toBe(sessionId);
      expect(Number(get(peb, '_PEB', 'NumberOfProcessors'))).toBe(machine.kernel.hardware.processors);
      for (const name of ['ApiSetMap', 'AnsiCodePageData', 'OemCodePageData', 'UnicodeCaseTableData'])
        expect(core.exports.memoryRead(get(peb, '_PEB', name), 8), name).toBe(8);
      for (const name of ['LoaderLock', 'FastPebLock'])
        expect(get(get(peb, '_PEB', name), '_RTL_CRITICAL_SECTION', 'LockCount')).toBe(0xffffffffn);
    });
  });

  it('of processes point to one map of API sets, in which the loader’s search by hash finds each contract', () => {
    const prefixed = (name: string) => name.slice(0, name.lastIndexOf('-'));
    const wide = (address: bigint, length: number) =>
      new TextDecoder('utf-16le').decode(bytes(address, length));
    let first: ArrayBuffer | undefined;
    each((_, peb) => {
      const map = get(peb, '_PEB', 'ApiSetMap');
      const word = (offset: number) => bytes(map + BigInt(offset), 4).getUint32(0, true);
      const [version, size, , count, entries, hashes, factor] = [0, 4, 8, 12, 16, 20, 24].map(word) as [
        number, number, number, number, number, number, number,
      ]; // prettier-ignore
      expect(version).toBe(6);
      const whole = bytes(map, size).buffer as ArrayBuffer;
      expect(new Uint8Array(whole)).toEqual(new Uint8Array((first ??= whole)));
      expect(count).toBeGreaterThan(50);
      let before = -1;
      for (let i = 0; i < count; i++) {
        const [hash, index] = [word(hashes + 8 * i), word(hashes + 8 * i + 4)];
        expect(hash).toBeGreaterThan(before);
        before = hash;
        const at = entries + 24 * index;
        const name = wide(map + BigInt(word(at + 4)), word(at + 8));
        expect(name).toMatch(/^(api|ext)-ms-/);
        expect(word(at + 12)).toBe(2 * prefixed(name).length);
        let computed = 0;
        for (const unit of prefixed(name))
          computed = (Math.imul(computed, factor) + unit.charCodeAt(0)) >>> 0;
        expect(computed).toBe(hash);
        const value = word(at + 16);
        expect(wide(map + BigInt(word(value + 12)), word(value + 16))).toMatch(/\.dll$/);
      }
    });
  });

  it('of threads name the thread, its process and themselves', () => {
    each(({ pid, threads }, peb) => {
      for (const { address, tid } of threads) {
        const teb = get(address, '_KTHREAD', 'Teb');
        expect(read(teb + offsetOf('_TEB', 'NtTib') + offsetOf('_NT_TIB', 'Self'))).toBe(teb);
        for (const id of ['ClientId', 'RealClientId']) {
          expect(get(teb, '_TEB', `${id}.UniqueProcess`)).toBe(BigInt(pid));
          expect(get(teb, '_TEB', `${id}.UniqueThread`)).toBe(BigInt(tid));
        }
        expect(get(teb, '_TEB', 'ProcessEnvironmentBlock')).toBe(peb);
        const buffer = read(teb + offsetOf('_TEB', 'StaticUnicodeString') + 8n);
        expect(buffer).toBe(teb + offsetOf('_TEB', 'StaticUnicodeBuffer'));
        expect(buffer + 522n <= teb + sizeOf('_TEB')).toBe(true);
      }
      expect(threads.filter(({ address }) => initial(address) === 1n).length).toBe(threads.length ? 1 : 0);
    });
  });

  const initial = (thread: bigint) => get(get(thread, '_KTHREAD', 'Teb'), '_TEB', 'InitialThread');
});

describe('programs', () => {
  it('are kept as a section and a file by their process', () => {
    each(({ address, program }) => {
      const section = get(address, '_EPROCESS', 'SectionObject');
      const area = get(section, '_SECTION', 'u1.ControlArea');
      const file = get(address, '_EPROCESS', 'ImageFilePointer');
      expect(get(area, '_CONTROL_AREA', 'FilePointer.Value') & ~15n).toBe(file);
      expect(text(file + offsetOf('_FILE_OBJECT', 'FileName'))).toBe(program.path.slice(2));
      expect(get(section, '_SECTION', 'u.Flags.Image')).toBe(1n);
    });
  });
});
