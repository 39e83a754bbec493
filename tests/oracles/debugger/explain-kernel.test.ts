import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Finding, FindingKind, Shell } from '../../../sim/debugger/index.js';
import { explain, explainPhysical } from '../../../sim/debugger/index.js';
import { generateDump, type GeneratedDump } from '../../support/generated-dump.js';
import { handlesOf } from '../readers/handles.js';
import { Kernel } from '../readers/kernel.js';
import { offsetOf, sizeOf } from '../readers/layouts.js';
import { PfnDatabase } from '../readers/pfn-database.js';
import { shellOf } from './lab-shell.js';

/** What truth.json says besides what most judges ask. */
interface MoreTruth {
  io: { nodes: { instance: string; resources: { kind: string; start: string; bytes: number }[] }[] };
  hypervisor: { essential: string; nonessential: string; secureKernel: string };
  dump: { classes: { name: string; missing: string[] }[] };
}

const PAGE = 0x1000n;
/** A stretch of frames: `first+count`. */
const firstOf = (stretch: string) => Number(stretch.split('+')[0]);
const reason = 'what nothing in the kernel tells of';

/** What the debugger says of the kernel's own addresses, against the truth and a reader that shares no code with it. */
describe('explain: the kernel', () => {
  let dump: GeneratedDump;
  let more: MoreTruth;
  let shell: Shell;
  let kernel: Kernel;
  const about = (address: bigint) => explain(shell.session, address);
  const findingOf = (findings: readonly Finding[], kind: FindingKind) =>
    findings.find((finding) => finding.kind === kind);
  const explained = (address: bigint, kind: FindingKind) => findingOf(about(address).findings, kind);
  const valueOf = (finding: Finding | undefined, label: string) =>
    finding?.evidence.find((item) => item.label === label);

  beforeAll(() => {
    const options = ['--user-pages', '--hypervisor-pages', '--nonessential-pages'];
    dump = generateDump(['--machine', 'tiny', '--seed', '11', ...options]);
    more = dump.truth as unknown as MoreTruth;
    shell = shellOf(dump);
    kernel = new Kernel(dump);
  });
  afterAll(() => dump?.remove());

  it('every mapped page of the kernel’s half is somebody’s', () => {
    const nameless: string[] = [];
    let pages = 0;
    for (const { address, isLeaf } of kernel.space.entries(256, 512, kernel.selfMapSlot)) {
      if (!isLeaf) continue;
      pages++;
      const { findings } = about(address + 0x7f8n);
      const owners = findings.filter(({ kind }) =>
        ['structure', 'pool', 'object', 'stack', 'image', 'view'].includes(kind),
      );
      if (owners.length === 0) nameless.push(address.toString(16));
    }
    expect(pages).toBeGreaterThan(3000);
    expect(nameless, reason).toEqual([]);
  });

  it('regions: those of MiState, by address', () => {
    const regions =
      kernel.address('MiState') + BigInt(offsetOf('_MI_SYSTEM_INFORMATION', 'Vs.SystemVaRegions'));
    // _MI_ASSIGNED_REGION_TYPES of this build's public symbols.
    const names = ['PfnDatabase', 'NonPagedPool', 'PagedPool', 'SystemCache', 'SystemPtes', 'Kasan', 'UltraZero', 'Cfg', 'HyperSpace', 'KernelStacks', 'PageTables', 'Session', 'SecureNonPagedPool', 'KernelShadowStacks', 'SystemImages']; // prettier-ignore
    names.forEach((name, i) => {
      const at = regions + BigInt(i * sizeOf('_MI_SYSTEM_VA_ASSIGNMENT'));
      const base = kernel.get(at, '_MI_SYSTEM_VA_ASSIGNMENT', 'BaseAddress');
      const bytes = kernel.get(at, '_MI_SYSTEM_VA_ASSIGNMENT', 'NumberOfBytes');
      expect(bytes).toBe(1n << 39n);
      for (const inside of [base, base + 0x123456789n, base + bytes - 1n])
        expect(explained(inside, 'region')?.title, inside.toString(16)).toBe(`region ${name}`);
    });
    expect(about(0xffffffffffd00000n).summary).toBe('region Hal');
  });

  it('!address: the regions, and of an address its region, type and module', () => {
    shell.session.takeMissing(); // what the tests before asked for, which a command would tell of
    const list = shell.execute('!address').replaceAll('`', '');
    const regions =
      kernel.address('MiState') + BigInt(offsetOf('_MI_SYSTEM_INFORMATION', 'Vs.SystemVaRegions'));
    const base = kernel.get(regions, '_MI_SYSTEM_VA_ASSIGNMENT', 'BaseAddress');
    expect(list).toMatch(new RegExp(`${base.toString(16)} +[0-9a-f]+ +0000008000000000  PfnDatabase`));
    expect(list.trim().split('\n').length).toBe(1 + 15);
    const say = (at: bigint) =>
      Object.fromEntries(
        [...shell.execute(`!address ${at.toString(16)}`).matchAll(/^([\w ]+): +(.*)$/gm)].map(
          ([, label, value]) => [label!, value!.replaceAll('`', '')],
        ),
      ) as Record<string, string>;
    const digits = (value: bigint) => value.toString(16).padStart(16, '0');
    for (const { file, base: start, size, inSessionSpace } of dump.truth.modules.slice(0, 20)) {
      if (inSessionSpace) continue;
      expect(say(BigInt(start) + 0x1000n)).toMatchObject({
        Usage: 'Module',
        'Base Address': digits(BigInt(start)),
        'End Address': digits(BigInt(start) + BigInt(size)),
        'Region Size': digits(BigInt(size)),
        'VA Type': 'SystemImages',
        'Module name': expect.stringMatching(new RegExp(`^${file}$`, 'i')) as string,
      });
    }
    const { address, threads } = dump.truth.processes[1]!;
    expect(say(BigInt(address))).toMatchObject({ Usage: 'Pool', 'VA Type': 'NonPagedPool' });
    const thread = BigInt(threads[0]!.address);
    expect(say(kernel.get(thread, '_KTHREAD', 'KernelStack'))).toMatchObject({
      Usage: 'Stack',
      'Base Address': digits(kernel.get(thread, '_KTHREAD', 'StackLimit')),
      'End Address': digits(kernel.get(thread, '_KTHREAD', 'StackBase')),
      'VA Type': 'KernelStacks',
    });
    const explorer = dump.truth.processes.find(({ name }) => name === 'explorer.exe')!;
    shell.execute(`.process ${explorer.address}`);
    const [range] = explorer.memory;
    expect(say(BigInt(range!.start))).toMatchObject({
      'Base Address': digits(BigInt(range!.start)),
      'VA Type': 'UserRange',
    });
    shell.execute('.process');
    expect(shell.execute('!address 1234567812345678')).toContain('not an address');
    expect(shell.execute('!address -summary')).toContain('not supported');
    expect(shell.execute('!vprot 0')).toContain('needs a dump of a process');
  });

  it('entries of handle tables: whose handle, and to which object', () => {
    for (const { pid, name, handles } of kernel.truth.processes.slice(2, 9)) {
      const table = BigInt(handles.table);
      const code = kernel.get(table, '_HANDLE_TABLE', 'TableCode');
      const all = handlesOf(kernel, table).filter(({ value }) => value !== 0);
      expect(all.length).toBe(handles.count);
      for (const { value, object } of all.slice(0, 12)) {
        const page = (code & 7n) === 0n ? code : kernel.space.u64((code & ~7n) + BigInt((value >> 10) * 8));
        const entry = page + BigInt(((value >> 2) % 256) * 16);
        const { summary, findings } = about(entry + 8n);
        expect(summary).toBe(
          `the handle table of process ${pid.toString(16)}, ${name}: entry of handle ${value.toString(16)}`,
        );
        const found = findingOf(findings, 'structure');
        expect(valueOf(found, 'its header')?.address).toBe(object);
      }
    }
    const ids = kernel.pointer('PspCidTable');
    const code = kernel.get(ids, '_HANDLE_TABLE', 'TableCode');
    const system = kernel.truth.processes[0]!;
    const page = (code & 7n) === 0n ? code : kernel.space.u64(code & ~7n);
    const found = explained(page + BigInt((system.pid >> 2) * 16), 'structure');
    expect(found?.title).toBe('the table of process and thread ids: entry of id 4');
    expect(valueOf(found, 'process or thread')?.address).toBe(BigInt(system.address));
  });

  it('objects of every type that handles lead to: type, header, and how many handles there are', () => {
    const counts = new Map<string, { type: string; handles: number }>();
    for (const { handles } of dump.truth.processes)
      for (const [type, rows] of Object.entries(handles.open))
        for (const row of rows) {
          const object = row.split(' ')[1]!;
          const known = counts.get(object) ?? { type, handles: 0 };
          counts.set(object, { type, handles: known.handles + 1 });
        }
    const types = new Map<string, number>();
    for (const [address, { type, handles }] of counts) {
      const seen = types.get(type) ?? 0;
      types.set(type, seen + 1);
      if (seen >= 6) continue;
      const object = findingOf(about(BigInt(address)).findings, 'object');
      expect(object?.title.replace(/ ".*"$/, ''), address).toBe(`object of type ${type}`);
      expect(valueOf(object, 'object at')?.address).toBe(BigInt(address));
      expect(valueOf(object, 'header at')?.address).toBe(
        BigInt(address) - BigInt(offsetOf('_OBJECT_HEADER', 'Body')),
      );
      expect(valueOf(object, 'handles')?.value, `${type} ${address}`).toBe(`${handles}`);
    }
    expect(types.size).toBeGreaterThan(25);
  });

  it('views of the system cache: the file, and the offset in it', () => {
    const arrays = kernel.pointer('CcVacbArrays');
    const array = kernel.space.u64(arrays);
    const first = array + BigInt(sizeOf('_VACB_ARRAY_HEADER'));
    const last = Number(kernel.get(array, '_VACB_ARRAY_HEADER', 'HighestMappedIndex'));
    expect(last).toBeGreaterThan(10);
    for (let i = 0; i <= last; i++) {
      const vacb = first + BigInt(i * sizeOf('_VACB'));
      const base = kernel.get(vacb, '_VACB', 'BaseAddress');
      const map = kernel.get(vacb, '_VACB', 'SharedCacheMap');
      const file = kernel.get(map, '_SHARED_CACHE_MAP', 'FileObjectFastRef.Value') & ~15n;
      const path = kernel.space.unicode(file + BigInt(offsetOf('_FILE_OBJECT', 'FileName')));
      const offset = kernel.space.u64(vacb + BigInt(offsetOf('_VACB', 'Overlay.FileOffset'))) & ~0xffffn;
      const { summary, findings } = about(base + 0x3fff7n);
      expect(summary).toBe(`view of the system cache: ${path}, from its byte 0x${offset.toString(16)} on`);
      const view = findingOf(findings, 'view');
      expect(valueOf(view, 'offset in the file')?.value).toBe(`0x${(offset + 0x3fff7n).toString(16)}`);
      expect(valueOf(view, 'file object')?.address).toBe(file);
    }
  });

  it('stacks of processors: DPCs, interrupts, and those of the task state segment by what runs on them', () => {
    const handlers = ['nt!KiDoubleFaultAbort', 'nt!KiMcheckAbort', 'nt!KiNmiInterrupt', 'nt!KiDebugTrapOrFault'];
    dump.truth.processors.forEach(({ address }, number) => {
      const prcb = BigInt(address);
      const pcr = prcb - BigInt(offsetOf('_KPCR', 'Prcb'));
      const top = (field: string) => kernel.get(prcb, '_KPRCB', field);
      expect(about(top('DpcStack') - 8n).summary).toBe(`stack of DPCs of processor ${number}`);
      expect(about(top('IsrStack') - 0x6000n).summary).toBe(`stack of interrupts of processor ${number}`);
      const tss = kernel.get(pcr, '_KPCR', 'TssBase');
      handlers.forEach((handler, i) => {
        const stack = kernel.space.u64(tss + BigInt(offsetOf('_KTSS64', 'Ist') + (i + 1) * 8));
        const name = `interrupt stack ${i + 1}, for ${handler}, of processor ${number}`;
        expect(about(stack - 0x10n).summary).toBe(name);
        expect(about(stack - 0x7000n).summary).toBe(name);
        expect(about(stack - 0x7001n).summary).toBe(`guard page below the ${name}`);
        expect(explained(stack - 0x7001n, 'walk')?.title).toMatch(/^not mapped/);
      });
      const context = top('Context');
      expect(about(context + 0x98n).summary).toBe(`CONTEXT of processor ${number}`);
      expect(valueOf(explained(context + 0x98n, 'structure'), 'offset in it')?.value).toBe('0x98, Rsp');
      const idt = kernel.get(pcr, '_KPCR', 'IdtBase');
      expect(valueOf(explained(idt + 0x84n, 'structure'), 'leads to')?.value).toContain('nt!KiDoubleFaultAbort');
    });
  }); // prettier-ignore

  it('slots of kernel stacks: the frame that has each', () => {
    let frames = 0;
    for (const { threads } of dump.truth.processes.slice(0, 5))
      for (const { address, state, stack } of threads
        .filter((each) => each.state === 'Waiting')
        .slice(0, 2)) {
        expect(state).toBe('Waiting');
        const limit = kernel.get(BigInt(address), '_KTHREAD', 'StackLimit');
        const base = kernel.get(BigInt(address), '_KTHREAD', 'StackBase');
        const kept = kernel.get(BigInt(address), '_KTHREAD', 'KernelStack');
        // What the truth lists, found on the stack by its own bytes: return addresses, from the innermost out.
        const told = new Map<string, number>();
        for (let at = kept; at < base; at += 8n) {
          const found = explained(at, 'frame')?.title.match(
            /^frame ([0-9a-f]+), (\S+): return address to (\S+)$/,
          );
          if (found && !told.has(found[3]!)) told.set(found[3]!, Number.parseInt(found[1]!, 16));
        }
        stack.slice(1).forEach((site, i) => {
          expect(told.get(site), `${address} ${site}`).toBe(i);
          frames++;
        });
        expect(explained(limit + 8n, 'frame')?.title ?? 'none').toMatch(/^below the stack pointer|^none/);
      }
    expect(frames).toBeGreaterThan(30);
  });

  it('pool: headers of segments and subsegments, what describes pool, and the table of large allocations', () => {
    const state = kernel.address('ExPoolState');
    // The second heap of the node is that of nonpaged memory without execution.
    const heap = kernel.space.u64(state + BigInt(offsetOf('_EX_POOL_HEAP_MANAGER_STATE', 'PoolNode') + 8));
    expect(about(heap + 8n).summary).toBe('pool: SEGMENT_HEAP, heap 1 of node 0');
    const context = heap + BigInt(offsetOf('_SEGMENT_HEAP', 'SegContexts'));
    const segment = kernel.space.u64(context + BigInt(offsetOf('_HEAP_SEG_CONTEXT', 'SegmentListHead')));
    const { summary, findings } = about(segment + 0x100n);
    expect(summary).toBe('nonpaged pool: header of a segment, which describes its pages');
    expect(valueOf(findingOf(findings, 'pool'), 'heap')?.address).toBe(heap);
    const table = kernel.pointer('PoolBigPageTable');
    const count = kernel.pointer('PoolBigPageTableSize');
    expect(about(table).summary).toBe('pool: table of large allocations');
    let large = 0;
    for (let i = 0n; i < count; i++) {
      const row = table + i * BigInt(sizeOf('_POOL_TRACKER_BIG_PAGES'));
      const va = kernel.get(row, '_POOL_TRACKER_BIG_PAGES', 'Va');
      if (va === 0n || (va & 1n) !== 0n) continue;
      const bytes = kernel.get(row, '_POOL_TRACKER_BIG_PAGES', 'NumberOfBytes');
      const tag = kernel.space.text(row + BigInt(offsetOf('_POOL_TRACKER_BIG_PAGES', 'Key')), 4);
      large++;
      for (const at of [va, va + bytes - 1n])
        expect(explained(at, 'pool')?.title).toMatch(
          new RegExp(`^block of (non)?paged pool, tag ${tag.replace(/[^\w ]/g, '.')}, 0x${bytes.toString(16)} bytes$`),
        );
    }
    expect(large).toBeGreaterThan(10);
    expect(about(kernel.pointer('PoolTrackTable') + 0x28n).summary).toBe('pool: table of what each tag has allocated');
  }); // prettier-ignore

  it('session space: of which session, and whose block', () => {
    for (const { id, processes } of dump.truth.sessions) {
      const process = dump.truth.processes.find(({ pid }) => processes.includes(pid) && pid !== 4)!;
      const space = kernel.get(BigInt(process.address), '_EPROCESS', 'Session');
      if (space === 0n) continue;
      expect(about(space + 8n).summary).toBe(`MM_SESSION_SPACE of session ${id}`);
      shell.execute(`.process ${process.address}`);
      const [image] = dump.truth.modules.filter(({ inSessionSpace }) => inSessionSpace);
      const region = explained(BigInt(image!.base), 'region');
      expect(region?.title).toBe('region Session');
      expect(valueOf(region, 'session')?.value).toBe(`${id}, that of the current process`);
      expect(explained(BigInt(image!.base) + 0x1000n, 'image')?.title).toContain(`image ${image!.name}, section .text`);
    }
    shell.execute(`.process ${dump.truth.processes[0]!.address}`);
    const region = explained(kernel.processes.length > 0 ? BigInt(dump.truth.modules.find(({ inSessionSpace }) => inSessionSpace)!.base) : 0n, 'region');
    expect(valueOf(region, 'session')?.value).toMatch(/^none/);
    shell.execute('.process');
  }); // prettier-ignore

  it('pages of the hypervisor’s: the hypercall page', () => {
    const page = kernel.pointer('HvcallCodeVa');
    expect(Buffer.from(kernel.space.bytes(page, 4)).toString('hex')).toBe('0f01c1c3'); // vmcall; ret
    expect(about(page + 0x10n).summary).toContain('hypercall page');
    expect(about(kernel.pointer('MmBadPointer') + 1n).summary).toContain('never mapped');
  });

  it('drivers that were unloaded: their names', () => {
    const table = kernel.pointer('MmUnloadedDrivers');
    const count = kernel.space.u32(kernel.address('MmLastUnloadedDriver'));
    expect(count).toBeGreaterThan(0);
    for (let i = 0; i < count; i++) {
      const entry = table + BigInt(i * sizeOf('_UNLOADED_DRIVERS'));
      const start = kernel.get(entry, '_UNLOADED_DRIVERS', 'StartAddress');
      const end = kernel.get(entry, '_UNLOADED_DRIVERS', 'EndAddress');
      const name = kernel.space.unicode(entry);
      expect(name).toMatch(/\w+\.sys$/i);
      for (const at of [start, end - 1n])
        expect(about(at).summary).toBe(`unloaded image ${name}: it was here, and nothing is now`);
    }
  });

  it('arrays of prototype PTEs: of which file’s page', () => {
    const database = new PfnDatabase(kernel);
    let found = 0;
    for (const { address, isLeaf } of kernel.space.entries(256, 512, kernel.selfMapSlot)) {
      const { summary } = isLeaf ? about(address + 0x200n) : { summary: '' };
      const told = /^prototype PTE of (.*), its byte 0x([0-9a-f]+)$/.exec(summary);
      if (!told) continue;
      found++;
      const entry = kernel.space.u64(address + 0x200n);
      if ((entry & 1n) === 0n) continue;
      const { pteAddress, prototype } = database.entry(Number((entry >> 12n) & 0xfffffffffn));
      expect(prototype).toBe(true);
      expect(pteAddress).toBe(address + 0x200n);
    }
    expect(found).toBeGreaterThan(3);
  });

  describe('physical addresses', () => {
    const physical = (frame: number) => explainPhysical(shell.session, BigInt(frame) * PAGE + 0x18n);

    it('the topmost page table of each process, and the tables below it', () => {
      for (const process of kernel.livingProcesses) {
        const space = kernel.spaceOf(process);
        const name = kernel.truth.processes.find(({ address }) => BigInt(address) === process)!.name;
        const whose = `process ${kernel.pid(process).toString(16)}, ${name}`;
        expect(physical(space.root).summary).toBe(`topmost page table of ${whose}`);
        const kinds = ['', 'page table', 'page directory', 'page directory pointer table'];
        let tables = 0;
        for (const { level, address, frame, isLeaf } of space.entries(0, 256, -1)) {
          if (isLeaf || tables++ > 20) continue;
          expect(physical(frame).summary).toBe(
            `${kinds[level - 1]} for ${address.toString(16).padStart(16, '0')} of ${whose}`,
          );
        }
      }
    });

    it('pages of the kernel: what is at the address that maps them', () => {
      for (const { path, type, address } of kernel.truth.namedObjects.filter((_, i) => i % 11 === 0)) {
        const at = BigInt(address);
        const where = BigInt(kernel.space.frameAt(at)!) * PAGE + (at & 0xfffn);
        const name = path.split('\\').pop();
        expect(explainPhysical(shell.session, where).summary).toBe(
          `object of type ${type}${name ? ` "${name}"` : path === '\\' ? ' "\\"' : ''}`,
        );
      }
    });

    it('what is not Windows’: the hypervisor, the secure kernel, registers of devices, and what is on no bus', () => {
      const { essential, nonessential, secureKernel } = more.hypervisor;
      for (const stretch of [essential, nonessential])
        expect(physical(firstOf(stretch)).summary).toMatch(
          /: memory that Windows does not have, the hypervisor's/,
        );
      expect(physical(firstOf(secureKernel)).summary).toMatch(/not in nt!MmPhysicalMemoryBlock/);
      let devices = 0;
      for (const { instance, resources } of more.io.nodes)
        for (const { kind, start, bytes } of resources) {
          if (kind !== 'memory' || BigInt(start) >> 12n === 0n) continue;
          const { findings, summary } = explainPhysical(shell.session, BigInt(start) + BigInt(bytes) - 1n);
          const page = findingOf(findings, 'page')!;
          devices++;
          expect(summary).toBe(page.title);
          expect(page.title).toContain(`registers or memory of the device ${instance}`);
        }
      expect(devices).toBeGreaterThan(0);
      expect(explainPhysical(shell.session, 1n << 60n).summary).toContain('52 bits');
    });

    it('pages that the cache alone has: of which file', () => {
      const { missing } = more.dump.classes.find(({ name }) => name === 'fileCache')!;
      for (const stretch of missing) {
        const { findings } = physical(firstOf(stretch));
        expect(findingOf(findings, 'page')?.title).toMatch(/; the dump does not hold the page$/);
        expect(findingOf(findings, 'owner')?.title).toMatch(/^page of \\.*, from its byte 0x[0-9a-f]+ on$/);
      }
    });
  });
});
