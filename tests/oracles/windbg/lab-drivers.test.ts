// A lab that ends at a source line: private symbols of the lab's own drivers, as WinDbg's engine shows them.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { generateDump, type GeneratedDump } from '../../support/generated-dump.js';
import { describeWith } from '../../support/tools.js';
import { member, stackFrames } from './answers.js';
import { answerTo, runWindbg, WINDBG, type Transcript } from './engine.js';

interface LeakEvent {
  do: string;
  thread: string;
  tid: number;
  extension: string;
  function: string;
  file: string;
  line: number;
  allocations: number;
  bytesEach: number;
}

describeWith([WINDBG], "the lab's driver that loses pool", () => {
  let made: GeneratedDump;
  let leak: LeakEvent;
  let transcript: Transcript;
  let source: string[];
  const windows = (path: string) => `Z:${path.replaceAll('/', '\\')}`;
  const answer = (command: string) => answerTo(transcript, command).output;

  beforeAll(async () => {
    made = generateDump(
      // What leaks must fit into the copy that a dump is made of: a tiny machine has too little memory for both.
      ['--scenario', 'pool-leak', '--machine', 'tiny', '--memory', '128MiB', '--seed', '3'],
    );
    const { events } = made.truth as unknown as { events: LeakEvent[] };
    leak = events.find((event) => event.do === 'leak-pool')!;
    const sources = join(made.symbols, 'src');
    source = readFileSync(join(sources, 'leaky', 'leaky.c'), 'utf8').split('\r\n');
    transcript = await runWindbg(made.dump, made.symbols, made.symbols, [
      `.srcpath ${windows(sources)}`,
      '.lines',
      `.thread ${leak.thread}`,
      'kp',
      '.frame 4',
      'dv /t /v',
      `dt leaky!_LEAKY_EXTENSION ${leak.extension}`,
      'dt extension',
      'lsa leaky!LeakyWorker',
      'ln leaky!LeakyAllocate',
      'x /t /v leaky!Leaky*',
      'lm m leaky',
    ]);
  });

  it('has its own symbols', () => {
    expect(answer('lm m leaky')).toContain('(private pdb symbols)');
  });

  it('shows parameters and the source line on the stack', () => {
    const frame = stackFrames(answer('kp')).find(({ site }) => site.startsWith(`${leak.function}(`))!;
    expect(BigInt(/context = (0x[0-9a-f`]+)/.exec(frame.site)![1]!.replace('`', ''))).toBe(
      BigInt(leak.extension),
    );
    expect(frame.site).toContain(`[${leak.file} @ ${leak.line}]`);
    expect(source[leak.line - 1]).toContain('KeDelayExecutionThread(');
  });

  it('shows locals that are true', () => {
    const shown = new Map(
      [...answer('dv /t /v').matchAll(/^[0-9a-f`]+ (.*?)(\w+) = (?:union \w+ )?(0x[0-9a-f`]+)/gm)].map(
        ([, type, name, value]) => [name!, { type: type!.trim(), value: BigInt(value!.replace('`', '')) }],
      ),
    );
    expect(shown.get('context')).toEqual({ type: 'void *', value: BigInt(leak.extension) });
    expect(shown.get('extension')).toEqual({
      type: 'struct _LEAKY_EXTENSION *',
      value: BigInt(leak.extension),
    });
    expect(shown.get('rounds')?.value).toBe(BigInt(leak.allocations - 1));
    const extension = answer(`dt leaky!_LEAKY_EXTENSION ${leak.extension}`);
    expect(Number(member(extension, 'Allocated'))).toBe(leak.allocations);
    expect(Number(member(extension, 'BlockSize'))).toBe(leak.bytesEach);
    expect(member(extension, 'Worker')?.replace('`', '')).toContain(leak.thread);
    const last = BigInt(member(extension, 'LastBlock')!.split(' ')[0]!.replace('`', ''));
    expect(shown.get('block')?.value).toBe(last);
    expect(answer('dt extension')).toContain('Type _LEAKY_EXTENSION*');
  });

  it('finds the source by the path it is given', () => {
    const lines = [...answer('lsa leaky!LeakyWorker').matchAll(/^[> ]\s*(\d+): (.*)$/gm)];
    expect(lines.length).toBeGreaterThan(5);
    for (const [, number, text] of lines) expect(text).toBe(source[Number(number) - 1]);
    const marked = /^>\s*(\d+): \{/m.exec(answer('lsa leaky!LeakyWorker'))![1];
    expect(source[Number(marked) - 2]).toContain('LeakyWorker(PVOID context)');
  });

  it('knows lines and prototypes of its functions', () => {
    const line = Number(/leaky\.c\((\d+)\)/.exec(answer('ln leaky!LeakyAllocate'))![1]);
    expect(source[line - 2]).toContain('LeakyAllocate(');
    expect(answer('x /t /v leaky!Leaky*')).toMatch(
      /leaky!LeakyAllocate \(struct _LEAKY_EXTENSION \*, unsigned long\)/,
    );
  });
});

interface BusyEvent {
  do: string;
  thread: string;
  extension: string;
  function: string;
  file: string;
  line: number;
}

describeWith([WINDBG], "the lab's driver that polls without pause", () => {
  let busy: BusyEvent;
  let source: string[];
  let transcript: Transcript;
  const answer = (command: string) => answerTo(transcript, command).output;

  beforeAll(async () => {
    const made = generateDump(['--scenario', 'busy-driver', '--machine', 'tiny', '--seed', '3']);
    const { events } = made.truth as unknown as { events: BusyEvent[] };
    busy = events.find((event) => event.do === 'busy-thread')!;
    source = readFileSync(join(made.symbols, 'src', 'poller', 'poller.c'), 'utf8').split('\r\n');
    transcript = await runWindbg(made.dump, made.symbols, made.symbols, [
      '.lines',
      '~1 s',
      'kp',
      `dt poller!_POLLER_EXTENSION ${busy.extension}`,
    ]);
    made.remove();
  });

  it('is what the last processor runs, in its loop, under the interrupt that stopped it', () => {
    const frames = stackFrames(answer('kp'));
    const at = frames.findIndex(({ site }) => site.startsWith(`${busy.function}(`));
    expect(frames[at - 1]!.site).toContain('nt!KiDpcInterrupt');
    expect(frames[at]!.site).toContain(`[${busy.file} @ ${busy.line}]`);
    expect(BigInt(/extension = (0x[0-9a-f`]+)/.exec(frames[at]!.site)![1]!.replace('`', ''))).toBe(
      BigInt(busy.extension),
    );
    expect(frames[at + 1]!.site).toContain('poller!PollerWorker(');
    expect(source[busy.line - 1]).toContain('YieldProcessor()');
  });

  it('waits for what nobody sets', () => {
    const extension = answer(`dt poller!_POLLER_EXTENSION ${busy.extension}`);
    expect(Number(member(extension, 'Ready'))).toBe(0);
    expect(member(extension, 'Worker')?.replace('`', '')).toContain(busy.thread);
  });
});
