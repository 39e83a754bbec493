// The profile of a real build in WinDbg's engine: symbols by the build's key, names and members where its public
// symbols have them, and stacks that the unwind data leads through.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { generateDump, type GeneratedDump } from '../../support/generated-dump.js';
import { describeWith } from '../../support/tools.js';
import facts from '../readers/facts-22000.2538.json' with { type: 'json' };
import { address, complaints, listedModules, stackFrames } from './answers.js';
import { answerTo, runWindbg, WINDBG, type Transcript } from './engine.js';

const USER_MODE = /^0x0000[0-7]/;
const offsets = Object.entries(facts.offsets).flatMap(([type, fields]) =>
  Object.entries(fields).map(([field, offset]) => ({ type, field, offset })),
);

describeWith([WINDBG], "profile win11-22000.2538 in WinDbg's engine", () => {
  let made: GeneratedDump;
  let transcript: Transcript;
  const answer = (command: string) => answerTo(transcript, command).output;
  const threads = () => made.truth.processes.flatMap((process) => process.threads);
  /** `k` that was asked right after the thread was chosen. */
  const stackOf = (thread: string) => {
    const at = transcript.answers.findIndex(({ command }) => command === `.thread ${thread}`);
    return transcript.answers[at + 1]!.output;
  };

  beforeAll(async () => {
    made = generateDump(['--machine', 'tiny', '--seed', '7', '--profile', 'win11-22000.2538']);
    transcript = await runWindbg(made.dump, made.symbols, made.symbols, [
      'vertarget',
      'lm',
      '.reload /f nt',
      'lmv m nt',
      ...Object.keys(facts.rvas).map((name) => `x nt!${name}`),
      ...offsets.map(({ type, field }) => `?? #FIELD_OFFSET(nt!${type}, ${field})`),
      ...threads().flatMap((thread) => [`.thread ${thread.address}`, 'k']),
    ]);
  });
  afterAll(() => made?.remove());

  it('opens without a complaint, as that build', () => {
    expect(complaints(transcript.opening)).toEqual([]);
    expect(answer('vertarget')).toContain('Windows 10 Kernel Version 22000 MP');
  });

  it('lists every module', () => {
    const listed = new Map(listedModules(answer('lm')).map(({ start, end }) => [start, end - start]));
    for (const { base, size, name } of made.truth.modules)
      expect(listed.get(BigInt(base)), name).toBe(BigInt(size));
  });

  it("takes the symbols that have the real build's key", () => {
    expect(answer('.reload /f nt')).not.toMatch(/error|could not|mismatch/i);
    expect(answer('lmv m nt')).toContain(`ntkrnlmp.pdb\\${facts.guid}1\\ntkrnlmp.pdb`);
  });

  it('has names where the build has them', () => {
    const base = BigInt(made.truth.modules.find(({ name }) => name === 'nt')!.base);
    for (const [name, rva] of Object.entries(facts.rvas)) {
      const [, at] = /^([0-9a-f`]{17})\s/m.exec(answer(`x nt!${name}`)) ?? [];
      expect(at && address(at), name).toBe(base + BigInt(rva));
    }
  });

  it('has members where the build has them', () => {
    for (const { type, field, offset } of offsets) {
      const [, shown] = /^long 0n(\d+)$/m.exec(answer(`?? #FIELD_OFFSET(nt!${type}, ${field})`)) ?? [];
      expect(Number(shown), `${type}.${field}`).toBe(offset);
    }
  });

  it('unwinds the stack of every thread to its first function', () => {
    expect(threads().length).toBeGreaterThan(100);
    for (const thread of threads()) {
      const sites = stackFrames(stackOf(thread.address)).map(({ site }) => site);
      expect(sites.slice(0, thread.stack.length), thread.address).toEqual(thread.stack);
      const rest = sites.slice(thread.stack.length);
      expect(rest.length, thread.address).toBeLessThanOrEqual(1);
      for (const site of rest) expect(site.replace('`', '')).toMatch(USER_MODE);
    }
  });
});
