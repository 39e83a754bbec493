import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { GeneratedDump, TruthProcess } from '../../support/generated-dump.js';
import { generateDump } from '../../support/generated-dump.js';
import { describeWith } from '../../support/tools.js';
import type { ListedModule } from './answers.js';
import {
  address,
  complaints,
  instructions,
  keys,
  listedModules,
  member,
  offset,
  stackFrames,
  symbols,
} from './answers.js';
import type { Transcript } from './engine.js';
import { WINDBG, runWindbg } from './engine.js';

/** Of the smallest machine: `dx` lists no more than 100 threads of a process. */
const PROCESSORS = [0, 1];
/** Task Manager's first parameter of bug check 0x161: "Taskmgr" in ASCII. */
const TASKMGR = '00546173`6b6d6772';
/** Offset in the file: the bitmap header at 0x2000, its count of set bits at +0x28. */
const TOTAL_PRESENT_PAGES = 0x2028;

/** Windows' name for the kernel is nt; other modules go by their file name, with `_` for what symbols cannot hold. */
const moduleName = (file: string): string =>
  /^(nt|ntoskrnl|ntkrnlmp)(\.exe)?$/i.test(file) ? 'nt' : file.replace(/\.[^.]*$/, '').replace(/[^\w]/g, '_');

const isUserMode = (site: string): boolean => /^0x0000[0-7]/.test(site.replace('`', ''));

