import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FileSource } from '../../../sim/cli/debug/file-source.js';
import { SymbolFolder } from '../../../sim/cli/debug/symbol-folder.js';
import type { Shell, FindingKind } from '../../../sim/debugger/index.js';
import { explain, Session } from '../../../sim/debugger/index.js';
import { dumpOf } from '../../support/dumped-processes.js';
import { generateDump, type GeneratedDump } from '../../support/generated-dump.js';
import { ProcessDumps } from '../../support/process-dump.js';
import { Kernel } from '../readers/kernel.js';
import { offsetOf, sizeOf } from '../readers/layouts.js';
import { shellOf } from './lab-shell.js';

/** What the debugger says of addresses, against what the scenario side knows of them without reading the dump. */
interface MoreTruth {
  io: { requests: { address: string }[] };
  namedObjects: { path: string; type: string; address: string }[];
}

describe('explain', () => {
  let dump: GeneratedDump;
  let shell: Shell;
  let kernel: Kernel;
  let more: MoreTruth;
  const about = (address: bigint) => {
    const { summary, findings } = explain(shell.session, address);
    const titleOf = (kind: FindingKind) => findings.find((finding) => finding.kind === kind)?.title;
    return { summary, findings, titleOf };
  };

  beforeAll(() => {
    dump = generateDump(['--machine', 'tiny', '--seed', '9', '--user-pages']);
    more = dump.truth as unknown as MoreTruth;
    shell = shellOf(dump);
    kernel = new Kernel(dump);
  });
  afterAll(() => dump?.remove());

  it('objects: their type, name and block of pool', () => {
    const objects = more.namedObjects.filter((_, i) => i % 7 === 0);
    expect(objects.length).toBeGreaterThan(20);
    for (const { path, type, address } of objects) {
      const { summary, titleOf } = about(BigInt(address) + 8n);
      const name = path.split('\\').pop() || path; // the root's name is \
      expect(summary, path).toBe(`object of type ${type}${name ? ` "${name}"` : ''}`);
      expect(titleOf('pool'), path).toMatch(/^block of (non)?paged pool, tag /);
    }
  });

  it('objects of handles: all of a type, each at its own address', () => {
    const open = dump.truth.processes.flatMap(({ handles }) => handles.open['Mutant'] ?? []);
    const addresses = [...new Set(open.map((row) => BigInt(row.split(' ')[1]!)))];
    expect(addresses.length).toBeGreaterThan(30);
    const told = addresses.map((at) => {
      const { summary, findings } = about(at + 8n);
      const object = findings.find(({ kind }) => kind === 'object');
      return [summary.slice(0, 21), object?.evidence[0]?.address];
    });
    expect(told).toEqual(addresses.map((at) => ['object of type Mutant', at]));
  });

  it('processes and threads: as objects', () => {
    for (const { address, threads } of dump.truth.processes.filter(({ pid }) => pid > 4).slice(0, 8)) {
      expect(about(BigInt(address)).summary).toBe('object of type Process');
      expect(about(BigInt(threads[0]!.address) + 0x40n).summary).toBe('object of type Thread');
    }
  });

  it('requests: blocks of pool with their tag', () => {
    expect(more.io.requests.length).toBeGreaterThan(0);
    for (const { address } of more.io.requests.slice(0, 20))
      expect(about(BigInt(address)).summary).toMatch(/^block of nonpaged pool, tag Irp , 0x/);
  });

  it('kernel stacks: whose they are', () => {
    for (const { pid, name, threads } of dump.truth.processes.slice(0, 12))
      for (const { tid, address, state } of threads
        .filter((thread) => thread.state === 'Waiting')
        .slice(0, 2)) {
        expect(state).toBe('Waiting');
        shell.execute(`.thread ${address}`);
        const { summary, titleOf } = about(shell.session.scope.context.registers.rsp);
        const id = `${pid.toString(16)}.${tid.toString(16)}`;
        expect(summary.slice(0, `kernel stack of thread ${id} of ${name}`.length)).toBe(
          `kernel stack of thread ${id} of ${name}`,
        );
        expect(titleOf('region')).toBe('region KernelStacks');
      }
    shell.execute('.thread');
  });

  it('images: module and symbol', () => {
    for (const { name, base, size } of dump.truth.modules.slice(0, 30)) {
      const module = name.replace(/\.[^.]*$/, '');
      const { summary, titleOf } = about(BigInt(base) + BigInt(size >> 1));
      if (/^ntoskrnl/i.test(name)) expect(titleOf('image')).toContain('image nt');
      else
        expect(summary.toLowerCase()).toContain(`image ${module.toLowerCase().replace(/[^a-z0-9_$]/g, '_')}`);
    }
  });

  it('user addresses: the range of the process, private or a view of which file', () => {
    const process = dump.truth.processes.find(({ name }) => name === 'explorer.exe')!;
    shell.execute(`.process ${process.address}`);
    const kinds = new Set<string>();
    for (const { start, kind, file } of process.memory) {
      const title = about(BigInt(start)).titleOf('vad')!;
      kinds.add(kind);
      expect(title, start).toMatch(
        { private: /^private memory/, mapped: /^view of a section/, image: /^view of an image/ }[kind],
      );
      if (file) expect(title).toContain(file.split('\\').pop()!);
    }
    expect(kinds.size).toBe(3);
    shell.execute('.process');
  });

  it('the walk: every level as the engine of !vtop reads it, and the frame in the PFN database', () => {
    const at = BigInt(dump.truth.processes[0]!.address);
    const { findings, titleOf } = about(at);
    const walk = findings.find(({ kind }) => kind === 'walk')!;
    const entries = [...shell.execute(`!vtop 0 ${at.toString(16)}`).matchAll(/ -> ([0-9a-f`]+)/g)];
    expect(walk.evidence.map(({ value }) => BigInt(`0x${value.split(' ')[0]!}`))).toEqual(
      entries.map(([, entry]) => BigInt(`0x${entry!.replace('`', '')}`)),
    );
    // The self-map leads to the same entries.
    for (const { address, value } of walk.evidence)
      expect(
        shell
          .execute(`dq ${address!.toString(16)} L1`)
          .replace('`', '')
          .replace('`', ''),
      ).toContain(value.split(' ')[0]!);
    expect(titleOf('page')).toMatch(/^frame [0-9a-f]+: Active/);
  });

  it('processors: control blocks, and the tables that their registers lead to', () => {
    dump.truth.processors.forEach(({ address }, number) => {
      const prcb = BigInt(address);
      expect(about(prcb + 0x10n).summary).toBe(`KPRCB of processor ${number}`);
      const pcr = prcb - BigInt(offsetOf('_KPCR', 'Prcb'));
      expect(about(pcr + 8n).summary).toBe(`KPCR of processor ${number}`);
      const field = (name: string) => kernel.space.u64(pcr + BigInt(offsetOf('_KPCR', name)));
      expect(about(field('IdtBase') + 0x20n).summary).toBe(
        `interrupt descriptor table of processor ${number}`,
      );
      expect(about(field('GdtBase') + 0x10n).summary).toBe(`global descriptor table of processor ${number}`);
      expect(about(field('TssBase') + 4n).summary).toBe(`task state segment of processor ${number}`);
    });
    for (const at of [0x7ffe0014n, 0xfffff78000000320n])
      expect(about(at).summary).toMatch(/^KUSER_SHARED_DATA, /);
  });

  it('page tables by the self-map: each level, and the address that it maps', () => {
    const base = kernel.pointer('MmPteBase');
    const at = BigInt(dump.truth.processes[1]!.address) & ~0xfffn;
    const entry = (address: bigint) => base + (((address & 0xffffffffffffn) >> 12n) << 3n);
    const shown = (address: bigint) =>
      address
        .toString(16)
        .padStart(16, '0')
        .replace(/(.{8})$/, '`$1');
    const named = (address: bigint) => about(address).summary.split(',')[0];
    const span = (bits: bigint) => BigInt.asUintN(64, (at >> bits) << bits);
    expect(named(entry(at))).toBe(`PTE of ${shown(at)}`);
    expect(named(entry(entry(at)))).toBe(`PDE of ${shown(span(21n))}`);
    expect(named(entry(entry(entry(at))))).toBe(`PPE of ${shown(span(30n))}`);
    expect(named(entry(entry(entry(entry(at)))))).toBe(`PXE of ${shown(span(39n))}`);
  });

  it('the PFN database: whose frame an entry is', () => {
    const base = kernel.pointer('MmPfnDatabase');
    for (const frame of [0x101, 0x200, 0x1234])
      expect(about(base + BigInt(frame * sizeOf('_MMPFN') + 8)).summary).toBe(
        `PFN database, entry of frame ${frame.toString(16)}`,
      );
  });

  it('the page below a kernel stack: nobody has it', () => {
    const { pid, threads } = dump.truth.processes[1]!;
    const [{ address, tid }] = threads as [(typeof threads)[0]];
    const limit = kernel.get(BigInt(address), '_KTHREAD', 'StackLimit');
    const { summary, titleOf } = about(limit - 8n);
    const id = `${pid.toString(16)}.${tid.toString(16)}`;
    expect(summary).toMatch(new RegExp(`^guard page below the kernel stack of thread ${id} of `));
    expect(titleOf('walk')).toMatch(/^not /);
  });

  it('what is no address, and what nobody mapped', () => {
    expect(about(0x1234567812345678n).summary).toContain('not an address');
    expect(about(0x10n).titleOf('walk')).toMatch(/^not mapped/);
    expect(shell.execute('!whatis nt!PsActiveProcessHead')).toContain('nt!PsActiveProcessHead');
  });

  it('a dump of a process: region, image and stack', () => {
    const dumps = new ProcessDumps([]);
    try {
      const { truth, path } = dumpOf(dumps, 'SearchHost');
      const session = new Session(new FileSource(path), { path, symbols: new SymbolFolder(dumps.symbols) });
      truth.threads.slice(0, 5).forEach(({ tid, user }, number) => {
        expect(explain(session, BigInt(user.rsp)).summary).toBe(
          `stack of thread ${number} (${tid.toString(16)})`,
        );
      });
      const { name, base } = truth.modules.at(-1)!;
      expect(explain(session, BigInt(base) + 0x1010n).summary).toContain(name.replace(/\..*$/, ''));
    } finally {
      dumps.remove();
    }
  });
});
