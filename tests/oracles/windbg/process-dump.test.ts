// Dumps of processes in WinDbg's engine: modules, threads, every stack, memory.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DUMPED, dumpOf } from '../../support/dumped-processes.js';
import { modulesOf, ProcessDumps, type DumpedProcess } from '../../support/process-dump.js';
import { describeWith } from '../../support/tools.js';
import { MinidumpFile } from '../minidump/minidump-file.js';
import { address, listedModules, stackFrames } from './answers.js';
import { answerTo, runWindbg, type Transcript, WINDBG } from './engine.js';

const SAMPLES = 40;
/** The first entry of ntdll's trace of unloaded DLLs, as public documentation describes it: base, size, name. */
const TRACE = 'dq ntdll!RtlpUnloadEventTrace L2; du ntdll!RtlpUnloadEventTrace+1c';
const UNLOADED = '\nUnloaded modules:\n';

/** How WinDbg names a module: its file without the extension, `_` for what symbols cannot hold. */
const moduleName = (file: string): string => file.replace(/\.[^.]*$/, '').replace(/[^\w]/g, '_');

describeWith([WINDBG], "dumps of processes in WinDbg's engine", () => {
  const dumps = new ProcessDumps([]);
  afterAll(() => dumps.remove());

  describe.each(DUMPED)('%s', (name) => {
    let truth: DumpedProcess;
    let file: MinidumpFile;
    let transcript: Transcript;
    let stacks: string[];
    let samples: bigint[];

    beforeAll(async () => {
      const made = dumpOf(dumps, name);
      truth = made.truth;
      file = new MinidumpFile(made.path);
      const ranges = file.ranges();
      samples = Array.from({ length: SAMPLES }, (_, index) => {
        const { start, size } = ranges[Math.floor((index * ranges.length) / SAMPLES)]!;
        return start + (((size * BigInt((index * 37) % 100)) / 100n) & ~7n);
      });
      const threads = truth.threads.flatMap(({ tid }) => [`~~[0x${tid.toString(16)}]s`, 'k']);
      const commands = [
        ...['vertarget', '|', 'lm', '~', '.dumpdebug', TRACE],
        ...samples.map((sample) => `dq ${sample.toString(16)} L1`),
        ...threads,
      ];
      transcript = await runWindbg(made.path, dumps.symbols, dumps.symbols, commands);
      stacks = transcript.answers.filter(({ command }) => command === 'k').map(({ output }) => output);
    });
    afterAll(() => file.close());

    it('opens as a dump of the process with full memory', () => {
      expect(transcript.opening).toContain('User Mini Dump File with Full Memory');
      expect(transcript.opening).toContain("Comment: 'livedump-lab");
      expect(transcript.opening).not.toMatch(/corrupt|WARNING|ERROR|could not/i);
      expect(answerTo(transcript, '|').output).toContain(`id: ${truth.pid.toString(16)}`);
      expect(answerTo(transcript, '|').output).toContain(truth.path);
      expect(answerTo(transcript, 'vertarget').output).toContain(
        'Windows 10 Version 22631 MP (4 procs) Free x64',
      );
    });

    it('has the modules of the truth', () => {
      const listed = listedModules(answerTo(transcript, 'lm').output.split(UNLOADED)[0]!);
      const names = modulesOf(truth).map(({ name: own }) => moduleName(own));
      const expected = modulesOf(truth).map(({ name: own, base, size }, index) => [
        // Of two of a name, as 32-bit and 64-bit ntdll, the second one has its base in it.
        names.indexOf(moduleName(own)) === index
          ? moduleName(own)
          : `${moduleName(own)}_${BigInt(base).toString(16)}`,
        BigInt(base),
        BigInt(base) + BigInt(size),
      ]);
      const byBase = (a: unknown[], b: unknown[]) => ((a[1] as bigint) < (b[1] as bigint) ? -1 : 1);
      expect(listed.map(({ name: own, start, end }) => [own, start, end]).sort(byBase)).toEqual(
        expected.sort(byBase),
      );
    });

    it('has the unloaded modules of the truth, in the list and in the memory of ntdll', () => {
      const expected = truth.unloadedModules ?? [];
      const ranges = expected.map(({ name: own, base, size }) => [
        own,
        BigInt(base),
        BigInt(base) + BigInt(size),
      ]);
      const listed = listedModules(answerTo(transcript, 'lm').output.split(UNLOADED)[1] ?? '');
      const byName = (a: unknown[], b: unknown[]) => ((a[0] as string) < (b[0] as string) ? -1 : 1);
      expect(listed.map(({ name: own, start, end }) => [own, start, end]).sort(byName)).toEqual(
        ranges.sort(byName),
      );
      const [numbers, text] = answerTo(transcript, TRACE).output.trim().split('\n');
      const [, base, size] = numbers!
        .trim()
        .split(/\s+/)
        .map((word) => address(word));
      expect([base, size]).toEqual([BigInt(expected[0]?.base ?? 0), BigInt(expected[0]?.size ?? 0)]);
      expect(/"(.*)"/.exec(text!)![1]).toBe(expected[0]?.name ?? '');
    });

    it('has the threads of the truth with their TEBs', () => {
      const line = /Id: ([0-9a-f]+)\.([0-9a-f]+) Suspend: (\d+) Teb: ([0-9a-f`]+)/g;
      const listed = [...answerTo(transcript, '~').output.matchAll(line)];
      expect(
        listed.map(([, pid, tid, , teb]) => [parseInt(pid!, 16), parseInt(tid!, 16), address(teb!)]),
      ).toEqual(truth.threads.map(({ tid, user }) => [truth.pid, tid, BigInt(user.teb)]));
    });

    it('unwinds every stack by name as the truth has it', () => {
      expect(stacks).toHaveLength(truth.threads.length);
      for (const [index, { userStack, tid }] of truth.threads.entries())
        expect(
          stackFrames(stacks[index]!).map(({ site }) => site),
          `thread ${tid}`,
        ).toEqual(userStack);
    });

    it('reads the bytes that the file has', () => {
      for (const sample of samples) {
        const output = answerTo(transcript, `dq ${sample.toString(16)} L1`).output.trim();
        const bytes = file.memory(sample, 8)!;
        expect(address(output.split(/\s+/)[1]!), output).toBe(bytes.readBigUInt64LE(0));
      }
    });

    it('lists the streams that the directory has, and each handle', () => {
      const { output } = answerTo(transcript, '.dumpdebug');
      const streams = [...output.matchAll(/^Stream \d+: type \w+ \((\d+)\)/gm)].map(([, type]) =>
        Number(type),
      );
      expect(streams).toEqual(file.order);
      expect(output).toContain('MiniDumpWithFullMemory');
      const handles = [...output.matchAll(/Handle\(([0-9A-F]{16}),"([^"]*)","(.*)"\)/g)];
      expect(handles.map(([, handle, type, own]) => [BigInt(`0x${handle}`), type, own])).toEqual(
        file.handles().map(({ handle, type, name: own }) => [handle, type, own]),
      );
    });
  });
});
