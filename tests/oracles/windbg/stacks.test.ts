// Stacks as a debugging session looks at them: kv, .frame /c, .trap, .thread /r, each against frames unwound from the
// dump's bytes by an unwinder that knows the published rules alone, and named as the truth names them.
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  generateDump,
  type GeneratedDump,
  type TruthProcess,
  type TruthThread,
} from '../../support/generated-dump.js';
import { describeWith } from '../../support/tools.js';
import { AddressSpace } from '../readers/address-space.js';
import { DumpFile } from '../readers/dump-file.js';
import { address, complaints } from './answers.js';
import { WINDBG } from './engine.js';
import { EngineSession } from './session.js';
import { imagesOf, walkWaiting, type PlacedImage, type WalkedFrame } from './walks/stacks.js';

/** States of threads that stand where a processor will switch to them. */
const ASLEEP = ['Waiting', 'Initialized'];
/** A frame in `kv`: stack pointer, return address, four words of home space, the site, what it was entered with. */
const FRAME =
  /^([0-9a-f`]{17}) ([0-9a-f`]{17})\s+: ([0-9a-f` ]{71}) : (\S+)(?: \(TrapFrame @ ([0-9a-f`]{17})\))?/gm;
const REGISTER = /\b(r[a-z0-9]{1,2})=([0-9a-f]{16})/g;
/** Offsets in KTRAP_FRAME of registers that every trap frame has. */
const TRAP_FRAME = { rip: 0x168n, rsp: 0x180n, rbp: 0x158n };

interface Subject {
  process: TruthProcess;
  thread: TruthThread;
  frames: WalkedFrame[];
  /** Of the kernel's frames, then those of user mode. */
  sites: string[];
  space: AddressSpace;
}

const hex = (value: bigint) => `0x${value.toString(16)}`;
const registersIn = (text: string) =>
  new Map([...text.matchAll(REGISTER)].map(([, name, value]) => [name!, BigInt(`0x${value}`)]));

