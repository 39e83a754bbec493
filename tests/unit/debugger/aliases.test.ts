import { describe, expect, it } from 'vitest';
import { Aliases, replaceNames } from '../../../sim/debugger/aliases.js';
import { Shell, type Session } from '../../../sim/debugger/index.js';

const shell = () =>
  new Shell({
    prompt: '0: kd> ',
    radix: 16,
    aliases: new Aliases(),
    takeMissing: () => [],
    register: () => undefined,
    symbol: () => undefined,
  } as unknown as Session);

describe('names for texts', () => {
  // The engine answers the same to these: tests/oracles/windbg/same-words.
  it.each([
    ['as one .echo 1; .echo 2', 'one', '1\n2\n'],
    ['aS one .echo 1; .echo 2', 'one', '1\n'],
    ['as one 1', '.echo a${one}b ${two} one "one"', 'a1b ${two} 1 "1"\n'],
    [
      'as one 1',
      '.echo ${/d:one} ${/d:two} ${/f:two}| ${/n:one} ${/n:two} ${/v:one}',
      '1 0 | one ${/n:two} ${/v:one}\n',
    ],
    ['as /x one ff', '.block { .echo ${one} }', '0xff\n'],
    ['as /c one .echo a; .echo b', '.foreach /s (word "${one}") { .echo word }', 'a\nb\n'],
  ])('%s', (first, second, answer) => {
    const taken = shell();
    taken.execute(first);
    expect(taken.execute(second)).toBe(answer);
  });

  it('that are set in a block are known in blocks that begin later', () => {
    const line = '.foreach /s (n "1 2") { as /x value n; .block { .echo ${value} } }';
    expect(shell().execute(line)).toBe('0x1\n0x2\n');
  });

  it('take no more memory than texts of a few lines', () => {
    const taken = shell();
    taken.execute('as one 12345678');
    let answer = '';
    for (let i = 0; i < 40 && answer === ''; i++) answer = taken.execute('as one ${one}${one}${one}${one}');
    expect(answer).toMatch(/^Overflow error/);
    expect(taken.execute('.echo ${one}').length).toBeLessThanOrEqual(0x10001);
    const most = taken.execute(`.echo ${'${one}'.repeat(500)}`);
    expect(most).toMatch(/^Overflow error/);
  });

  it('end where other text begins', () => {
    expect(replaceNames('one;one (one) one1 {one}', (name) => (name === 'one' ? '1' : undefined))).toBe(
      '1;1 (one) one1 {1}',
    );
  });
});

describe('commands whose words are off', () => {
  it.each([
    ['.echo a; nosuch; .echo b', "a\n                 ^ Syntax error in '.echo a; nosuch; .echo b'\n"],
    ['.if (1) { ? nosuch; .echo a }; .echo b', "Couldn't resolve error at 'nosuch; .echo a '\n"],
    ['.catch { ? nosuch; .echo a }; .echo b', "Couldn't resolve error at 'nosuch; .echo a '\nb\n"],
    ["j (0) .echo a; '.echo b; .echo c'", 'b\nc\n'],
    ['.if (0) { .echo a }; .elsif (1) { .echo b } .else { .echo c }', 'b\n'],
    ['.do { .echo a; .break } (1); .echo b', 'a\nb\n'],
  ])('%s', (line, answer) => {
    expect(shell().execute(line)).toBe(answer);
  });
});
