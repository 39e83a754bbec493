import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SymbolFolder } from '../../../sim/cli/debug/symbol-folder.js';
import { BufferSource, Session, Shell } from '../../../sim/debugger/index.js';
import { generateDump, type GeneratedDump } from '../../support/generated-dump.js';
import { ioTruth } from '../readers/io-truth.js';
import { Kernel } from '../readers/kernel.js';
import { enumValue, offsetOf, sizeOf } from '../readers/layouts.js';
import { shellOf } from './lab-shell.js';

/** `!timer`, `!qlocks`, `!gdt`, `!sd` and their like, against the truth and against readers that share no code with them. */
const DUMPS: [name: string, options: string[]][] = [
  ['tiny', ['--machine', 'tiny', '--seed', '9']],
  ['classroom', ['--machine', 'classroom', '--seed', '4']],
];
const plain = (address: string) => address.replace(/^0x/, '');
const TIMER_ROW = /^[ \d]{3} ([0-9a-f]{16}) ([P ]) {2}([0-9a-f]{8}) ([0-9a-f]{8}) \[[^\]]{23}\] {2}(.*)$/gm;
const LOCK_OWNER = 2n;
const LOCK_WAIT = 1n;

describe.each(DUMPS)('tables of the kernel on %s', (_, options) => {
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

  it('!timer lists the timers of drivers with their functions, on their processors', () => {
    const { timers } = ioTruth(kernel);
    const sections = ask('!timer')
      .split(/^PROCESSOR (?=\d)/m)
      .slice(1);
    const found = sections.flatMap((section) =>
      all(section, TIMER_ROW).map(([at, periodic, , , what]) => ({
        at: at!,
        periodic: periodic === 'P',
        processor: Number.parseInt(section, 10),
        what: what!,
      })),
    );
    const told = found
      .filter(({ periodic, what }) => periodic && what.includes('!'))
      .map(({ at, processor, what }) => {
        const one = ask(`!timer ${at}`);
        const [[period, on, dpc]] = all(
          one,
          /Period +(\d+) ms\n +Processor +(\d+)\n +DPC +([0-9a-f]+)\n/g,
        ) as [[string, string, string]];
        expect(Number(on), at).toBe(processor);
        return `${dpc} ${what} ${period} ${processor}`;
      });
    for (const { dpc, routine, periodMs, processor } of timers)
      expect(told).toContain(`${plain(dpc)} ${routine} ${periodMs} ${processor}`);
    expect(ask('!timer')).toMatch(new RegExp(`Total Timers: ${found.length}, Maximum List: \\d+\n$`));
  });

  it('!timer names waiting threads, each once', () => {
    const named = all(ask('!timer'), /thread ([0-9a-f]{16})$/gm).map(([at]) => at!);
    const waiting = dump.truth.processes
      .flatMap(({ threads }) => threads)
      .filter(({ state }) => state === 'Waiting')
      .map(({ address }) => plain(address));
    expect(named.length).toBeGreaterThan(10);
    expect(named.filter((at) => !waiting.includes(at))).toEqual([]);
    expect(new Set(named).size).toBe(named.length);
  });

  it('!timer says when each fires: the time of the dump and what is left', () => {
    const text = ask('!timer');
    const [[low, high, now]] = all(text, /^Interrupt time: ([0-9a-f]{8}) ([0-9a-f]{8}) \[(.{23})\]/gm) as [
      string[],
    ];
    const ticks = (low: string, high: string) => Number((BigInt(`0x${high}`) << 32n) | BigInt(`0x${low}`));
    const day = (shown: string) => Date.parse(`${shown.replaceAll('/ ', '/').trim()}Z`);
    const machineTime = Date.parse(kernel.truth.time);
    expect(Math.abs(day(now!) - machineTime)).toBeLessThan(60_000);
    const rows = all(text, /^.{21}[P ] {2}([0-9a-f]{8}) ([0-9a-f]{8}) \[(.{23})\]/gm) as [
      string,
      string,
      string,
    ][];
    for (const [l, h, shown] of rows) {
      const left = (ticks(l, h) - ticks(low!, high!)) / 10_000;
      expect(Math.abs(day(shown) - day(now!) - left)).toBeLessThan(2);
    }
    expect(rows.length).toBeGreaterThan(20);
  });

  it('!qlocks names the locks by their numbers, and shows who owns one and who waits', () => {
    const rows = ask('!qlocks').split('\n').slice(5);
    expect(rows[enumValue('_KSPIN_LOCK_QUEUE_NUMBER', 'LockQueueVacbLock')]).toMatch(/^CC {3}- Vacb +$/);
    expect(rows[enumValue('_KSPIN_LOCK_QUEUE_NUMBER', 'LockQueueIoCompletionLock')]).toMatch(
      /^IO {3}- Completion +$/,
    );
    // Nobody owns one in a live dump: a copy of it where processor 1 owns the cancel lock, and 0 waits.
    const bytes = kernel.dump.bytes.slice();
    const view = new DataView(bytes.buffer);
    const lock = enumValue('_KSPIN_LOCK_QUEUE_NUMBER', 'LockQueueIoCancelLock');
    const queue = (processor: number) =>
      BigInt(dump.truth.processors[processor]!.address) +
      BigInt(offsetOf('_KPRCB', 'LockQueue') + lock * sizeOf('_KSPIN_LOCK_QUEUE'));
    const put = (at: bigint, value: bigint) => {
      const frame = kernel.space.frameAt(at)!;
      view.setBigUint64(kernel.dump.offsetOfFrame(frame)! + Number(at & 0xfffn), value, true);
    };
    const next = BigInt(offsetOf('_KSPIN_LOCK_QUEUE', 'Next'));
    const locked = BigInt(offsetOf('_KSPIN_LOCK_QUEUE', 'Lock'));
    const spin = kernel.address('IopCancelSpinLock');
    expect(kernel.space.u64(queue(0) + locked)).toBe(spin);
    put(queue(1) + next, queue(0));
    put(queue(1) + locked, spin | LOCK_OWNER);
    put(queue(0) + locked, spin | LOCK_WAIT);
    const symbols = new SymbolFolder(dump.symbols);
    const changed = new Shell(new Session(new BufferSource(bytes), { path: 'a.dmp', symbols }));
    expect(changed.execute('!qlocks')).toMatch(/^IO {3}- Cancel {9}1 {2}O *$/m);
    put(queue(1) + next, 0n);
    const lost = new Shell(new Session(new BufferSource(bytes), { path: 'a.dmp', symbols }));
    expect(lost.execute('!qlocks')).toMatch(/^IO {3}- Cancel {9}C {2}O *$/m);
  });

  it('!gdt shows the task state where the processor has it', () => {
    dump.truth.processors.forEach(({ address }, number) => {
      const pcr = BigInt(address) - BigInt(offsetOf('_KPCR', 'Prcb'));
      const tss = kernel.get(pcr, '_KPCR', 'TssBase').toString(16).padStart(16, '0');
      const text = ask(`~${number}s; !gdt`);
      expect(text).toContain(`\n0040 ${tss.slice(0, 8)}\`${tss.slice(8)} `);
      expect(text).toContain(`Dumping GDT: ${kernel.get(pcr, '_KPCR', 'GdtBase').toString(16)} limit 0057`);
    });
    ask('~0s');
  });

  it('!cpuinfo and !sysinfo cpuinfo tell what the processor blocks hold', () => {
    const rows = all(ask('!cpuinfo'), /^ *(\d+) +(\d+),(\d+),(\d+) (\S+) +(\d+) /gm);
    const of = (address: string, field: string) => `${kernel.get(BigInt(address), '_KPRCB', field)}`;
    expect(rows).toEqual(
      dump.truth.processors.map(({ address }, number) => [
        `${number}`, of(address, 'CpuType'), of(address, 'CpuModel'), of(address, 'CpuStepping'), 'GenuineIntel', of(address, 'MHz'),
      ]), // prettier-ignore
    );
    const [first] = rows as [string[]];
    expect(ask('!sysinfo cpuinfo')).toContain(
      `Identifier = REG_SZ Intel64 Family ${first[1]} Model ${first[2]} Stepping ${first[3]}\n`,
    );
  });

  it("!sd, !acl and !sid read an object's descriptor and what a token gives to new objects", () => {
    for (const { address, token } of kernel.truth.processes.slice(0, 12)) {
      const header = BigInt(address) - BigInt(offsetOf('_OBJECT_HEADER', 'Body'));
      const at = kernel.get(header, '_OBJECT_HEADER', 'SecurityDescriptor') & ~15n;
      // The self-relative form of winnt.h: revision, control, then where owner, group, SACL and DACL are.
      const { space } = kernel;
      const acl = at + BigInt(space.u32(at + 16n));
      const text = ask(`!sd ${at.toString(16)}`);
      expect(text).toContain(`->Control : 0x${u16(at + 2n).toString(16)}\n`);
      expect(text).toContain(`->Owner   : ${sidAt(at + BigInt(space.u32(at + 4n)))}\n`);
      expect(text).toContain(`->Group   : ${sidAt(at + BigInt(space.u32(at + 8n)))}\n`);
      expect(acesIn(text)).toEqual(acesAt(acl));
      const list = kernel.get(BigInt(token.address), '_TOKEN', 'DefaultDacl');
      const own = acesIn(ask(`!acl ${list.toString(16)}`));
      expect(own).toEqual(acesAt(list));
      // Whoever creates an object may do everything with it.
      expect(own[0]).toEqual([`10000000`, token.user]);
      const group = kernel.get(BigInt(token.address), '_TOKEN', 'PrimaryGroup');
      expect(ask(`!sid ${group.toString(16)}`)).toBe(`SID is: ${sidAt(group)}\n`);
    }
    expect(ask('!sd @$proc')).toContain('is not a security descriptor');
  });

  function u16(at: bigint): number {
    const [low, high] = kernel.space.bytes(at, 2);
    return low! | (high! << 8);
  }

  const acesIn = (text: string) => all(text, /->Mask : 0x([0-9a-f]{8})\n.*->SID: (\S+)\n/g);

  function acesAt(list: bigint): string[][] {
    const { space } = kernel;
    const entries: string[][] = [];
    let at = list + 8n;
    for (let left = u16(list + 4n); left > 0; left--) {
      entries.push([
        space
          .u32(at + 4n)
          .toString(16)
          .padStart(8, '0'),
        sidAt(at + 8n),
      ]);
      at += BigInt(u16(at + 2n));
    }
    return entries;
  }

  function sidAt(at: bigint): string {
    const { space } = kernel;
    const authority = space.bytes(at + 2n, 6).reduce((sum, byte) => sum * 256 + byte, 0);
    const parts = Array.from({ length: space.u8(at + 1n) }, (_, i) => space.u32(at + BigInt(8 + 4 * i)));
    return ['S', space.u8(at), authority, ...parts].join('-');
  }
});
