import { secondaryData } from '../dump/secondary-data.js';
import type { Command } from './command.js';
import { CommandError, SyntaxProblem } from './command.js';
import { Arguments } from './arguments.js';

export const ignoreMissingPages: Command = {
  names: ['.ignore_missing_pages'],
  run({ session, print }, args) {
    const value = new Arguments(session, args).optionalValue();
    if (value !== undefined) session.showMissingPages = value === 0n;
    print(
      `${session.showMissingPages ? 'Display' : 'Suppress'} kernel summary dump missing page error message\n`,
    );
  },
};

export const enumTag: Command = {
  names: ['.enumtag'],
  run({ session, print }) {
    const blobs = session.user ? [] : secondaryData(session.target.file, session.target.physical.pages);
    if (blobs.length === 0) throw new CommandError('Unable to start enumeration, HRESULT 0x80004002\n');
    for (const { guid, bytes } of blobs) print(`{${guid}} - 0x${bytes.toString(16)} bytes\n`);
  },
};

export const radix: Command = {
  names: ['n'],
  run({ session, print }, args) {
    if (args !== '') {
      const value = Number(args);
      if (![8, 10, 16].includes(value)) throw new SyntaxProblem('Syntax error', 'n '.length);
      session.radix = value;
    }
    print(`base is ${session.radix}\n`);
  },
};

/** Commands of a live session: a dump cannot go on. */
const RUNS = [
  'g',
  'gc',
  'gh',
  'gn',
  'gu',
  'p',
  'pa',
  'pc',
  'ph',
  'pt',
  't',
  'ta',
  'tb',
  'tc',
  'th',
  'tt',
  'wt',
];
/** Nor does it stop anywhere. */
const STOPS = ['bp', 'bu', 'bm', 'ba', 'bl', 'bc', 'bd', 'be', 'bs'];

export const live: Command = {
  names: [...RUNS, ...STOPS],
  run({ session, print }, args, name) {
    const runs = RUNS.includes(name);
    const message = runs ? 'No runnable debuggees' : 'Operation not supported by current debuggee';
    const mark = ' '.repeat(session.prompt.length + (runs ? 1 : name.length));
    print(`${mark}^ ${message} error in '${name}${args ? ` ${args}` : ''}'\n`);
  },
};

export const quit: Command = {
  names: ['q', 'qq', 'qd', '.kill'],
  run: ({ quit: end }) => end(),
};

export const comment: Command = {
  names: ['*', '$$'],
  run: () => undefined,
};
