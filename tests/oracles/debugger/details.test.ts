import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Shell } from '../../../sim/debugger/index.js';
import { generateDump, type GeneratedDump } from '../../support/generated-dump.js';
import { ioTruth } from '../readers/io-truth.js';
import { Kernel } from '../readers/kernel.js';
import { enumValue, offsetOf, sizeOf } from '../readers/layouts.js';
import { PfnDatabase } from '../readers/pfn-database.js';
import { shellOf } from './lab-shell.js';

/** What extension commands tell in detail, against the truth and against readers that share no code with them. */
const DUMPS: [name: string, options: string[]][] = [
  ['tiny', ['--machine', 'tiny', '--seed', '9', '--user-pages']],
  ['classroom', ['--machine', 'classroom', '--seed', '4']],
];
const MODIFIED_NO_WRITE = 4; // MMLISTS
const plain = (address: string) => address.replace(/^0x/, '');
const pointer = (value: bigint) => value.toString(16).padStart(16, '0');
const word = (value: bigint) => value.toString(16).padStart(8, '0');

describe.each(DUMPS)('details of extension commands on %s', (size, options) => {
  let dump: GeneratedDump;
  let kernel: Kernel;
  let shell: Shell;
  const ask = (command: string) => shell.execute(command);
  const all = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map((match) => match.slice(1));
  /** Rows `label: value`, by their labels. */
  const rowsOf = (text: string) =>
    Object.fromEntries(all(text, /^\s*([\w. ]+?)(?::| =)\s+(.*?)\s*$/gm)) as Record<string, string>;

  beforeAll(() => {
    dump = generateDump(options);
    kernel = new Kernel(dump);
    shell = shellOf(dump);
  });
  afterAll(() => dump?.remove());

  it("!vm 2: the memory manager's threads, with their stacks", () => {
    const known = kernel.truth.processes[0]!.threads.filter(({ stack }) => /^nt!(?:Mi|KeBalance|KeSwap)/.test(stack.at(-3) ?? '')); // prettier-ignore
    expect(known.length).toBeGreaterThan(3);
    const text = ask('!vm 3').split('Memory Management Thread Stacks:')[1]!;
    const found = all(text, /^THREAD ([0-9a-f]{16}) /gm).flat();
    expect(found.sort()).toEqual(known.map(({ address }) => plain(address)).sort());
    for (const { stack } of known) expect(text).toContain(` ${stack.at(-3)}\n`);
  });

  it('!vm 4: what each session takes', () => {
    const known = kernel.truth.sessions.map(({ id, processes }) => {
      const { address } = kernel.truth.processes.find(({ pid }) => pid === processes[0])!;
      const space = kernel.get(BigInt(address), '_EPROCESS', 'Session');
      const kilobytes = (field: string) => `${kernel.get(space, '_MM_SESSION_SPACE', field) * 4n}`;
      return [`${id}`, pointer(space), kilobytes('NonPagablePages'), kilobytes('CommittedPages')];
    });
    const found = all(
      ask('!vm 5'),
      /^Session ID (\d+) @ ([0-9a-f]{16}):\nNonPagable Usage: +(\d+) Kb\nCommit Usage: +(\d+) Kb$/gm,
    );
    expect(found).toEqual(known);
  });

  it('!vm 20: the regions of system addresses, each where the memory manager has it', () => {
    const state =
      kernel.address('MiState') +
      BigInt(offsetOf('_MI_SYSTEM_INFORMATION', 'Vs') + offsetOf('_MI_VISIBLE_STATE', 'SystemVaRegions'));
    const region = (name: string) => {
      const number = enumValue('_MI_ASSIGNED_REGION_TYPES', `AssignedRegion${name}`);
      const at = state + BigInt(number * sizeOf('_MI_SYSTEM_VA_ASSIGNMENT'));
      return ['BaseAddress', 'NumberOfBytes'].map((field) =>
        kernel.get(at, '_MI_SYSTEM_VA_ASSIGNMENT', field),
      );
    };
    const rows = all(ask('!vm 21'), /^(\w+) +: ([0-9a-f]{16}) +([0-9a-f]+)$/gm);
    expect(rows.length).toBeGreaterThan(10);
    for (const [name, base, bytes] of rows)
      expect([BigInt(`0x${base}`), BigInt(`0x${bytes}`)], name).toEqual(region(name!));
    const holds = (name: string, address: string) => {
      const [, base, bytes] = rows.find(([one]) => one === name)!;
      const offset = BigInt(address) - BigInt(`0x${base}`);
      return offset >= 0n && offset < BigInt(`0x${bytes}`);
    };
    for (const { address } of kernel.truth.processes) expect(holds('NonPagedPool', address)).toBe(true);
    for (const { base, inSessionSpace } of kernel.truth.modules)
      if (!inSessionSpace) expect(holds('SystemImages', base)).toBe(true);
  });

  it('!vm 10 finds nobody who owns a working set, !vm lists all that is private', () => {
    expect(ask('!vm 11')).toContain('No thread owns a working set.\n');
    for (const { threads } of kernel.truth.processes)
      for (const { address } of threads)
        for (const field of ['OwnsProcessAddressSpaceExclusive', 'OwnsProcessAddressSpaceShared'])
          expect(kernel.get(BigInt(address), '_ETHREAD', field)).toBe(0n);
    const total = kernel.truth.processes.reduce(
      (sum, { address }) => sum + kernel.get(BigInt(address), '_EPROCESS', 'CommitCharge'),
      0n,
    );
    expect(ask('!vm')).toMatch(new RegExp(`^Total Private: +${total} \\( +${total * 4n} Kb\\)$`, 'm'));
  });

  it('!memusage 1 and 2: frames that are modified and may not be written', () => {
    const count = dump.truth.physicalMemory.lists.modifiedNoWrite;
    const row = new RegExp(`^ +ModifiedNoWrite: +${count} \\( +${count * 4} kb\\)\n`);
    expect(ask('!memusage 1')).toMatch(row);
    expect(ask('!memusage 1').split('\n').length).toBe(2);
    const text = ask('!memusage 2');
    expect(text).toMatch(row);
    const rows = all(text, /^ {4}PFN ([0-9a-f]{8}) {2}pteaddress ([0-9a-f]{16})$/gm);
    expect(rows.length).toBe(count);
    expect(count).toBeGreaterThan(0);
    const database = new PfnDatabase(kernel);
    for (const [frame, pte] of rows) {
      const entry = database.entry(parseInt(frame!, 16));
      expect(entry.location).toBe(MODIFIED_NO_WRITE);
      expect(pointer(entry.pteAddress)).toBe(pte);
    }
    const files = all(text, /^[0-9a-f]{16} +\d+ +\d+ +(\d+) +\d+ +\d+ +\d+ {2}mapped_file/gm);
    expect(files.reduce((sum, [kilobytes]) => sum + Number(kilobytes), 0)).toBe(count * 4);
  });

  it('!irp with details: fields of the request, and names of minor functions', () => {
    const requests = ioTruth(kernel).requests;
    const asked = [...new Map(requests.map((one) => [`${one.major} ${one.minor}`, one])).values()];
    expect(asked.length).toBeGreaterThan(3);
    for (const { address, thread, device, major, minor, isCompleted } of asked) {
      const at = BigInt(address);
      const text = ask(`!irp ${plain(address)} 1`);
      const rows = rowsOf(text);
      const get = (path: string) => kernel.get(at, '_IRP', path);
      expect(rows['Flags']).toBe(word(get('Flags')));
      expect(rows['IoStatus.Status']).toBe(word(get('IoStatus.Status')));
      expect(rows['CancelRoutine']).toBe(pointer(get('CancelRoutine')));
      expect(rows['UserBuffer']).toBe(pointer(get('UserBuffer')));
      expect(rows['Tail.Overlay.Thread']).toBe(
        pointer(thread && !isCompleted ? BigInt(thread) : get('Tail.Overlay.Thread')),
      );
      if (!isCompleted) {
        const [[current, name, shown, on]] = all(text, /^>\[(IRP_MJ_\w+)\([0-9a-f]+\), (\S+)\(([0-9a-f]+)\)\]\n +[0-9a-f]+ +[0-9a-f]+ ([0-9a-f]{16}) /gm) as [string[]]; // prettier-ignore
        expect([current, shown, on]).toEqual([`IRP_MJ_${major}`, minor.toString(16), plain(device)]);
        expect(name === 'N/A' || name!.startsWith('IRP_MN_')).toBe(true);
        if (major === 'DIRECTORY_CONTROL' && minor === 2) expect(name).toBe('IRP_MN_NOTIFY_CHANGE_DIRECTORY'); // prettier-ignore
        if (major === 'DEVICE_CONTROL') expect(name).toBe('N/A');
      }
      expect(ask(`!irp ${plain(address)}`)).not.toContain('CancelRoutine');
    }
  });

  it('!irpfind -v shows each request whole', () => {
    const found = all(ask('!irpfind'), /^([0-9a-f]{16}) \[/gm).length;
    const text = ask('!irpfind -v');
    expect(found).toBeGreaterThan(0);
    expect(all(text, /^Irp is (?:active|complete)/gm).length).toBe(found);
    expect(all(text, /^Tail\.Overlay\.OriginalFileObject = /gm).length).toBe(found);
  });

  it('!pcr and !prcb: what the processor has', () => {
    dump.truth.processors.forEach(({ address }, number) => {
      const block = BigInt(address);
      const region = block - BigInt(offsetOf('_KPCR', 'Prcb'));
      const rows = rowsOf(ask(`!pcr ${number}`));
      const of = (field: string) => pointer(kernel.get(region, '_KPCR', field));
      expect(rows).toMatchObject({
        SelfPcr: pointer(region), Prcb: plain(address), Irql: of('Irql'), IDT: of('IdtBase'), GDT: of('GdtBase'), TSS: of('TssBase'),
        'NtTib.SubSystemTib': pointer(region),
      }); // prettier-ignore
      const count = (field: string) => word(kernel.get(block, '_KPRCB', field));
      const thread = (field: string) => pointer(kernel.get(block, '_KPRCB', field));
      expect(ask(`!prcb ${number}`)).toBe(
        `PRCB for Processor ${number} at ${plain(address)}:\nCurrent IRQL -- ${kernel.get(region, '_KPCR', 'Irql')}\n` +
          `Threads--  Current ${thread('CurrentThread')} Next ${thread('NextThread')} Idle ${thread('IdleThread')}\n` +
          `Processor Index ${number} Number (0, ${number}) GroupSetMember ${(1 << number).toString(16)}\n` +
          `Interrupt Count -- ${count('InterruptCount')}\n` +
          `Times -- Dpc    ${count('DpcTime')} Interrupt ${count('InterruptTime')} \n` +
          `         Kernel ${count('KernelTime')} User      ${count('UserTime')} \n`,
      );
    });
  });

  it('!peb and !teb: rows of the structures in user memory', () => {
    const owner = kernel.truth.processes.find(({ name }) => name === 'explorer.exe')!;
    const process = BigInt(owner.address);
    const peb = kernel.get(process, '_EPROCESS', 'Peb');
    ask(`.process /p ${plain(owner.address)}`);
    if (size !== 'tiny') {
      expect(ask('!peb; .process')).toContain('PEB is paged out (Peb.Ldr = ');
      return;
    }
    const space = kernel.spaceOf(process);
    const loader = space.get(peb, '_PEB', 'Ldr');
    const text = ask('!peb');
    for (const list of [
      'InInitializationOrderModuleList',
      'InLoadOrderModuleList',
      'InMemoryOrderModuleList',
    ]) {
      const at = loader + BigInt(offsetOf('_PEB_LDR_DATA', list));
      expect(text).toMatch(new RegExp(`Ldr\\.${list}: +${pointer(space.u64(at))} \\. ${pointer(space.u64(at + 8n))}\n`)); // prettier-ignore
    }
    expect(rowsOf(text)).toMatchObject({
      'Ldr.Initialized': space.get(loader, '_PEB_LDR_DATA', 'Initialized') ? 'Yes' : 'No',
      NtGlobalFlag: space.get(peb, '_PEB', 'NtGlobalFlag').toString(16),
      SubSystemData: pointer(space.get(peb, '_PEB', 'SubSystemData')),
      ProcessHeap: pointer(space.get(peb, '_PEB', 'ProcessHeap')),
    });
    const files = owner.memory.filter(({ kind }) => kind === 'image').map(({ start, file }) => [BigInt(start).toString(16), file!.split('\\').at(-1)!.toLowerCase()]); // prettier-ignore
    const modules = all(text, /^ +([0-9a-f]+) [0-9a-f]{8} \w{3} [ \d]\d \d\d:\d\d:\d\d \d{4} .*\\(.+)$/gm).map(([base, name]) => [base, name!.toLowerCase()]); // prettier-ignore
    expect(modules.length).toBeGreaterThan(3);
    for (const module of modules) expect(files).toContainEqual(module);

    const { address } = owner.threads[0]!;
    const teb = kernel.get(BigInt(address), '_ETHREAD', 'Tcb.Teb');
    ask(`.thread /p ${plain(address)}`);
    const rows = rowsOf(ask('!teb'));
    const at = (path: string) => pointer(space.get(teb, '_TEB', path));
    expect(rows).toMatchObject({
      StackBase: at('NtTib.StackBase'), StackLimit: at('NtTib.StackLimit'), SubSystemTib: at('NtTib.SubSystemTib'), FiberData: at('NtTib.FiberData'),
      ArbitraryUserPointer: at('NtTib.ArbitraryUserPointer'), EnvironmentPointer: at('EnvironmentPointer'), RpcHandle: at('ActiveRpcHandle'),
      'PEB Address': pointer(peb), HardErrorMode: `${space.get(teb, '_TEB', 'HardErrorMode')}`,
    }); // prettier-ignore
    ask('.thread');
    ask('.process');
  });

  it('!analyze -hang names who owns what others wait for', () => {
    const head = kernel.address('ExpSystemResourcesList');
    const waitedFor = kernel
      .list(head, '_ERESOURCE', 'SystemResourcesList')
      .filter((at) => ['NumberOfSharedWaiters', 'NumberOfExclusiveWaiters'].some((field) => kernel.get(at, '_ERESOURCE', field) > 0n)); // prettier-ignore
    expect(waitedFor.length).toBeGreaterThan(0);
    const text = ask('!analyze -hang');
    const rows = all(text, /^ {4}Resource 0x([0-9a-f]{16}): ([0-9a-f ]+) blocked by ([0-9a-f]{16})$/gm);
    expect(rows.map(([at]) => at)).toEqual(waitedFor.map(pointer));
    for (const [at, waiters, owner] of rows) {
      const resource = BigInt(`0x${at}`);
      const entry = resource + BigInt(offsetOf('_ERESOURCE', 'OwnerEntry'));
      expect(owner).toBe(pointer(kernel.get(entry, '_OWNER_ENTRY', 'OwnerThread') & ~3n));
      const count = ['NumberOfSharedWaiters', 'NumberOfExclusiveWaiters'].reduce((sum, field) => sum + kernel.get(resource, '_ERESOURCE', field), 0n); // prettier-ignore
      expect(waiters!.split(' ').length).toBe(Number(count));
      const waiting = kernel.truth.processes.flatMap(({ threads }) => threads).filter(({ state }) => state === 'Waiting'); // prettier-ignore
      for (const waiter of waiters!.split(' '))
        expect(waiting.map(({ address }) => plain(address))).toContain(waiter);
    }
    expect(text).toContain(`BLOCKING_THREAD:  ${rows[0]![2]}\n`);
    expect(text).toContain(ask('!dpcs'));
  });

  it('!analyze: less without -v, more with -vv', () => {
    const brief = ask('!analyze');
    expect(brief).toContain('\nBugCheck 161, {5461736b6d6772, 0, 0, 0}\n');
    expect(brief).not.toContain('STACK_TEXT');
    expect(ask('!analyze -f')).toBe(brief);
    const text = ask('!analyze -v');
    expect(text).toContain('\nLIVE_SYSTEM_DUMP (161)\n');
    expect(text).toContain('\nArg1: 005461736b6d6772, Taskmgr\n');
    expect(ask('!analyze -v1')).toBe(text);
    const { currentThread } = dump.truth.processors[0]!;
    const owner = kernel.truth.processes.find(({ threads }) => threads.some(({ address }) => address === currentThread)); // prettier-ignore
    expect(text).toContain(`\nPROCESS_NAME:  ${owner!.name}\n`);
    for (const module of ['nt', 'hal', 'tcpip'])
      expect(ask('!analyze -vv').includes(` ${module} `)).toBe(kernel.truth.modules.some(({ name }) => name === module)); // prettier-ignore
  });
});

/** Numbers and names as [MS-ERREF] 2.1 to 2.3 and Microsoft's "Bug check code reference" have them. */
describe('tables of numbers', () => {
  let dump: GeneratedDump;
  let shell: Shell;

  beforeAll(() => {
    dump = generateDump(['--machine', 'tiny', '--seed', '9']);
    shell = shellOf(dump);
  });
  afterAll(() => dump?.remove());

  it.each([
    ['2', '(Win32) 0x2 (2) - ERROR_FILE_NOT_FOUND'], ['2 1', '(NTSTATUS) 0x2 - STATUS_WAIT_2'], ['0', '(Win32) 0x0 (0) - ERROR_SUCCESS'],
    ['5', '(Win32) 0x5 (5) - ERROR_ACCESS_DENIED'], ['7b', '(Win32) 0x7b (123) - ERROR_INVALID_NAME'], ['0n1450', '(Win32) 0x5aa (1450) - ERROR_NO_SYSTEM_RESOURCES'],
    ['6ba', '(Win32) 0x6ba (1722) - RPC_S_SERVER_UNAVAILABLE'], ['0n10061', '(Win32) 0x274d (10061) - WSAECONNREFUSED'], ['102', '(Win32) 0x102 (258) - WAIT_TIMEOUT'],
    ['102 1', '(NTSTATUS) 0x102 - STATUS_TIMEOUT'], ['103 1', '(NTSTATUS) 0x103 - STATUS_PENDING'], ['40000005', '(NTSTATUS) 0x40000005 (1073741829) - STATUS_SEGMENT_NOTIFICATION'],
    ['80000003', '(NTSTATUS) 0x80000003 (2147483651) - STATUS_BREAKPOINT'], ['c0000005', '(NTSTATUS) 0xc0000005 (3221225477) - STATUS_ACCESS_VIOLATION'],
    ['c0000374', '(NTSTATUS) 0xc0000374 (3221226356) - STATUS_HEAP_CORRUPTION'], ['c0000409', '(NTSTATUS) 0xc0000409 (3221226505) - STATUS_STACK_BUFFER_OVERRUN'],
    ['c000021a', '(NTSTATUS) 0xc000021a (3221226010) - STATUS_SYSTEM_PROCESS_TERMINATED'], ['c0000194', '(NTSTATUS) 0xc0000194 (3221225876) - STATUS_POSSIBLE_DEADLOCK'],
    ['c000000e', '(NTSTATUS) 0xc000000e (3221225486) - STATUS_NO_SUCH_DEVICE'], ['c00000b5', '(NTSTATUS) 0xc00000b5 (3221225653) - STATUS_IO_TIMEOUT'],
    ['80004005', '(HRESULT) 0x80004005 (2147500037) - E_FAIL'], ['8007045b', '(HRESULT) 0x8007045b (2147943515) - ERROR_SHUTDOWN_IN_PROGRESS'],
    ['deadbeef', '(HRESULT) 0xdeadbeef (3735928559) - <Unable to get error code text>'], ['5 2', '!error knows one flag, 1: the code is an NTSTATUS. 2 is not.'],
  ])('!error %s', (given, expected) => {
    const [line] = shell.execute(`!error ${given}`).split('\n');
    expect(line!.replace(/^Error code: /, '').replace(/(?<=(?:ERROR|STATUS)_[A-Z_0-9]+): .*/, '')).toBe(expected);
  }); // prettier-ignore

  it.each([
    ['a', 'IRQL_NOT_LESS_OR_EQUAL (a)'], ['1e', 'KMODE_EXCEPTION_NOT_HANDLED (1e)'], ['50', 'PAGE_FAULT_IN_NONPAGED_AREA (50)'], ['7e', 'SYSTEM_THREAD_EXCEPTION_NOT_HANDLED (7e)'],
    ['9f', 'DRIVER_POWER_STATE_FAILURE (9f)'], ['d1', 'DRIVER_IRQL_NOT_LESS_OR_EQUAL (d1)'], ['ef', 'CRITICAL_PROCESS_DIED (ef)'], ['124', 'WHEA_UNCORRECTABLE_ERROR (124)'],
    ['133', 'DPC_WATCHDOG_VIOLATION (133)'], ['139', 'KERNEL_SECURITY_CHECK_FAILURE (139)'], ['161', 'LIVE_SYSTEM_DUMP (161)'], ['fffff', 'Unknown bugcheck code (fffff)'],
  ])('!analyze -show %s', (given, expected) => {
    const text = shell.execute(`!analyze -show ${given} 1 2 3 4`);
    expect(text.split('\n')[0]).toBe(expected);
    for (const number of [1, 2, 3, 4]) expect(text).toContain(`\nArg${number}: 000000000000000${number}`);
  }); // prettier-ignore
});
