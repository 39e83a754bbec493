import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Finding, FindingKind, Shell } from '../../../sim/debugger/index.js';
import { explain, Session } from '../../../sim/debugger/index.js';
import { FileSource } from '../../../sim/cli/debug/file-source.js';
import { SymbolFolder } from '../../../sim/cli/debug/symbol-folder.js';
import { dumpOf } from '../../support/dumped-processes.js';
import { generateDump, type GeneratedDump, type TruthThread } from '../../support/generated-dump.js';
import { ProcessDumps } from '../../support/process-dump.js';
import type { AddressSpace } from '../readers/address-space.js';
import { Kernel } from '../readers/kernel.js';
import { offsetOf, sizeOf } from '../readers/layouts.js';
import { shellOf } from './lab-shell.js';

type UserThread = TruthThread & { user: { teb: string; rsp: string } };

/** Of user addresses: what they are to the loader, to threads and to the memory manager. */
describe('explain: a process', () => {
  let dump: GeneratedDump;
  let shell: Shell;
  let kernel: Kernel;
  let space: AddressSpace;
  let peb: bigint;
  let process: GeneratedDump['truth']['processes'][number];
  const about = (address: bigint) => explain(shell.session, address);
  const findingOf = (findings: readonly Finding[], kind: FindingKind) =>
    findings.find((finding) => finding.kind === kind);
  const environment = (address: bigint) => findingOf(about(address).findings, 'environment');
  const valueOf = (finding: Finding | undefined, label: string) =>
    finding?.evidence.find((item) => item.label === label);

  beforeAll(() => {
    dump = generateDump(['--machine', 'tiny', '--seed', '12', '--user-pages']);
    shell = shellOf(dump);
    kernel = new Kernel(dump);
    process = dump.truth.processes.find(({ name }) => name === 'explorer.exe')!;
    const address = BigInt(process.address);
    space = kernel.spaceOf(address);
    peb = kernel.get(address, '_EPROCESS', 'Peb');
    shell.execute(`.process /r /p ${process.address}`);
  });
  afterAll(() => dump?.remove());

  it('the PEB, and what it points to', () => {
    expect(about(peb + 0x20n).summary).toBe('PEB, the environment block of the process');
    expect(valueOf(environment(peb + 0x20n), 'offset in it')?.value).toBe('0x20, ProcessParameters');
    const parameters = space.get(peb, '_PEB', 'ProcessParameters');
    expect(environment(parameters + 4n)?.title).toBe('process parameters');
    const line = parameters + BigInt(offsetOf('_RTL_USER_PROCESS_PARAMETERS', 'CommandLine'));
    const buffer = space.get(line, '_UNICODE_STRING', 'Buffer');
    expect(environment(buffer + 2n)?.title).toBe(
      `process parameters: text of CommandLine, "${space.unicode(line)}"`,
    );
    const variables = space.get(parameters, '_RTL_USER_PROCESS_PARAMETERS', 'Environment');
    expect(Buffer.from(space.bytes(variables, 0x20)).toString('utf16le')).toContain('=');
    expect(environment(variables + 0x40n)?.title).toBe('environment variables of the process');
    expect(about(space.get(peb, '_PEB', 'ApiSetMap')).summary).toContain('API sets');
  });

  it('the loader: its lists, and the entry of each module', () => {
    const loader = space.get(peb, '_PEB', 'Ldr');
    expect(environment(loader + 0x10n)?.title).toMatch(/^PEB_LDR_DATA/);
    const head = loader + BigInt(offsetOf('_PEB_LDR_DATA', 'InLoadOrderModuleList'));
    let entries = 0;
    for (let at = space.u64(head); at !== head; at = space.u64(at)) {
      const name = space.unicode(at + BigInt(offsetOf('_LDR_DATA_TABLE_ENTRY', 'BaseDllName')));
      const found = environment(at + 0x30n);
      expect(found?.title).toBe(`the loader's entry of ${name}`);
      expect(valueOf(found, 'image')?.address).toBe(space.get(at, '_LDR_DATA_TABLE_ENTRY', 'DllBase'));
      entries++;
    }
    expect(entries).toBeGreaterThan(10);
  });

  it('heaps: their heads, and each block with its state', () => {
    const count = Number(space.get(peb, '_PEB', 'NumberOfHeaps'));
    const list = space.get(peb, '_PEB', 'ProcessHeaps');
    expect(count).toBeGreaterThan(1);
    for (let i = 0; i < count; i++) {
      const heap = space.u64(list + BigInt(i * 8));
      const name = i === 0 ? 'the process heap' : `heap ${i + 1} of the process`;
      expect(environment(heap + 0x18n)?.title).toBe(`HEAP, the head of ${name}`);
      // Blocks as any reader of heaps walks them: headers mixed with the key of HEAP.Encoding.
      const key = space.u64(heap + BigInt(offsetOf('_HEAP', 'Encoding') + 8));
      const end = space.get(heap, '_HEAP', 'LastValidEntry');
      let at = heap + BigInt((sizeOf('_HEAP') + 15) & ~15);
      let busy = 0;
      let free = 0;
      while (at < end) {
        const word = space.u64(at + 8n) ^ key;
        const bytes = (word & 0xffffn) * 16n;
        const isBusy = ((word >> 16n) & 1n) !== 0n;
        if (isBusy) busy++;
        else free++;
        if (busy % 17 === 1 || !isBusy) {
          const titles = about(at + 0x10n).findings.filter(({ kind }) => kind === 'environment');
          expect(titles.map(({ title }) => title)).toContain(
            `block of ${name}, ${isBusy ? 'in use' : 'free'}, 0x${bytes.toString(16)} bytes`,
          );
        }
        at += bytes;
      }
      expect(at).toBe(end);
      expect(busy).toBeGreaterThan(3);
      expect(free).toBe(1);
    }
  });

  it('threads: TEB, stack with the frame whose slot it is, guard page, and what is reserved below', () => {
    for (const thread of process.threads.slice(0, 6) as UserThread[]) {
      const teb = BigInt(thread.user.teb);
      const id = `thread ${process.pid.toString(16)}.${thread.tid.toString(16)} of explorer.exe`;
      expect(about(teb + 0x1480n).summary).toBe(`TEB, the environment block of ${id}`);
      expect(valueOf(environment(teb + 0x60n), 'offset in it')?.value).toBe('0x60, ProcessEnvironmentBlock');
      const [base, limit] = [8n, 0x10n].map((offset) => space.u64(teb + offset)) as [bigint, bigint];
      const reserved = space.get(teb, '_TEB', 'DeallocationStack');
      const rsp = BigInt(thread.user.rsp);
      expect(rsp > limit && rsp < base).toBe(true);
      expect(about(rsp).summary).toBe(`user stack of ${id}`);
      expect(about(limit - 1n).summary).toBe(`guard page below the user stack of ${id}`);
      expect(findingOf(about(limit - 1n).findings, 'pageFile')?.title).toMatch(/^guard page/);
      expect(about(reserved).summary).toBe(`reserved, for the user stack of ${id}`);
      const told: string[] = [];
      for (let at = rsp; at < base && told.length < thread.userStack!.length - 1; at += 8n) {
        const title = findingOf(about(at).findings, 'frame')?.title;
        const site = /: return address to (\S+)$/.exec(title ?? '')?.[1];
        if (site && at % 8n === 0n && told.at(-1) !== site) told.push(site);
      }
      expect(told).toEqual(thread.userStack!.slice(1));
    }
  });

  it('the page that the kernel shares, in either half', () => {
    for (const at of [0x7ffe0260n, 0xfffff78000000260n]) {
      const { summary, findings } = about(at);
      expect(summary).toMatch(/^KUSER_SHARED_DATA/);
      expect(valueOf(findingOf(findings, 'structure'), 'offset in it')?.value).toBe('0x260, NtBuildNumber');
    }
    expect(space.u32(0x7ffe0260n)).toBe(22631);
  });

  it('pages that are not in memory: demand zero, in the page file, in transition, and in files', () => {
    const kinds = new Map<string, number>();
    for (const owner of dump.truth.processes.slice(2)) {
      shell.execute(`.process ${owner.address}`);
      const own = kernel.spaceOf(BigInt(owner.address));
      // The last process is asked about the kernel's half too.
      const isLast = owner === dump.truth.processes.at(-1);
      for (const { address, entry } of own.absentEntries(0, isLast ? 512 : 256)) {
        if (address >> 39n === kernel.pointer('MmPteBase') >> 39n) continue;
        const { findings } = about(address + 0x10n);
        // Fields of MMPTE_SOFTWARE, MMPTE_TRANSITION and MMPTE_PROTOTYPE of public symbols.
        const isPrototype = ((entry >> 10n) & 1n) !== 0n;
        const isTransition = ((entry >> 11n) & 1n) !== 0n;
        const protection = Number((entry >> 5n) & 31n);
        const walk = findingOf(findings, 'walk')!.title;
        const away = findingOf(findings, 'pageFile')?.title;
        let kind: string;
        if (isPrototype) {
          kind = 'prototype';
          expect(walk).toBe('not valid: a prototype PTE tells where the page is');
        } else if (isTransition) {
          kind = 'transition';
          const frame = ((entry >> 12n) & 0xfffffffffn).toString(16);
          expect(walk).toMatch(/^physical address [0-9a-f]+ \(in transition/);
          expect(findingOf(findings, 'page')?.title).toMatch(
            new RegExp(`^frame ${frame}: (Standby|Modified)`),
          );
        } else if (entry >> 32n !== 0n) {
          kind = 'page file';
          expect(away).toBe(
            `in page file ${(entry >> 12n) & 15n}, at its page ${(entry >> 32n).toString(16)}`,
          );
        } else {
          kind = protection & 16 ? 'guard' : 'demand zero';
          expect(away).toMatch(kind === 'guard' ? /^guard page/ : /^demand zero/);
        }
        kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
      }
    }
    shell.execute(`.process ${process.address}`);
    for (const kind of ['guard', 'page file', 'transition', 'prototype'])
      expect(kinds.get(kind) ?? 0, kind).toBeGreaterThan(0);
  });

  it('views of files: which, and the page’s place in the file', () => {
    let files = 0;
    for (const { start, end, kind, file } of process.memory) {
      if (kind !== 'mapped' || !file) continue;
      for (let at = BigInt(start); at < BigInt(end); at += 0x1000n) {
        const owner = findingOf(about(at).findings, 'owner');
        if (!owner) continue;
        files++;
        const path = file.replace(/^[A-Z]:/, '').replace(/^\\Device\\HarddiskVolume\d+/, '');
        expect(owner.title).toBe(`page of ${path}, from its byte 0x${(at - BigInt(start)).toString(16)} on`);
      }
    }
    expect(files).toBeGreaterThan(5);
  });

  it('images: pages that are shared, and copies of those that were written to', () => {
    let [shared, copied] = [0, 0];
    for (const { address, value, isLeaf } of space.entries(0xff, 0x100, -1)) {
      if (!isLeaf) continue;
      const range = process.memory.find(
        (each) => address >= BigInt(each.start) && address < BigInt(each.end),
      );
      if (range?.kind !== 'image') continue;
      const { findings } = about(address + 0x20n);
      const owner = findingOf(findings, 'owner')!.title;
      if (owner.startsWith('page of the image ')) {
        shared++;
        expect(owner.toLowerCase()).toContain(range.file!.split('\\').pop()!.toLowerCase());
      } else {
        copied++;
        expect(owner).toContain(`of process ${process.pid.toString(16)}, explorer.exe`);
        expect(
          findingOf(findings, 'vad')
            ?.evidence.map(({ value: told }) => told)
            .join(' '),
        ).toContain('copy');
      }
      // Of a page that is copied when it is written to, the PTE says so: bit 9, C.
      const isCopiedOnWrite = ((value >> 9n) & 1n) !== 0n;
      expect(findingOf(findings, 'walk')!.title.includes('copied when it is written to')).toBe(
        isCopiedOnWrite,
      );
    }
    expect(shared).toBeGreaterThan(20);
    expect(copied).toBeGreaterThan(3);
  });

  describe('dumps of processes', () => {
    let dumps: ProcessDumps;
    beforeAll(() => (dumps = new ProcessDumps([])));
    afterAll(() => dumps.remove());
    const opened = (path: string) =>
      new Session(new FileSource(path), { path, symbols: new SymbolFolder(dumps.symbols) });

    it('32-bit processes: the second PEB, second TEBs and second stacks', () => {
      const { truth, path } = dumpOf(dumps, 'MicrosoftEdgeUpdate');
      const session = opened(path);
      const say = (at: bigint) => explain(session, at).summary;
      expect(say(BigInt(truth.wow64!.peb) + 0x10n)).toBe(
        'PEB32, the 32-bit environment block of the process',
      );
      truth.threads.slice(0, 4).forEach(({ tid, user, wow64 }, number) => {
        const name = `thread ${number} (${tid.toString(16)})`;
        expect(say(BigInt(user.teb))).toBe(`TEB, the environment block of ${name}`);
        expect(say(BigInt(user.teb) + 0x2000n)).toBe(`TEB32, the 32-bit environment block of ${name}`);
        expect(say(BigInt(wow64!.esp))).toBe(`32-bit stack of ${name}`);
        expect(say(BigInt(user.rsp))).toBe(`stack of ${name}`);
      });
    });

    it('every region is told of', () => {
      const { path } = dumpOf(dumps, 'SearchHost');
      const session = opened(path);
      const seen = new Set<string>();
      for (const { BaseAddress, RegionSize, State } of session.user!.dump.regions()) {
        const { summary, findings } = explain(session, BaseAddress + RegionSize / 2n);
        expect(findings.length).toBeGreaterThan(0);
        expect(summary).not.toContain('nothing that the dump tells of');
        if (State === 0x10000) expect(summary).toMatch(/^free addresses$|^unloaded image /);
        seen.add(summary.split(/[:,]/)[0]!.split(' of ')[0]!);
      }
      expect(seen.size).toBeGreaterThan(4);
      expect(explain(session, 0x1234567812345678n).summary).toContain('not an address');
      expect(explain(session, 0xffff800000001000n).summary).toContain("kernel's half");
    });
  });
});
