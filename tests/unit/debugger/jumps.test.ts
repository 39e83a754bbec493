import { expect, it } from 'vitest';
import { Aliases } from '../../../sim/debugger/aliases.js';
import { Shell, type Session } from '../../../sim/debugger/index.js';

/** As much of a session as commands need that only print and count. */
function shell(): Shell {
  const registers = new Map<string, bigint>();
  return new Shell({
    prompt: '0: kd> ',
    radix: 16,
    takeMissing: () => [],
    aliases: new Aliases(),
    register: (name: string) => registers.get(name.toLowerCase()),
    registers: { set: (name: string, value: bigint) => Boolean(registers.set(name.toLowerCase(), value)) },
    symbol: () => undefined,
  } as unknown as Session);
}

// The engine answers the same to these: tests/oracles/windbg/same-words.
it.each([
  ['.while (1) { .echo a; .break; .echo b }; .echo c', 'a\nc\n'],
  ['.while (1) { .if (1) { .break }; .echo b }; .echo c', 'c\n'],
  ['.foreach /s (x "a b c") { .continue; .echo x }; .echo d', 'd\n'],
  ['.foreach /s (x "a b c") { .echo x; .break }', 'a\n'],
  ['.while (1) { .while (1) { .break }; .echo outer; .break }', 'outer\n'],
  ['.catch { .echo a; .leave; .echo b }; .echo c', 'a\nc\n'],
  ['.echo a; z(0); .echo b', 'a\nb\n'],
])('%s', (line, answer) => {
  expect(shell().execute(line)).toBe(answer);
});

it.each(['.break', '.continue', '.leave'])('%s leads nowhere outside of its scope', (command) => {
  const said = shell().execute(`${command}; .echo never`);
  const scope = command === '.leave' ? '.catch' : 'scope';
  expect(said).toBe(
    `${' '.repeat(7 + command.length)}^ ${command} outside of ${scope} error in '${command}'\n`,
  );
});

it('a line that asks to be run again and again ends', () => {
  const said = shell().execute('z(1)');
  expect(said.match(/^redo \[\d+\] z\(1\)$/gm)!.length).toBe(10_000);
  expect(said).toMatch(/The line was ended after 10000 turns\.\n$/);
});