describeWith([WINDBG], "full live dump in WinDbg's engine", () => {
  let made: GeneratedDump;
  let transcript: Transcript;
  let modules: ListedModule[];

  /** The answer to a command, and to those that were given right after it. */
  const answers = (...commands: string[]): string[] => {
    const first = transcript.answers.findIndex((_, at) =>
      commands.every((command, i) => transcript.answers[at + i]?.command === command),
    );
    if (first < 0) throw new Error(`not asked: ${commands.join('; ')}`);
    return commands.map((_, i) => transcript.answers[first + i]!.output);
  };
  const answer = (command: string): string => answers(command)[0]!;
  const nt = (): ListedModule => modules.find(({ name }) => name === 'nt')!;
  const inNt = (at: bigint): boolean => at >= nt().start && at < nt().end;

  const onProcessor = (n: number): string[] => [`~${n}s`, 'r', 'k', '? @$prcb', 'dt nt!_KPRCB @$prcb'];
  const inThread = ({ address: thread }: { address: string }): string[] => [`.thread ${thread}`, 'k'];
  const ofProcess = (process: TruthProcess): string[] => [
    `dt nt!_EPROCESS ${process.address}`,
    `dx -r1 @$cursession.Processes[0x${process.pid.toString(16)}].Threads`,
    ...process.threads.flatMap(inThread),
  ];
  const allThreads = () => [
    ...made.truth.processes.flatMap(({ threads }) => threads),
    ...made.truth.processors.map(({ idleThread }) => idleThread),
  ];
  /** The instructions of a function up to a return address: only read forwards is x64 code unambiguous. */
  const codeUpTo = (site: string): string => `u ${site.replace(/\+0x.*/, '')} ${site}-1`;

  beforeAll(async () => {
    made = generateDump(['--scenario', 'baseline', '--machine', 'tiny', '--seed', '1', '--kind', 'full']);
    transcript = await runWindbg(made.dump, made.symbols, made.symbols, [
      'vertarget',
      '.bugcheck',
      '||',
      'lm',
      'x nt!Ps*',
      'ln nt!KiSwapContext',
      'u nt!KeWaitForSingleObject',
      'dx -r1 @$cursession.Processes',
      ...PROCESSORS.flatMap(onProcessor),
      '~0s', // win32k can be read while the current process belongs to a session, as Task Manager does
      ...made.truth.processes.flatMap(ofProcess),
      ...made.truth.processors.flatMap(({ idleThread }) => inThread(idleThread)),
      ...new Set(allThreads().flatMap(({ stack }) => stack.slice(1).map(codeUpTo))),
    ]);
    modules = listedModules(answer('lm'));
  });
  afterAll(() => made?.remove());

  it('opens without a complaint', () => {
    expect(transcript.opening).toContain('Kernel Bitmap Dump File: Kernel address space is available');
    expect(complaints(transcript.opening)).toEqual([]);
  });

  it('is the target that was asked for (vertarget, ||)', () => {
    const target = answer('vertarget');
    const { build } = made.truth;
    expect(target).toContain(`Windows 10 Kernel Version ${build} MP (${PROCESSORS.length} procs) Free x64`);
    expect(target).toMatch(/^Edition build lab: \d{5}\.\S+\.amd64fre\./m);
    expect(target).toMatch(/^Debug session time: \S/m);
    expect(target).toMatch(/^System Uptime: \d+ days \d/m);
    const [, base, list] = /Kernel base = (\S+) PsLoadedModuleList = (\S+)/.exec(target) ?? [];
    expect(address(base!)).toBe(nt().start);
    expect(address(list!)).toBe(symbols(answer('x nt!Ps*')).get('nt!PsLoadedModuleList'));
    expect(answer('||')).toContain('64-bit Kernel bitmap dump');
  });

  it('was made by Task Manager (.bugcheck)', () => {
    const zero = '00000000`00000000';
    expect(answer('.bugcheck')).toContain('Bugcheck code 00000161');
    expect(answer('.bugcheck')).toContain(`Arguments ${TASKMGR} ${zero} ${zero} ${zero}`);
  });

  it('lists every module (lm)', () => {
    const listed = modules.map(({ name, start, end }) => ({ name, start, size: end - start }));
    for (const { name, base, size } of made.truth.modules) {
      expect(listed).toContainEqual({
        name: moduleName(name),
        start: address(base),
        size: BigInt(size),
      });
    }
    expect(made.truth.modules.length).toBeGreaterThanOrEqual(22);
  });

  it.each(PROCESSORS)('shows processor %i (~, r, k, dt _KPRCB)', (n) => {
    const [, registers, stack, prcbAddress, prcb] = answers(...onProcessor(n));
    const at = transcript.answers.findIndex(({ command }) => command === `~${n}s`);
    expect(transcript.answers[at + 1]!.prompt).toBe(`${n}: kd>`);

    const frames = stackFrames(stack!);
    const rip = /\brip=([0-9a-f]{16})/.exec(registers!)?.[1];
    expect(inNt(address(rip!))).toBe(true);
    expect(registers).toContain(`${frames[0]!.site}:`);

    const processor = made.truth.processors[n]!;
    expect(address(prcbAddress!.split(' ').at(-1)!)).toBe(address(processor.address));
    expect(Number(member(prcb!, 'Number'))).toBe(n);
    const threadIn = (name: string): bigint => address(member(prcb!, name)!.split(' ')[0]!);
    expect(threadIn('CurrentThread')).toBe(address(processor.currentThread));
    expect(threadIn('IdleThread')).toBe(address(processor.idleThread.address));
    const current = allThreads().find((thread) => thread.address === processor.currentThread);
    expect(current?.state).toBe('Running');
    expectStack(stack!, current!.stack);
  });

  it('shows the idle thread of each processor (.thread, k)', () => {
    for (const { idleThread } of made.truth.processors) {
      expectStack(answers(...inThread(idleThread))[1]!, idleThread.stack);
    }
  });

  it('shows each process (dt _EPROCESS, dx)', () => {
    const seen = made.truth.processes.map((process) => {
      const [output] = answers(...ofProcess(process));
      return {
        pid: Number(address(member(output!, 'UniqueProcessId')?.split(' ')[0] ?? '0')),
        name: /"(.*)"/.exec(member(output!, 'ImageFileName') ?? '')?.[1],
      };
    });
    expect(seen).toEqual(made.truth.processes.map(({ pid, name }) => ({ pid, name: name.slice(0, 14) })));
    const listed = keys(answer('dx -r1 @$cursession.Processes'));
    expect(listed).toEqual(expect.arrayContaining(made.truth.processes.map(({ pid }) => pid)));
    expect(made.truth.processes.filter(({ pid }) => pid > 4).length).toBeGreaterThanOrEqual(12);
  });

  it('shows the stack of every thread (.thread, k)', () => {
    for (const process of made.truth.processes) {
      const [, threads, ...contexts] = answers(...ofProcess(process));
      expect(keys(threads!).sort()).toEqual(process.threads.map(({ tid }) => tid).sort());
      process.threads.forEach((thread, i) => {
        expect(contexts[2 * i]).toContain('Implicit thread is now');
        expect(complaints(contexts[2 * i]!)).toEqual([]);
        expectStack(contexts[2 * i + 1]!, thread.stack);
      });
    }
  });

  it('returns to right after a call of the next function (u)', () => {
    const entries = /(Interrupt|Fault|Trap|Abort|Exception)\w*\+/;
    for (const { stack } of allThreads()) {
      stack.slice(1).forEach((site, i) => {
        const callee = stack[i]!;
        if (entries.test(callee)) return; // Not called: the processor came here by itself.
        if (site === 'nt!KiServiceLinkage') return; // Pushed as the place to return to, not called from.
        const code = instructions(answer(codeUpTo(site)));
        const last = code.at(-1)!;
        expect(last.text, `${site} in ${stack.join(' < ')}`).toMatch(/^call\s/);
        expect(last.address + BigInt(last.length) - code[0]!.address).toBe(offset(site));
        const direct = /^call\s+(\S+!.+?) \(/.exec(last.text)?.[1];
        // A Zw stub makes the service return to its linkage, whose return then is the stub's.
        if (callee === 'nt!KiServiceLinkage') expect(direct).toMatch(/^nt!Zw/);
        else if (direct) expect(`${direct}+`).toBe(callee.replace(/\+0x.*/, '+'));
      });
    }
  });

  it('knows symbols and code (x, ln, u)', () => {
    const ps = symbols(answer('x nt!Ps*'));
    for (const name of ['PsActiveProcessHead', 'PsLoadedModuleList', 'PsInitialSystemProcess']) {
      expect(inNt(ps.get(`nt!${name}`) ?? 0n), name).toBe(true);
    }
    expect(answer('ln nt!KiSwapContext')).toMatch(/nt!KiSwapContext\s/);
    const code = answer('u nt!KeWaitForSingleObject');
    expect(code).toMatch(/^nt!KeWaitForSingleObject:\n/);
    expect(code).not.toContain('?');
    expect(code.split('\n').length).toBe(9);
  });

  it('would not take a dump whose count of pages is wrong', async () => {
    const file = openSync(made.dump, 'r+');
    try {
      const count = Buffer.alloc(8);
      readSync(file, count, 0, 8, TOTAL_PRESENT_PAGES);
      count.writeBigUInt64LE(count.readBigUInt64LE() - 1n);
      writeSync(file, count, 0, 8, TOTAL_PRESENT_PAGES);
    } finally {
      closeSync(file);
    }
    const { opening } = await runWindbg(made.dump, made.symbols, made.symbols, []);
    expect(complaints(opening).join()).toContain('inconsistent');
  });

  /** Kernel frames in order; a user thread ends in one address of user mode, whose pages are not in the dump. */
  function expectStack(output: string, expected: readonly string[]): void {
    const frames = stackFrames(output);
    const sites = frames.map(({ site }) => site);
    expect(expected.length).toBeGreaterThan(0);
    expect(sites.slice(0, expected.length)).toEqual(expected);
    const rest = sites.slice(expected.length);
    expect(rest.length).toBeLessThanOrEqual(1);
    expect(rest.every(isUserMode)).toBe(true);
    if (rest.length === 0) expect(frames.at(-1)!.returnAddress).toBe(0n);
  }
});
