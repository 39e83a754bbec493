import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import help from '../../../sim/debugger/commands/help.json' with { type: 'json' };
import { generateDump, type GeneratedDump } from '../../support/generated-dump.js';
import { shellOf } from './lab-shell.js';

/** Commands that answer nothing when all is well, or nothing about a kernel without private symbols. */
const QUIET = ['ad', 'q', '*', '.reload', 'dv', 'lsa'];
/** Says where its address comes from: no expression names one in every dump. */
const WITH_PLACE_HOLDER = ['!irp'];
/** A dump does not run, and one of the kernel alone holds no secondary data. */
const REFUSED = ['g', '.enumtag'];
const PROBLEM =
  /not supported here|(?:Syntax|Bad register|Extra character) error|Couldn't|^Usage:|No export|is not here|Unable to|undefined/m;

describe('the examples of .hh', () => {
  let dump: GeneratedDump;

  beforeAll(() => {
    dump = generateDump(['--machine', 'tiny', '--seed', '9', '--user-pages']);
  });
  afterAll(() => dump?.remove());

  it.each(
    Object.entries(help.commands)
      .filter(([name]) => ![...WITH_PLACE_HOLDER, ...REFUSED].includes(name))
      .map(([name, { example }]) => [name, example] as const),
  )('%s: %s', (name, example) => {
    const answer = shellOf(dump).execute(example);
    expect(answer).not.toMatch(PROBLEM);
    if (!QUIET.includes(name)) expect(answer.trim()).not.toBe('');
  });
});
