// An exception in the middle of its dispatch, in WinDbg's engine: from the filter's arguments over the exception and
// context records to the line that faulted. Registers are those that an unwinder of our own finds in the dump's bytes.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { generateDump, type GeneratedDump, type TruthThread } from '../../support/generated-dump.js';
import { describeWith } from '../../support/tools.js';
import { AddressSpace } from '../readers/address-space.js';
import { DumpFile } from '../readers/dump-file.js';
import { address, complaints, member, stackFrames } from './answers.js';
import { answerTo, runWindbg, WINDBG, type Transcript } from './engine.js';
import { imagesOf, walkWaiting, type WalkedFrame } from './walks/stacks.js';

interface FilterEvent {
  thread: string;
  extension: string;
  lock: string;
  faultAddress: string;
  trapFrame: string;
  exceptionRecord: string;
  contextRecord: string;
  function: string;
  file: string;
  line: number;
}

const REGISTER = /\b(r[a-z0-9]{1,2})=([0-9a-f]{16})/g;
/** Bytes from a KEXCEPTION_FRAME to the record behind it: all of it but the return address. */
const EXCEPTION_FRAME_BYTES = 0x138n;
const KEPT = ['Rbx', 'Rdi', 'Rsi', 'R12', 'R13', 'R14', 'R15'] as const;

describeWith([WINDBG], 'an exception whose filter waits', () => {
  let made: GeneratedDump;
  let event: FilterEvent;
  let thread: TruthThread;
  let transcript: Transcript;
  let frames: WalkedFrame[];
  let depth: number;
  const answer = (command: string) => answerTo(transcript, command).output;

  beforeAll(async () => {
    made = generateDump(['--scenario', 'hung-filter', '--machine', 'tiny', '--seed', '4']);
    [event] = (made.truth as unknown as { events: [FilterEvent] }).events;
    thread = made.truth.processes
      .flatMap(({ threads }) => threads)
      .find((each) => each.address === event.thread)!;
    const dump = new DumpFile(made.dump);
    const space = new AddressSpace(dump, dump.u64('DirectoryTableBase'));
    const files = imagesOf(made.symbols);
    const images = made.truth.modules.map(({ base, size, file }) => ({
      base: BigInt(base),
      size,
      file: files.get(file.toLowerCase())!,
    }));
    const top = space.get(BigInt(event.thread), '_KTHREAD', 'KernelStack');
    frames = walkWaiting(top, images, (at) => space.u64(at));
    depth = frames.findIndex(({ trapFrame }) => trapFrame === BigInt(event.trapFrame));
    const exceptionFrame = `0x${(BigInt(event.exceptionRecord) - EXCEPTION_FRAME_BYTES).toString(16)}`;
    transcript = await runWindbg(made.dump, made.symbols, made.symbols, [
      `.srcpath Z:${join(made.symbols, 'src').replaceAll('/', '\\')}`,
      `.thread ${event.thread}`,
      'kv',
      `dt nt!_KEXCEPTION_FRAME ${exceptionFrame}`,
      '.frame 4',
      'dt pointers',
      `.exr ${event.exceptionRecord}`,
      `.cxr ${event.contextRecord}`,
      'k',
      'dv',
      'lsa @rip',
      `dt clumsy!_CLUMSY_EXTENSION ${event.extension}`,
    ]);
  });
  afterAll(() => made?.remove());

  it('is on a stack that unwinds through the dispatch', () => {
    const sites = stackFrames(answer('kv').replace(/ : [0-9a-f` ]{71} : /g, ' ')).map(({ site }) => site);
    expect(sites.map((site) => site.split(' ')[0])).toEqual(thread.stack);
    expect(frames.length).toBe(thread.stack.length);
    expect(depth).toBeGreaterThan(0);
    expect(answer('kv')).toContain('(TrapFrame @ ');
    expect(complaints(answer('kv'))).toEqual([]);
  });

  it('kept the registers of the code that it happened to (KEXCEPTION_FRAME)', () => {
    const shown = answer(transcript.answers[3]!.command);
    const { registers } = frames[depth + 1]!;
    for (const name of KEPT)
      expect(BigInt(member(shown, name)!.replace('`', '')), name).toBe(registers[name.toLowerCase()]);
  });

  it('says what happened and where (.exr)', () => {
    const shown = answer(`.exr ${event.exceptionRecord}`);
    expect(shown).toContain('ExceptionCode: c0000005 (Access violation)');
    const [, at, site] = /ExceptionAddress: (\S+) \((\S+)\+0x0*[0-9a-f]+\)/.exec(shown)!;
    expect(address(at!)).toBe(frames[depth + 1]!.rip);
    expect(site).toBe(event.function);
    expect(shown).toContain(`Attempt to read from address ${event.faultAddress.slice(2)}`);
  });

  it('is what the filter was asked about', () => {
    const shown = answer('dt pointers');
    const pointer = (name: string) => address(member(shown, name)!.split(' ')[0]!);
    expect(pointer('ExceptionRecord')).toBe(BigInt(event.exceptionRecord));
    expect(pointer('ContextRecord')).toBe(BigInt(event.contextRecord));
  });

  it('goes on from the context to a right stack (.cxr, k)', () => {
    const shown = new Map(
      [...answer(`.cxr ${event.contextRecord}`).matchAll(REGISTER)].map(([, name, value]) => [
        name!,
        BigInt(`0x${value}`),
      ]),
    );
    const { registers, rip } = frames[depth + 1]!;
    expect(shown.get('rip')).toBe(rip);
    expect(shown.get('rcx')).toBe(BigInt(event.faultAddress)); // mov rax, [rcx]
    for (const [name, value] of Object.entries(registers))
      if (!name.startsWith('xmm')) expect(shown.get(name), name).toBe(value);
    expect(stackFrames(answer('k')).map(({ site }) => site)).toEqual(thread.stack.slice(depth + 1));
  });

  it('ends at a line and at variables that say why', () => {
    const marked = /^>\s*(\d+): (.*)$/m.exec(answer('lsa @rip'))!;
    expect(Number(marked[1])).toBe(event.line);
    const source = readFileSync(join(made.symbols, 'src', 'clumsy', 'clumsy.c'), 'utf8').split('\r\n');
    expect(marked[2]).toBe(source[event.line - 1]);
    expect(marked[2]).toContain('*extension->Setting');
    expect(BigInt(/extension = (0x[0-9a-f`]+)/.exec(answer('dv'))![1]!.replace('`', ''))).toBe(
      BigInt(event.extension),
    );
    const extension = answer(`dt clumsy!_CLUMSY_EXTENSION ${event.extension}`);
    expect(BigInt(member(extension, 'Setting')!.split(' ')[0]!.replace('`', ''))).toBe(
      BigInt(event.faultAddress),
    );
    expect(BigInt(member(extension, 'Lock')!.split(' ')[0]!.replace('`', ''))).toBe(BigInt(event.lock));
    const { waitObjects } = thread as unknown as { waitObjects: { address: string }[] };
    expect(waitObjects.map((object) => object.address)).toEqual([event.lock]);
  });
});
