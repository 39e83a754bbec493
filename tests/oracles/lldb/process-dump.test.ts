// Dumps of processes in LLDB, another debugger with a reader of minidumps and unwinder of its own.
import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DUMPED, dumpOf } from '../../support/dumped-processes.js';
import { modulesOf, ProcessDumps, type DumpedProcess } from '../../support/process-dump.js';
import { describeWithTool } from '../../support/tools.js';
import { MinidumpFile } from '../minidump/minidump-file.js';

/** Its 64-bit stacks are WinDbg's to judge: of such a process LLDB reads the registers of the 32-bit code. */
const WOW64 = 'MicrosoftEdgeUpdate';
const MOST_OUTPUT = 64 << 20;
const SAMPLES = 40;

interface Frame {
  pc: bigint;
  /** Module's file name and, where LLDB finds one, function. */
  module: string;
}

/** A module's name as symbols can hold it: its file's without the extension. */
const plain = (file: string): string =>
  file
    .replace(/\.[^.]*$/, '')
    .replace(/[^\w]/g, '_')
    .toLowerCase();

/** `bt all`: frames by the id of their thread, which `thread list` tells of each index. */
function backtraces(output: string): Map<number, Frame[]> {
  const ids = new Map(
    [...output.matchAll(/^[* ] thread #(\d+): tid = 0x([0-9a-f]+)/gm)].map(([, index, tid]) => [
      Number(index),
      parseInt(tid!, 16),
    ]),
  );
  const stacks = new Map<number, Frame[]>();
  let frames: Frame[] = [];
  for (const line of output.slice(output.indexOf('(lldb) bt all')).split('\n')) {
    const head = /^[* ] thread #(\d+)(?!:)/.exec(line);
    if (head) stacks.set(ids.get(Number(head[1]))!, (frames = []));
    const frame = /frame #\d+: 0x([0-9a-f]{16}) ([^`\s]+)/.exec(line);
    if (frame) frames.push({ pc: BigInt(`0x${frame[1]}`), module: frame[2]! });
  }
  return stacks;
}

describeWithTool('lldb', 'dumps of processes in LLDB', (lldb) => {
  const dumps = new ProcessDumps([]);
  afterAll(() => dumps.remove());

  describe.each(DUMPED)('%s', (name) => {
    let truth: DumpedProcess;
    let file: MinidumpFile;
    let output: string;
    let samples: bigint[];

    beforeAll(() => {
      const made = dumpOf(dumps, name);
      truth = made.truth;
      file = new MinidumpFile(made.path);
      const ranges = file.ranges();
      samples = Array.from({ length: SAMPLES }, (_, index) => {
        const { start, size } = ranges[Math.floor((index * ranges.length) / SAMPLES)]!;
        return start + (((size * BigInt((index * 53) % 100)) / 100n) & ~7n);
      });
      const commands = [
        'image list -h -f',
        'thread list',
        'bt all',
        ...samples.map((sample) => `memory read -f x -s 8 -c 1 0x${sample.toString(16)}`),
      ];
      output = execFileSync(
        lldb,
        [
          ...['--no-lldbinit', '--batch', '-O', `settings set target.exec-search-paths ${dumps.flat}`],
          ...['-c', made.path, ...commands.flatMap((command) => ['-o', command])],
        ],
        { encoding: 'utf8', maxBuffer: MOST_OUTPUT, stdio: ['ignore', 'pipe', 'ignore'] },
      );
    });
    afterAll(() => file.close());

    it('has the modules of the truth', () => {
      const listed = [...output.matchAll(/^\[ *\d+\] 0x([0-9a-f]{16}) (.*?) *$/gm)];
      expect(
        listed.map(([, base, path]) => [BigInt(`0x${base}`), path!.split(/[\\/]/).at(-1)!.toLowerCase()]),
      ).toEqual(modulesOf(truth).map(({ base, name: own }) => [BigInt(base), own.toLowerCase()]));
    });

    it('has the threads of the truth', () => {
      expect([...backtraces(output).keys()]).toEqual(truth.threads.map(({ tid }) => tid));
    });

    const unwindsStacks = () => {
      const stacks = backtraces(output);
      const modules = new Map(
        truth.modules.map(({ name: own, base, size }) => [
          plain(own),
          { start: BigInt(base), end: BigInt(base) + BigInt(size) },
        ]),
      );
      for (const { tid, userStack, user } of truth.threads) {
        const frames = stacks.get(tid)!;
        expect(frames[0]!.pc, `thread ${tid}`).toBe(BigInt(user.rip));
        expect(
          frames.map(({ module }) => plain(module)),
          `thread ${tid}`,
        ).toEqual(userStack.map((site) => site.slice(0, site.indexOf('!')).toLowerCase()));
        for (const { pc, module } of frames) {
          const { start, end } = modules.get(plain(module))!;
          expect(pc >= start && pc < end).toBe(true);
        }
      }
    };
    const standsIn32BitCode = () => {
      const stacks = backtraces(output);
      for (const { tid, wow64 } of truth.threads) {
        const { pc, module } = stacks.get(tid)![0]!;
        expect(pc, `thread ${tid}`).toBe(BigInt(wow64!.eip));
        const {
          base,
          size,
          name: own,
        } = truth.wow64!.modules.find((each) => each.name.toLowerCase() === module.toLowerCase())!;
        expect(pc - BigInt(base) < BigInt(size), own).toBe(true);
        expect(`${plain(own)}!`).toBe(wow64!.stack[0]!.replace(/!.*/, '!').toLowerCase());
      }
    };
    if (name === WOW64) it('reads where the 32-bit code of each thread is', standsIn32BitCode);
    else it('unwinds the stack of each', unwindsStacks);

    it('reads the bytes that the file has', () => {
      for (const sample of samples) {
        const read = new RegExp(`^0x0*${sample.toString(16)}: 0x([0-9a-f]{16})`, 'm').exec(output);
        expect(read && BigInt(`0x${read[1]}`), sample.toString(16)).toBe(
          file.memory(sample, 8)!.readBigUInt64LE(0),
        );
      }
    });
  });
});
