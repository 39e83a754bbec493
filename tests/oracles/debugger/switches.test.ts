import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Shell } from '../../../sim/debugger/index.js';
import { generateDump, type GeneratedDump } from '../../support/generated-dump.js';
import { ioTruth } from '../readers/io-truth.js';
import { Kernel } from '../readers/kernel.js';
import { offsetOf } from '../readers/layouts.js';
import { shellOf } from './lab-shell.js';

/** Switches of extension commands, against the truth and against readers that share no code with them. */
const DUMPS: [name: string, options: string[]][] = [
  ['tiny', ['--machine', 'tiny', '--seed', '9', '--user-pages']],
  ['classroom', ['--machine', 'classroom', '--seed', '4']],
];
const plain = (address: string) => address.replace(/^0x/, '');
const hex = (value: number) => value.toString(16);

describe.each(DUMPS)('switches of extension commands on %s', (size, options) => {
  let dump: GeneratedDump;
  let kernel: Kernel;
  let shell: Shell;
  const ask = (command: string) => shell.execute(command);
  const all = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map((match) => match.slice(1));
  const processNamed = (name: string) => kernel.truth.processes.find((process) => process.name === name)!;
  const processesIn = (text: string) => all(text, /^PROCESS ([0-9a-f]{16})$/gm).flat();
  const threadsIn = (text: string) => all(text, /^ *THREAD ([0-9a-f]{16}) /gm).flat();

  beforeAll(() => {
    dump = generateDump(options);
    kernel = new Kernel(dump);
    shell = shellOf(dump);
  });
  afterAll(() => dump?.remove());

  it('!process: the bits of its flags', () => {
    const { address, threads } = processNamed('csrss.exe');
    const at = plain(address);
    const addresses = threads.map((thread) => plain(thread.address));
    const waited = threads.flatMap(({ waitObjects }) => waitObjects.map((object) => plain(object.address)));
    const has = (text: string) => ({
      details: text.includes('QuotaPoolUsage'),
      threads: threadsIn(text).length > 0,
      waits: waited.length > 0 && waited.every((object) => text.includes(object)),
      stacks: text.includes('Child-SP'),
      args: text.includes('Args to Child'),
    });
    const none = { details: false, threads: false, waits: false, stacks: false, args: false };
    expect(has(ask(`!process ${at} 0`))).toEqual(none);
    expect(has(ask(`!process ${at} 1`))).toEqual({ ...none, details: true });
    expect(has(ask(`!process ${at} 2`))).toEqual({ ...none, threads: true, waits: true });
    expect(has(ask(`!process ${at} 4`))).toEqual({ ...none, threads: true });
    expect(has(ask(`!process ${at} 6`))).toEqual({ ...none, threads: true, waits: true, stacks: true, args: true }); // prettier-ignore
    expect(has(ask(`!process ${at} e`))).toEqual({ ...none, threads: true, waits: true, stacks: true });
    for (const flags of [2, 4, 6, 0xe])
      expect(threadsIn(ask(`!process ${at} ${hex(flags)}`))).toEqual(addresses);
    // Without flags: all of a process that is named.
    expect(ask(`!process ${at}`)).toBe(ask(`!process ${at} f`));
    expect(ask('!process -1')).toBe(ask('!process -1 3'));
    expect(ask('!process 0')).toBe(ask('!process 0 3'));
    const one =
      /^ +THREAD [0-9a-f]{16} {2}Cid [0-9a-f.]+ {2}Teb: [0-9a-f]{16} Win32Thread: [0-9a-f]{16} \S.*$/;
    const lines = ask(`!process ${at} 4`)
      .split('\n')
      .filter((text) => text.startsWith(' '.repeat(8)));
    expect(lines.length).toBe(threads.length);
    for (const text of lines) expect(text).toMatch(one);
  });

  it('!process /s: the processes of a session', () => {
    expect(kernel.truth.sessions.length).toBe(2);
    for (const { id, processes } of kernel.truth.sessions) {
      const found = all(ask(`!process /s ${id} 0 0`), /Cid: ([0-9a-f]{4,}) /g).map(([pid]) =>
        parseInt(pid!, 16),
      );
      expect(found.sort((a, b) => a - b)).toEqual([...processes].sort((a, b) => a - b));
    }
    expect(processesIn(ask('!process /s 7 0 0'))).toEqual([]);
  });

  it('!process /m: the processes that map an image', () => {
    for (const name of ['ntdll.dll', 'combase.dll', 'explorer.exe']) {
      const known = kernel.truth.processes
        .filter(({ memory }) =>
          memory.some(({ kind, file }) => kind === 'image' && file?.toLowerCase().endsWith(`\\${name}`)),
        )
        .map(({ address }) => plain(address));
      expect(processesIn(ask(`!process /m ${name} 0 0`)), name).toEqual(known);
      expect(processesIn(ask(`!process /m ${name.replace(/\..*/, '')} 0 0`)), name).toEqual(known);
    }
    expect(processesIn(ask('!process /m nosuch 0 0'))).toEqual([]);
  });

  it('!process 10: user stacks by the modules of the process itself', () => {
    const { address, threads } = processNamed('explorer.exe') as unknown as {
      address: string;
      threads: { userStack?: string[] }[];
    };
    const text = ask(`!process ${plain(address)} 17`);
    const sites = threads.flatMap(({ userStack = [] }) => userStack);
    const named = sites.filter((site) => text.includes(site)).length;
    // Which modules are loaded is told by user pages alone.
    expect(named).toBe(size === 'tiny' ? sites.length : 0);
    expect(sites.length).toBeGreaterThan(5);
    const before = ask('!peb');
    ask(`!process ${plain(address)} 17`);
    expect(ask('!peb')).toBe(before);
  });

  it('!thread -p, -t and -1', () => {
    const owner = processNamed('lsass.exe');
    const { tid, address } = owner.threads[0]!;
    const text = ask(`!thread -p -t ${hex(tid)} 2`);
    expect(processesIn(text)).toEqual([plain(owner.address)]);
    expect(threadsIn(text)).toEqual([plain(address)]);
    const current = plain(dump.truth.processors[0]!.currentThread);
    for (const line of ['!thread', '!thread -1', '!thread -1 6'])
      expect(threadsIn(ask(line))).toEqual([current]);
    expect(ask(`!thread ${plain(address)} 4`)).not.toContain('Child-SP');
  });

  it('!stacks: threads of the idle process too, and those whose symbols have a text', () => {
    const known = kernel.truth.processes.flatMap(({ threads }) =>
      threads
        .filter(({ stack }) => stack.some((site) => site.includes('Alpc')))
        .map(({ address }) => plain(address)),
    );
    const rows = (text: string) => all(text, /^ *[0-9a-f]+\.[0-9a-f]+ {2}([0-9a-f]{16}) /gm).flat();
    expect(rows(ask('!stacks 2 Alpc')).sort()).toEqual(known.sort());
    for (const { idleThread } of kernel.truth.processors as unknown as { idleThread: { address: string } }[])
      expect(rows(ask('!stacks 0'))).toContain(plain(idleThread.address));
  });

  it('!ready: threads that are ready, with their stacks when asked', () => {
    const ready = kernel.truth.processes
      .flatMap(({ threads }) => threads)
      .filter(({ state }) => state === 'Ready')
      .map(({ address }) => plain(address));
    expect(threadsIn(ask('!ready')).sort()).toEqual(ready.sort());
    expect(ask('!ready')).not.toContain('Child-SP');
    expect(all(ask('!ready 6'), /Child-SP/g).length).toBe(ready.length);
    const [marks] = all(ask('!ready'), /^KSHARED_READY_QUEUE [0-9a-f]{16}: \(00\) (\**)-+$/gm);
    expect(marks?.[0]?.length).toBe(dump.truth.processors.length);
  });

  it('!handle: all processes, one type, by id, and free entries', () => {
    const open = kernel.truth.processes.flatMap(({ handles }) => handles.open['Mutant'] ?? []);
    const value = (row: string) => hex(Number(row.split(' ')[0])).padStart(4, '0');
    const listed = all(ask('!handle 0 1 0 Mutant'), /^([0-9a-f]{4,}): Object: /gm).flat();
    expect(listed.sort()).toEqual(open.map(value).sort());

    const { pid, address, threads } = processNamed('services.exe');
    expect(ask(`!handle ${hex(pid)} 23`)).toContain(`Object: ${plain(address)}  Type: (`);
    expect(ask(`!handle ${hex(threads[0]!.tid)} 23`)).toMatch(new RegExp(`${plain(threads[0]!.address)} .* Thread\n`)); // prettier-ignore

    const { handles } = processNamed('services.exe');
    const text = ask(`!handle 0 5 ${plain(address)}`);
    const free = all(text, /^([0-9a-f]{4,}): free handle, Entry address ([0-9a-f]{16}), /gm);
    const used = Object.values(handles.open).flat().map(value);
    expect(free.length).toBeGreaterThan(0);
    for (const [handle, entry] of free) {
      expect(used).not.toContain(handle);
      // An entry in use leads to an object: its first eight bytes are not zero.
      expect(kernel.space.u64(BigInt(`0x${entry}`)), handle).toBe(0n);
    }
    expect(ask(`!handle ${free[0]![0]} 3 ${plain(address)}`)).toContain(`${free[0]![0]}: free handle`);
    expect(ask(`!handle 0 1 ${plain(address)}`)).not.toContain('free handle');
    // The kernel's own table is that of System.
    const system = kernel.truth.processes[0]!;
    expect(ask('!handle 4 11')).toContain(`Kernel handle table at ${plain(system.handles.table)} with`);
    expect(ask('!handle 80000004 11')).toContain('\n0004: Object: ');
  });

  it('!handle names keys by their paths', () => {
    const keys = new Set(kernel.truth.registry.keys.map(({ path }) => path.toUpperCase()));
    const { address, handles } = processNamed('services.exe');
    const names = all(ask(`!handle 0 3 ${plain(address)} Key`), /Name: (.*)$/gm).flat();
    expect(names.length).toBe(handles.open['Key']!.length);
    for (const name of names) expect([...keys]).toContain(name!.toUpperCase());
  });

  it('!object: its flags, and all objects of a type', () => {
    const { path, address } = kernel.truth.namedObjects.find(
      ({ path: p }) => p === '\\Device\\Harddisk0\\DR0',
    )!;
    const directory = kernel.truth.namedObjects.find(({ path: p }) => p === '\\Device\\Harddisk0')!;
    const at = plain(address);
    expect(ask(`!object ${at} 0`)).not.toMatch(/HandleCount|Name:/);
    expect(ask(`!object ${at} 1`)).toContain(`Directory Object: ${plain(directory.address)}  Name: DR0\n`);
    expect(ask(`!object ${at} 21`)).toContain(`Name: ${path}\n`);
    const [[info]] = all(ask(`!object ${at} 10`), / NameInfo\(([0-9a-f]{16})\)/g) as [[string]];
    const link = BigInt(`0x${info}`) + BigInt(offsetOf('_OBJECT_HEADER_NAME_INFO', 'Directory'));
    expect(kernel.space.u64(link)).toBe(BigInt(directory.address));
    expect(ask(`!object ${plain(directory.address)} 1`)).not.toContain('Hash Address');
    expect(ask(`!object ${plain(directory.address)}`)).toContain('Hash Address');

    const found = all(ask('!object 0 Mutant'), /^Object: ([0-9a-f]{16}) /gm).flat();
    const handles = kernel.truth.processes.flatMap(({ handles: { open } }) => open['Mutant'] ?? []);
    const named = kernel.truth.namedObjects
      .filter(({ type }) => type === 'Mutant')
      .map((object) => object.address);
    const known = new Set([...handles.map((row) => row.split(' ')[1]!), ...named].map(plain));
    expect([...known].filter((object) => !found.includes(object))).toEqual([]);
    expect(found.length).toBe(new Set(found).size);
    expect(all(ask('!object 0 Process'), /^Object: ([0-9a-f]{16}) /gm).flat()).toEqual(
      expect.arrayContaining(kernel.truth.processes.map((process) => plain(process.address))),
    );
  });

  it('!devnode: nodes that are not started, have a problem, or are of a service', () => {
    const { nodes } = ioTruth(kernel);
    const found = (text: string) =>
      all(text, /DevNode 0x([0-9a-f]{16}) for PDO/g)
        .flat()
        .sort();
    const known = (list: typeof nodes) => list.map(({ address }) => plain(address)).sort();
    expect(found(ask('!devnode 0 1'))).toEqual(known(nodes));
    expect(found(ask('!devnode 0 10'))).toEqual(
      known(nodes.filter(({ state }) => state !== 'DeviceNodeStarted')),
    );
    expect(found(ask('!devnode 0 20'))).toEqual(known(nodes.filter(({ problem }) => problem)));
    expect(found(ask('!devnode 0 0 disk'))).toEqual(known(nodes.filter(({ service }) => service === 'disk')));
    const acpi = nodes.filter(({ service }) => service === 'ACPI');
    const below = (address: string): typeof nodes =>
      nodes.filter(({ parent }) => parent === address).flatMap((node) => [node, ...below(node.address)]);
    expect(found(ask('!devnode 0 1 ACPI'))).toEqual(
      known([...acpi, ...acpi.flatMap((node) => below(node.address))]),
    );
    const one = nodes.find(({ service }) => service === 'disk')!;
    expect(ask(`!devnode ${plain(one.address)}`)).toContain(` Parent 0x${plain(one.parent!)} `);
  });

  it('!devobj and !devstack: by names of \\Device', () => {
    for (const { address, name } of ioTruth(kernel).devices.filter(({ name: n }) =>
      n?.startsWith('\\Device\\'),
    )) {
      const short = name!.slice('\\Device\\'.length);
      if (/[ ;]/.test(short)) continue;
      expect(ask(`!devobj ${short}`), name).toContain(`Device object (${plain(address)}) is for:`);
      expect(ask(`!devstack ${short}`), name).toContain(`> ${plain(address)} `);
    }
  });

  it('!locks: all resources with -d, owners with -v, counts with -p', () => {
    const [[count]] = all(ask('!locks'), /^(\d+) total locks/gm) as [[string]];
    const listed = all(ask('!locks -d'), /^Resource @ .*\(0x([0-9a-f]{16})\)/gm).flat();
    const head = kernel.address('ExpSystemResourcesList');
    const known = kernel.list(head, '_ERESOURCE', 'SystemResourcesList').map((at) => at.toString(16));
    expect(listed).toEqual(known);
    expect(Number(count)).toBe(known.length);
    const held = known.filter((at) => kernel.get(BigInt(`0x${at}`), '_ERESOURCE', 'ActiveEntries') > 0n);
    expect(held.length).toBeGreaterThan(0);
    expect(all(ask('!locks'), /^Resource @ .*\(0x([0-9a-f]{16})\)/gm).flat()).toEqual(held);
    for (const at of held) {
      const owner = kernel.get(BigInt(`0x${at}`) + BigInt(offsetOf('_ERESOURCE', 'OwnerEntry')), '_OWNER_ENTRY', 'OwnerThread'); // prettier-ignore
      const text = ask(`!locks -v ${at}`);
      expect(threadsIn(text)).toContain((owner & ~3n).toString(16));
      expect(text).toContain('Child-SP');
      const waiters = kernel.get(BigInt(`0x${at}`), '_ERESOURCE', 'NumberOfSharedWaiters');
      expect(ask(`!locks -p ${at}`)).toMatch(new RegExp(`NumberOfSharedWaiters += ${waiters}\n`)); // prettier-ignore
    }
  });

  it('!irpfind: by thread, device and file, and from an address on', () => {
    const found = (line: string) => all(ask(line), /^([0-9a-f]{16}) \[/gm).flat();
    const listed = found('!irpfind');
    const known = ioTruth(kernel).requests.filter(({ address }) => listed.includes(plain(address)));
    expect(known.length).toBe(listed.length);
    for (const { thread, device, file } of known.slice(0, 8)) {
      const those = (same: (request: (typeof known)[0]) => boolean) =>
        known.filter(same).map(({ address }) => plain(address)).sort(); // prettier-ignore
      expect(found(`!irpfind 0 0 thread ${plain(thread!)}`).sort()).toEqual(
        those((one) => one.thread === thread),
      );
      if (file) expect(found(`!irpfind 0 0 fileobject ${plain(file)}`).sort()).toEqual(those((one) => one.file === file)); // prettier-ignore
      expect(found(`!irpfind 0 0 device ${plain(device)}`)).toEqual(
        expect.arrayContaining(those((one) => one.device === device)),
      );
    }
    const middle = [...listed].sort()[listed.length >> 1]!;
    expect(found(`!irpfind 0 ${middle}`)).toEqual(listed.filter((at) => at! >= middle));
    expect(found('!irpfind 0 0 userevent 1234')).toEqual([]);
  });

  it('!poolused sorts by tag, by nonpaged and by paged use', () => {
    const rows = (flags: number) => all(ask(`!poolused ${flags}`), /^ (.{4}) +\d+ +(\d+) +\d+ +(\d+)$/gm);
    const tags = rows(0).map(([tag]) => tag!);
    expect(tags).toEqual([...tags].sort((a, b) => (a < b ? -1 : 1)));
    for (const [flags, column] of [
      [2, 1],
      [4, 2],
    ] as const) {
      const used = rows(flags).map((row) => Number(row[column]));
      expect(used).toEqual([...used].sort((a, b) => b - a));
    }
  });

  it('!pool: only the block of the address, with what it holds', () => {
    const at = plain(processNamed('lsass.exe').address);
    const text = ask(`!pool ${at} 3`);
    expect(all(text, /^[* ][0-9a-f]{16} size:/gm).length).toBe(1);
    const [[from, low, high]] = all(text, /^ {4}([0-9a-f]{16}) {2}([0-9a-f]{8}) ([0-9a-f]{8}) /gm) as [
      string[],
    ];
    expect(kernel.space.u64(BigInt(`0x${from}`))).toBe(BigInt(`0x${high}${low}`));
    expect(ask(`!pool ${at} 80000000`)).not.toContain('Pool page');
  });

  it('!poolfind: kinds of pool, tags as numbers', () => {
    const row = kernel.truth.pool.find(({ tag }) => tag === 'Proc')!;
    const count = (line: string) => all(ask(line), /^[0-9a-f]{16} : tag Proc,/gm).length;
    const live = row.nonPagedAllocs - row.nonPagedFrees;
    expect(live).toBeGreaterThan(3);
    for (const line of ['!poolfind Proc 0', '!poolfind 0x636f7250 0', '!poolfind -tag Proc -nonpaged'])
      expect(count(line), line).toBe(live);
    expect(count('!poolfind Proc 1')).toBe(row.pagedAllocs - row.pagedFrees);
  });

  it('!pte: an entry by its own address, and the entries of a range', () => {
    const at = BigInt(processNamed('lsass.exe').address);
    const [[entry]] = all(ask(`!pte ${at.toString(16)}`), /PTE at ([0-9A-F]{16})/g) as [[string]];
    const page = (at & ~0xfffn).toString(16);
    expect(ask(`!pte ${entry}`)).toContain(`VA ${page}\n`);
    const range = all(ask(`!pte ${page} ${(at + 0x2000n).toString(16)}`), /VA ([0-9a-f]{16})/g).flat();
    expect(range).toEqual([0n, 1n, 2n].map((i) => ((at & ~0xfffn) + i * 0x1000n).toString(16)));
    const value = kernel.space
      .u64(BigInt(`0x${entry}`))
      .toString(16)
      .toUpperCase();
    expect(ask(`!pte ${entry} 1`)).toContain(value);
  });

  it('!vtop: by directory base and by its page', () => {
    const at = plain(processNamed('lsass.exe').address);
    const root = kernel.dump.u64('DirectoryTableBase') & ~0xfffn;
    const told = (base: bigint) => /translates to physical address ([0-9a-f]+)/.exec(ask(`!vtop ${base.toString(16)} ${at}`))?.[1]; // prettier-ignore
    expect(told(root)).toBeDefined();
    expect(told(root >> 12n)).toBe(told(root));
  });

  it('!vad: one range of the current process, by an address in it', () => {
    const { address, memory } = processNamed('explorer.exe');
    ask(`.process ${plain(address)}`);
    for (const { start, end, file } of memory.filter(({ kind }) => kind === 'image').slice(0, 5)) {
      const text = ask(`!vad ${plain(start)} 1`);
      const page = (value: bigint) => (value >> 12n).toString(16);
      expect(text).toMatch(
        new RegExp(`Start VPN +${page(BigInt(start))}  End VPN +${page(BigInt(end) - 1n)} `),
      );
      expect(text).toContain(`\\${file!.split('\\').at(-1)}\n`);
    }
    ask('.process');
  });
});
