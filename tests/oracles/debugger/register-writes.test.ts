import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generateDump, type GeneratedDump } from '../../support/generated-dump.js';
import { shellOf } from './lab-shell.js';

// What the engine answers to writes: tests/oracles/windbg/same-words. It shows an error of its own when a processor with
// other registers is left, so that what comes after is compared with a session in which nothing was written.
describe('registers that were written', () => {
  let dump: GeneratedDump;

  beforeAll(() => {
    dump = generateDump(['--machine', 'tiny', '--seed', '9']);
  });
  afterAll(() => dump?.remove());

  it('are those of the dump again when another processor is chosen, whatever was written to meanwhile', () => {
    const first = shellOf(dump).execute('r');
    const shell = shellOf(dump);
    shell.execute('r rax=5, rip=6, zf=1');
    expect(shell.execute('r rax')).toBe('rax=0000000000000005\n');
    shell.execute('~1s; r rax=7; r rbx=8; ~0s');
    expect(shell.execute('r')).toBe(first);
    shell.execute('r rcx=9; ~1s; ~0s');
    expect(shell.execute('r')).toBe(first);
  });

  it('stay while the same processor is current', () => {
    const shell = shellOf(dump);
    shell.execute('r rax=5; .frame 1; ~0s; .cxr; .thread');
    expect(shell.execute('r rax')).toBe('rax=0000000000000005\n');
  });

  it('are not written where other registers than the current ones are shown', () => {
    const shell = shellOf(dump);
    shell.execute('.frame /c 1');
    const shown = shell.execute('r rbx');
    expect(shell.execute('r rbx=9')).toMatch(/Bad register error/);
    expect(shell.execute('r rbx')).toBe(shown);
  });
});
