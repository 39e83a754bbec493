import { secondaryData } from '../dump/secondary-data.js';
import type { Command } from './command.js';
import { CommandError } from './command.js';
import { Arguments } from './arguments.js';

export const ignoreMissingPages: Command = {
  names: ['.ignore_missing_pages'],
  summary: 'says nothing of pages that the dump does not hold',
  syntax: '.ignore_missing_pages [0|1]',
  example: '.ignore_missing_pages 1',
  lookFor: 'less noise in kernel stacks dumps and partial ones',
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
  summary: 'lists the secondary data that drivers added to the dump',
  syntax: '.enumtag',
  example: '.enumtag',
  lookFor: 'a GUID for each kind of data',
  run({ session, print }) {
    const blobs = secondaryData(session.target.file, session.target.physical.pages);
    if (blobs.length === 0) throw new CommandError('Unable to start enumeration, HRESULT 0x80004002\n');
    for (const { guid, bytes } of blobs) print(`{${guid}} - 0x${bytes.toString(16)} bytes\n`);
  },
};

export const radix: Command = {
  names: ['n'],
  summary: 'shows or sets the base of numbers without a prefix',
  syntax: 'n [8|10|16]',
  example: 'n',
  lookFor: 'base is 16: ? 10 is sixteen',
  run({ session, print }, args) {
    if (args !== '') {
      const value = Number(args);
      if (![8, 10, 16].includes(value)) throw new CommandError('The base is 8, 10 or 16.\n');
      session.radix = value;
    }
    print(`base is ${session.radix}\n`);
  },
};

/** Commands of a live session: a dump cannot go on, and its memory cannot be changed. */
const NOT_LIVE: readonly [string, string][] = [
  ...['g', 'gh', 'gn', 'gu', 'p', 'pa', 'pc', 'pt', 't', 'ta', 'tc', 'tt', 'wt'].map(
    (name): [string, string] => [name, 'No runnable debuggees error'],
  ),
  ...['bp', 'bu', 'bm', 'ba', 'bl', 'bc', 'bd', 'be'].map((name): [string, string] => [
    name,
    'Operation not supported by current debuggee error',
  ]),
];

export const live: Command = {
  names: NOT_LIVE.map(([name]) => name),
  summary: 'commands of a live session: a dump can neither run nor break',
  syntax: 'g   p   t   bp …',
  example: 'g',
  lookFor: 'in a dump nothing goes on; look with k and dt instead',
  run({ session, print }, args, name) {
    const message = NOT_LIVE.find(([known]) => known === name)![1];
    print(
      `${' '.repeat(session.prompt.length + name.length)}^ ${message} in '${name}${args ? ` ${args}` : ''}'\n`,
    );
  },
};

export const quit: Command = {
  names: ['q', 'qq', 'qd', '.kill'],
  summary: 'ends the session',
  syntax: 'q',
  example: 'q',
  lookFor: 'the shell you came from',
  run: ({ quit: end }) => end(),
};

export const comment: Command = {
  names: ['*', '$$'],
  summary: 'a comment: nothing behind it is run',
  syntax: '* TEXT   $$ TEXT;',
  example: '* what follows are the stacks',
  lookFor: 'nothing',
  run: () => undefined,
};
