import { describe, expect, it } from 'vitest';
import { splitCommands, splitName, takeBlock } from '../../../sim/debugger/commands/split.js';

describe('command lines', () => {
  it.each([
    ['k; lm', ['k', 'lm']],
    ['.echo "a;b"; k', ['.echo "a;b"', 'k']],
    ['.if (1) { k; lm }; r', ['.if (1) { k; lm }', 'r']],
    ['.for (r $t0=0; @$t0<3; r $t0=@$t0+1) { k }; r', ['.for (r $t0=0; @$t0<3; r $t0=@$t0+1) { k }', 'r']],
    ['k; * the rest; is a comment', ['k']],
    ['$$ only this; k', ['k']],
    ['  ;; ', []],
  ])('%s', (line, commands) => {
    expect(splitCommands(line)).toEqual(commands);
  });

  it.each([
    ['lmvm tcpip', 'lmvm', 'tcpip'],
    ['?? 1+2', '??', '1+2'],
    ['?1', '?', '1'],
    ['~1s', '~1s', ''],
    ['!process 0 0', '!process', '0 0'],
    ['.frame /r 1', '.frame', '/r 1'],
    ['||', '||', ''],
  ])('%s', (command, name, args) => {
    expect(splitName(command)).toEqual({ name, args });
  });

  it('takes braces inside of braces', () => {
    expect(takeBlock('{ a { b } c } d')).toEqual({ block: ' a { b } c ', rest: 'd' });
    expect(takeBlock('no braces')).toBeUndefined();
  });
});