describeWith([WINDBG], "stacks in WinDbg's engine, word by word", () => {
  let made: GeneratedDump;
  let session: EngineSession;
  /** One thread of each stack that there is in each of some processes. */
  let subjects: Subject[];
  let answers: string[][];

  beforeAll(async () => {
    made = generateDump(['--machine', 'classroom', '--seed', '6', '--user-pages']);
    const dump = new DumpFile(made.dump);
    const files = imagesOf(made.symbols);
    const placed = ({ base, size, file }: { base: string; size: number; file: string }): PlacedImage => ({
      base: BigInt(base),
      size,
      file: files.get(file.toLowerCase())!,
    });
    const modules = made.truth.modules.map(placed);
    const kernel = new AddressSpace(dump, dump.u64('DirectoryTableBase'));
    const seen = new Set<string>();
    subjects = made.truth.processes.flatMap((process) => {
      const table = kernel.get(BigInt(process.address), '_EPROCESS', 'Pcb.DirectoryTableBase');
      const space = new AddressSpace(dump, table);
      const images = process.memory
        .filter(({ kind }) => kind === 'image')
        .map(({ start, end, file }) => ({
          base: start,
          size: Number(BigInt(end) - BigInt(start)),
          file: file!.slice(file!.lastIndexOf('\\') + 1),
        }))
        .filter(({ file }) => files.has(file.toLowerCase()))
        .map(placed);
      return process.threads.flatMap((thread): Subject[] => {
        const sites = [...thread.stack, ...(thread.userStack ?? [])];
        const key = sites.join();
        if (!ASLEEP.includes(thread.state) || seen.has(key)) return [];
        seen.add(key);
        const top = kernel.get(BigInt(thread.address), '_KTHREAD', 'KernelStack');
        const frames = walkWaiting(top, [...modules, ...images], (at) => space.u64(at));
        return [{ process, thread, sites, frames, space }];
      });
    });
    session = await EngineSession.open(made.dump, made.symbols, made.symbols);
    await session.execute(['.reload /f']);
    answers = [];
    for (const { thread, frames } of subjects)
      answers.push(
        await session.execute([
          `.thread /r /p ${thread.address}`,
          'kv',
          ...frames.map((_, index) => `.frame /c 0n${index}`),
          ...frames.flatMap(({ trapFrame }) =>
            trapFrame === undefined ? [] : [`.trap ${hex(trapFrame)}`, 'k'],
          ),
        ]),
      );
  });
  afterAll(async () => {
    await session?.close();
    made?.remove();
  });

  it('are of many kinds', () => {
    expect(subjects.length).toBeGreaterThan(60);
    expect(subjects.filter(({ thread }) => thread.userStack).length).toBeGreaterThan(30);
  });

  it('end where the truth says that they end', () => {
    for (const { frames, sites, thread } of subjects) {
      expect(frames.length, thread.address).toBe(sites.length);
      expect(frames.at(-1)!.returnAddress, thread.address).toBe(0n);
    }
  });

  it('switch to a thread and the modules of its process (.thread /r /p)', () => {
    subjects.forEach(({ thread, process }, index) => {
      const tick = (at: string) => at.slice(2).replace(/^(.{8})/, '$1`');
      const said = answers[index]![0]!;
      expect(said).toContain(`Implicit thread is now ${tick(thread.address)}`);
      expect(said).toContain(`Implicit process is now ${tick(process.address)}`);
      expect(complaints(said)).toEqual([]);
    });
  });

  it('show where each function was called, with what, and its trap frame (kv)', () => {
    subjects.forEach(({ frames, sites, space, thread }, index) => {
      const shown = [...answers[index]![1]!.matchAll(FRAME)].map(([, sp, back, words, site, trap]) => ({
        rsp: address(sp!),
        returnAddress: address(back!),
        words: words!.split(' ').map(address),
        site,
        trapFrame: trap === undefined ? undefined : address(trap),
      }));
      const expected = frames.map(({ registers, returnAddress, callerRsp, trapFrame }, depth) => ({
        rsp: registers['rsp'],
        returnAddress,
        words: [0n, 8n, 16n, 24n].map((offset) => space.u64(callerRsp + offset)),
        site: sites[depth],
        trapFrame,
      }));
      expect(shown, thread.address).toEqual(expected);
    });
  });

  it('have the registers of each frame (.frame /c)', () => {
    subjects.forEach(({ frames, sites, thread }, index) => {
      frames.forEach(({ registers, rip }, depth) => {
        const said = answers[index]![2 + depth]!;
        const shown = registersIn(said);
        const where = `${thread.address} ${sites[depth]}`;
        expect(said.split('\n')[0], where).toContain(sites[depth]!);
        expect(shown.get('rip'), where).toBe(rip);
        for (const [name, value] of Object.entries(registers))
          if (!name.startsWith('xmm')) expect(shown.get(name), `${where} ${name}`).toBe(value);
      });
    });
  });

  it('go on from a trap frame (.trap)', () => {
    let trapped = 0;
    subjects.forEach(({ frames, sites, space, thread }, index) => {
      const said = answers[index]!.slice(2 + frames.length);
      frames.forEach(({ trapFrame }, depth) => {
        if (trapFrame === undefined) return;
        const [registers, stack] = said.splice(0, 2) as [string, string];
        const shown = registersIn(registers);
        const where = `${thread.address} ${sites[depth]}`;
        for (const name of ['rip', 'rsp', 'rbp'] as const)
          expect(shown.get(name), `${where} ${name}`).toBe(space.u64(trapFrame + TRAP_FRAME[name]));
        const rest = stack.split('\n').filter((line) => /^[0-9a-f]{8}`/.test(line));
        expect(
          rest.map((line) => line.trim().split(/\s+/).at(-1)),
          where,
        ).toEqual(sites.slice(depth + 1));
        trapped++;
      });
    });
    expect(trapped).toBeGreaterThan(40);
  });
});
