import type { Command } from './command.js';
import { commands } from './index.js';

let byName: ReadonlyMap<string, Command> | undefined;

/** Made on first use: the help is one of the commands and looks for others. */
function names(): ReadonlyMap<string, Command> {
  byName ??= new Map(commands.flatMap((command) => command.names.map((name) => [name, command])));
  return byName;
}

/** Commands whose word carries options. */
const FAMILIES: readonly (readonly [RegExp, string])[] = [
  [/^~/, '~'],
  [/^k[a-z0-9]*$/i, 'k'],
  [/^lm[a-zD0-9]*$/i, 'lm'],
  [/^[dD](?:[aAbBcdDfpPqQsSuwW]|[dpq][apsu]|yb|yd|lb?)$/, 'd'],
  [/^s[-\[].*$/, 's'],
  [/^r[mMFxX]?$/, 'r'],
];

/** A command by the word it was called with: `kn` is `k` with the letter n. */
export function findCommand(name: string): Command | undefined {
  const family = () => FAMILIES.find(([pattern]) => pattern.test(name))?.[1];
  return names().get(name) ?? names().get(name.toLowerCase()) ?? names().get(family() ?? '');
}
