import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Shell } from '../../../sim/debugger/index.js';
import { generateDump, type GeneratedDump } from '../../support/generated-dump.js';
import { ioTruth } from '../readers/io-truth.js';
import { Kernel } from '../readers/kernel.js';
import { offsetOf, sizeOf } from '../readers/layouts.js';
import { shellOf } from './lab-shell.js';

/** Devices, threads in every state, their APCs and DPCs, and how memory is used: what the commands print is true. */
const ENDED = fileURLToPath(new URL('../windbg/ended-processes.jsonc', import.meta.url));
const DUMPS: [name: string, options: string[]][] = [
  ['tiny', ['--machine', 'tiny', '--seed', '3']],
  ['a machine on which processes have ended', ['--machine', 'classroom', '--seed', '6', '--scenario', ENDED]],
];
const plain = (address: string) => address.replace(/^0x/, '');
const PAGE_KB = 4;

describe.each(DUMPS)('devices and threads on %s', (_, options) => {
  let dump: GeneratedDump;
  let kernel: Kernel;
  let shell: Shell;
  const ask = (command: string) => shell.execute(command);
  const all = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map((match) => match.slice(1));

  beforeAll(() => {
    dump = generateDump(options);
    kernel = new Kernel(dump);
    shell = shellOf(dump);
  });
  afterAll(() => dump?.remove());

  it('!devobj tells name, driver and neighbours of each device', () => {
    const { devices } = ioTruth(kernel);
    for (const { address, name, driver, attachedTo } of devices.slice(0, 150)) {
      const text = ask(`!devobj ${plain(address)}`);
      const own = name?.split('\\').pop() ?? '';
      expect(text, address).toContain(`is for:\n ${own} ${driver} DriverObject `);
      if (attachedTo) expect(text, address).toContain(`\nAttachedTo (Lower) ${plain(attachedTo)} `);
      else expect(text).not.toContain('AttachedTo');
      const above = devices.find((other) => other.attachedTo === address);
      if (above)
        expect(text, address).toContain(`\nAttachedDevice (Upper) ${plain(above.address)} ${above.driver}\n`);
      expect(text).toMatch(/Device queue is (not )?busy\.\n$/);
    }
  });

  it('!devstack shows a stack from its top, by address and by name', () => {
    const { devices } = ioTruth(kernel);
    const top = devices.find(
      ({ attachedTo, address }) => attachedTo && !devices.some((other) => other.attachedTo === address),
    )!;
    const stack: string[] = [];
    for (
      let at: string | undefined = top.address;
      at;
      at = devices.find(({ address }) => address === at)?.attachedTo
    )
      stack.push(plain(at));
    const shown = all(ask(`!devstack ${stack.at(-1)}`), /^[> ] ([0-9a-f]{16}) /gm).flat();
    expect(shown).toEqual(stack);
    expect(ask('!devstack \\Device\\Harddisk0\\DR0')).toContain('\\Driver\\disk');
  });

  it('!drvobj takes names without a folder, and shows what its flags ask for', () => {
    const disk = ioTruth(kernel).drivers.find(({ name }) => name === '\\Driver\\disk')!;
    expect(ask('!drvobj disk')).toContain(
      `Driver object (${plain(disk.address)}) is for:\n \\Driver\\disk\n`,
    );
    const seven = ask('!drvobj disk 7');
    for (const device of disk.devices) expect(seven).toContain(`Device object (${plain(device)}) is for:`);
    const rows = all(seven, /^\[([0-9a-f]{2})\] IRP_MJ_\w+ +([0-9a-f]{16})\t/gm);
    const table = BigInt(disk.address) + BigInt(offsetOf('_DRIVER_OBJECT', 'MajorFunction'));
    expect(rows.map(([, at]) => at)).toEqual(
      Array.from({ length: 28 }, (_, i) => kernel.space.u64(table + BigInt(i * 8)).toString(16)),
    );
    expect(ask('!drvobj disk 2')).not.toContain('Device Object list');
    expect(ask('!drvobj Ntfs 2')).toMatch(/Fast I\/O routines:\nFastIoCheckIfPossible +[0-9a-f]{16}\tNtfs!/);
  });

  it('what is no device, driver, thread or APC is not taken for one', () => {
    const process = plain(dump.truth.processes[0]!.address);
    const lacks = '_DEVICE_OBJECT not found';
    expect(ask(`!devobj ${process}`)).toContain(lacks);
    expect(ask('!devobj 0')).toContain(lacks);
    expect(ask(`!devstack ${process}`)).toContain(lacks);
    expect(ask(`!drvobj ${process}`)).toContain('is not a driver object');
    expect(ask('!drvobj nosuchdriver')).toBe('Driver object nosuchdriver not found\n');
    expect(ask(`!thread ${process}`)).toContain('is not a thread object');
    expect(ask(`!apc ${process}`)).toContain('is not a KAPC');
  });

  it('!thread shows state and stack of each thread, with four arguments of each frame', () => {
    const threads = dump.truth.processes.flatMap(({ threads: list }) => list);
    const states: Record<string, string> = { Initialized: 'INITIALIZED', Waiting: 'WAIT: ', Ready: 'READY', Running: 'RUNNING', Standby: 'STANDBY', DeferredReady: 'DEFERREDREADY', Transition: 'TRANSITION' }; // prettier-ignore
    for (const { address, tid, state, stack } of threads.filter((_, i) => i % 7 === 0 || i < 20)) {
      const text = ask(`!thread ${plain(address)}`);
      expect(text, address).toMatch(new RegExp(`^THREAD ${plain(address)} .* ${states[state]}`));
      expect(text).toContain(`.${tid.toString(16).padStart(4, '0')}  Teb: `);
      const frames = all(
        text,
        /^[0-9a-f]{8}`[0-9a-f]{8} [0-9a-f]{8}`[0-9a-f]{8} {5}: (?:[0-9a-f]{8}`[0-9a-f]{8} ){4}: (\S+)$/gm,
      );
      expect(frames.flat().slice(0, stack.length), address).toEqual(stack);
    }
    const [{ tid, address }] = threads as [(typeof threads)[0]];
    expect(ask(`!thread -t ${tid.toString(16)} 2`)).toContain(`THREAD ${plain(address)} `);
    expect(ask(`!thread ${plain(address)} f`)).not.toContain('Args to Child');
  });

  it('threads that have ended say so, have no stack, and are on no list', () => {
    for (const { address, endedThreads = [] } of kernel.truth.processes)
      for (const ended of endedThreads) {
        const text = ask(`!thread ${plain(ended.address)}`);
        expect(text).toMatch(new RegExp(`^THREAD ${plain(ended.address)} .* TERMINATED\n`));
        expect(text).not.toContain('Call Site');
        expect(ask(`!process ${plain(address)} 2`)).not.toContain(plain(ended.address));
      }
  });

  it('!apc finds every APC that waits, and !dpcs every DPC', () => {
    const known = kernel.truth.processes.flatMap(({ threads }) =>
      threads.flatMap(({ address }) =>
        [0, 1].flatMap((mode) => {
          const lists = offsetOf('_KTHREAD', 'ApcState') + offsetOf('_KAPC_STATE', 'ApcListHead');
          return kernel.list(BigInt(address) + BigInt(lists + 16 * mode), '_KAPC', 'ApcListEntry');
        }),
      ),
    );
    const found = all(ask('!apc'), /KAPC @ ([0-9a-f]{16})/g).flat();
    expect(found).toEqual(known.map((at) => at.toString(16)));
    expect(found.length).toBeGreaterThan(0);
    expect(ask(`!apc ${found[0]}`)).toContain(`KAPC @ ${found[0]}\n`);
    const dpcs = kernel.truth.processors.flatMap((processor, number) =>
      processor.dpcs.map(({ address, routine }) => [`${number}`, plain(address), routine]),
    );
    expect(all(ask('!dpcs'), /^ *(\d+): \w+ +: 0x([0-9a-f]{16}) 0x[0-9a-f]{16} (\S+)$/gm)).toEqual(dpcs);
  });

  it('!running -it shows every processor with the stack of what it runs', () => {
    const text = ask('!running -it');
    const rows = all(text, /^ *([0-9a-f]+) {4}([0-9a-f]{16}) {2}([0-9a-f]{16}) .* \.{16}$/gm);
    expect(rows).toEqual(
      dump.truth.processors.map(({ address, currentThread }, i) => [
        `${i}`,
        plain(address),
        plain(currentThread),
      ]),
    );
    expect(text.match(/Call Site/g)).toHaveLength(rows.length);
    expect(ask('!running -q')).toBe(
      'Option -q of !running is not supported here. .hh !running tells what is.\n',
    );
  });

  it('!session lists the sessions, and reads session space as one of them', () => {
    const { sessions, modules, processes } = dump.truth;
    const numbers = sessions.map(({ id }) => id);
    expect(numbers).toEqual([0, 1]);
    expect(ask('!session')).toBe('Sessions on machine: 2\nValid Sessions: 0 1\nCurrent Session 1\n');
    const base = modules.find(({ inSessionSpace }) => inSessionSpace)!.base;
    const isReadable = () => ask(`db ${plain(base)} L2`).includes('4d 5a');
    expect(isReadable()).toBe(true);
    ask(`.process ${plain(processes.find(({ name }) => name === 'System')!.address)}`);
    expect(isReadable()).toBe(false);
    expect(ask('!session')).toBe('Sessions on machine: 2\nValid Sessions: 0 1\n');
    for (const { id, processes: members } of sessions) {
      const { address } = processes.find(({ pid }) => pid === members[0])!;
      const dashed = plain(address).replace(/.{8}$/, '`$&');
      expect(ask(`!session -s ${id}`)).toBe(
        `Sessions on machine: 2\nImplicit process is now ${dashed}\n.cache forcedecodeptes done\nUsing session ${id}\n`,
      );
      expect(isReadable()).toBe(true);
      expect(ask('!session')).toContain(`Current Session ${id}\n`);
    }
    ask('.process');
  });

  it('!vm counts pages as the machine does', () => {
    const { pages, lists, pageFiles } = dump.truth.physicalMemory;
    const text = ask('!vm 1');
    const rows = Object.fromEntries(
      all(text, /^([^:\n]+): +(-?\d+) \( *(-?\d+) Kb\)$/gm).map(([name, count, kb]) => [
        name,
        [Number(count), Number(kb)],
      ]),
    );
    const row = (count: number) => [count, count * PAGE_KB];
    expect(rows).toMatchObject({
      'Physical Memory': row(pages),
      'Available Pages': row(
        lists.zeroed + lists.free + lists.standby.reduce((sum, count) => sum + count, 0),
      ),
      'Modified Pages': row(lists.modifiedPrivate + lists.modifiedFile),
      'Modified No Write Pages': row(lists.modifiedNoWrite),
    });
    expect(Object.keys(rows)).toEqual(
      expect.arrayContaining(['Session Commit', 'Committed pages', 'Commit limit', 'Peak Commitment']),
    );
    const files = all(text, /^Page File: (.*)\n {2}Current: +(\d+) Kb {2}Free Space: +(\d+) Kb$/gm);
    expect(files).toEqual(
      pageFiles.map(({ name, pages: size, used }) => [
        name,
        `${size * PAGE_KB}`,
        `${(size - used) * PAGE_KB}`,
      ]),
    );
  });

  it('!process shows sizes, quotas and priority of each process', () => {
    for (const process of kernel.livingProcesses.slice(0, 12)) {
      const get = (path: string) => kernel.get(process, '_EPROCESS', path);
      const text = ask(`!process ${process.toString(16)} 1`);
      const row = (name: string) =>
        new RegExp(`^ {4}${name.replaceAll(/[[\]]/g, '\\$&')} +(.*)$`, 'm').exec(text)?.[1];
      expect(row('PeakVirtualSize')).toBe(`${get('PeakVirtualSize') >> 20n} Mb`);
      expect(row('VirtualSize')).toBe(`${get('VirtualSize') >> 20n} Mb`);
      expect(row('BasePriority')).toBe(`${get('Pcb.BasePriority')}`);
      expect(row('CommitCharge')).toBe(`${get('CommitCharge')}`);
      expect(row('PageFaultCount')).toBe(`${get('Vm.Instance.PageFaultCount')}`);
      expect(row('QuotaPoolUsage[PagedPool]')).toMatch(/^\d+$/);
    }
  });

  it('!pfn shows what an entry of the database holds', () => {
    const database = kernel.pointer('MmPfnDatabase');
    const hex = (value: bigint, digits: number) => value.toString(16).padStart(digits, '0');
    for (const pfn of kernel.dump.frames.filter((_, i) => i % 997 === 0).slice(0, 12)) {
      const at = database + BigInt(pfn * sizeOf('_MMPFN'));
      const get = (path: string) => kernel.get(at, '_MMPFN', path);
      const text = ask(`!pfn ${pfn.toString(16)}`);
      expect(text).toContain(
        `PFN ${hex(BigInt(pfn), 8).toUpperCase()} at address ${hex(at, 16).toUpperCase()}\n`,
      );
      expect(text).toContain(`pteaddress ${hex(get('PteAddress'), 16).toUpperCase()}\n`);
      expect(text).toContain(`containing page ${hex(get('u4.PteFrame'), 6)} `);
      expect(text).toContain(`Priority ${get('u3.e3.Priority')}\n`);
    }
  });
});
