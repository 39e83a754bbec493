import { describe, expect, it } from 'vitest';
import { findMatches } from '../../../../web/debugger/command-window/find.js';
import { linePieces } from '../../../../web/debugger/command-window/line-pieces.js';
import { Transcript } from '../../../../web/debugger/transcript.js';

const linesOf = (transcript: Transcript) =>
  Array.from({ length: transcript.length }, (_, number) => transcript.line(number));

describe('the transcript', () => {
  it('puts pieces of an answer together, wherever they are cut', () => {
    const transcript = new Transcript();
    transcript.command('0: kd> ', 'k');
    for (const piece of ['Child-SP', '  RetAddr\n', 'ff', 'ff', '\n\nend']) transcript.append(piece);
    transcript.command('0: kd> ', 'r');
    transcript.append('rax=0\n');
    expect(linesOf(transcript)).toEqual([
      { text: '0: kd> k', command: 'k', isEcho: true },
      { text: 'Child-SP  RetAddr', command: 'k', isEcho: false },
      { text: 'ffff', command: 'k', isEcho: false },
      { text: '', command: 'k', isEcho: false },
      { text: 'end', command: 'k', isEcho: false },
      { text: '0: kd> r', command: 'r', isEcho: true },
      { text: 'rax=0', command: 'r', isEcho: false },
    ]);
  });

  it('keeps the newest lines, with the commands that they answer', () => {
    const transcript = new Transcript();
    transcript.append('banner\n');
    transcript.command('0: kd> ', 'lm');
    transcript.append('module\n'.repeat(400_000));
    expect(transcript.length).toBeLessThan(400_000);
    expect(transcript.line(0)).toEqual({ text: 'module', command: 'lm', isEcho: false });
    expect(transcript.line(transcript.length - 1).command).toBe('lm');
  });

  it('is empty after .cls', () => {
    const transcript = new Transcript();
    transcript.append('unfinished');
    transcript.clear();
    transcript.append('new\n');
    expect(transcript.whole).toBe('new');
  });
});

describe('finding', () => {
  it('finds each place once, whatever the case', () => {
    const transcript = new Transcript();
    transcript.append('nt!KiSwapContext\nhal\nNT!ntNTn\n');
    expect(findMatches(transcript, 'nt')).toEqual([
      { line: 0, start: 0 },
      { line: 0, start: 11 },
      { line: 2, start: 0 },
      { line: 2, start: 3 },
      { line: 2, start: 5 },
    ]);
    expect(findMatches(transcript, '')).toEqual([]);
  });

  it('marks what was found, also across the end of a link', () => {
    const pieces = linePieces('PROCESS ffff', [{ start: 8, end: 12, command: '!process ffff 7' }], 'ss f');
    expect(pieces).toEqual([
      { text: 'PROCE', isFound: false },
      { text: 'SS ', isFound: true },
      { text: 'f', command: '!process ffff 7', isFound: true },
      { text: 'fff', command: '!process ffff 7', isFound: false },
    ]);
  });
});
