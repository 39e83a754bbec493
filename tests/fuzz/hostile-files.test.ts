import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FileError } from '../../sim/debugger/index.js';
import { Limits, say } from './limits.js';
import { randomNumbers } from './mutations.js';
import { Subjects, type Step, type Subject } from './subjects.js';

/**
 * Files that are damaged, by accident or on purpose: the debugger may refuse them or say that it cannot read
 * something, but neither crash, nor take more than a second for any of them, nor ask for 256 MiB of memory.
 * Few of each kind in the suite, many with FUZZ_MUTANTS (`npm run fuzz`), from number FUZZ_FROM on.
 */
const MUTANTS = Number(process.env['FUZZ_MUTANTS'] ?? 40);
const FROM = Number(process.env['FUZZ_FROM'] ?? 0);
/** Each kind ends after so long, however many mutants are left. */
const SECONDS = Number(process.env['FUZZ_SECONDS'] ?? Infinity);
const IS_LONG = process.env['FUZZ_MUTANTS'] !== undefined;
const KINDS = [
  'headers of complete dumps (type 1)',
  'headers of summary dumps (type 2)',
  'small dumps (type 4)',
  'headers of complete dumps with a bitmap (type 5)',
  'headers of live dumps (type 6)',
  'headers of range dumps (type 8)',
  'headers of range dumps (type 9)',
  'headers of range dumps (type 10)',
  'memory: any bytes',
  'memory: lists, trees and counts',
  'memory: page tables',
  'memory: unwind data',
  'minidumps of processes, stacks only',
  'minidumps of processes, with all memory',
  'PDBs',
  'images',
];
/** What is told of a kind that has more than one bad mutant. */
const MOST_TOLD = 12;

describe('hostile files', () => {
  let subjects: Subjects;
  let limits: Limits;

  beforeAll(() => {
    subjects = new Subjects();
    // What JavaScript takes to compile the debugger is no mutant's time.
    for (const subject of subjects.all)
      for (let i = 0; i < 5; i++) attempt(subject, -1 - i, (_, what) => what());
    limits = new Limits();
  });
  afterAll(async () => {
    await limits?.end();
    subjects?.remove();
  });

  it('all kinds are tried', () => expect(subjects.all.map(({ name }) => name)).toEqual(KINDS));

  it.each(KINDS)('%s', (name) => {
    const subject = subjects.all.find((one) => one.name === name)!;
    const bad: string[] = [];
    const worst = { ms: 0, mutant: 0, label: '', bytes: 0 };
    const end = performance.now() + SECONDS * 1000;
    let done = 0;
    for (let i = FROM; done < MUTANTS && bad.length < MOST_TOLD && performance.now() < end; i++, done++) {
      try {
        attempt(subject, i, (label, what) => {
          const { ms, bytes } = limits.within(what, label);
          if (ms > worst.ms) Object.assign(worst, { ms, mutant: i, label });
          worst.bytes = Math.max(worst.bytes, bytes);
        });
      } catch (error) {
        bad.push(`mutant ${i}: ${(error as Error).stack}`);
      }
    }
    if (IS_LONG)
      say(
        `${name}: ${done} from ${FROM}; slowest ${Math.round(worst.ms)} ms (mutant ${worst.mutant}, ${worst.label}), ` +
          `largest piece of memory ${(worst.bytes / 1024 / 1024).toFixed(1)} MiB`,
      );
    expect(bad).toEqual([]);
  });
});

function attempt(subject: Subject, number: number, step: Step): void {
  const random = randomNumbers(number);
  const mutant = subject.make(random);
  try {
    subject.open(mutant, step, random);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
  }
}
