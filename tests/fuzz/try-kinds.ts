import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FileError } from '../../sim/debugger/index.js';
import { Limits, say } from './limits.js';
import { randomNumbers } from './mutations.js';
import { Originals } from './originals.js';
import shares from './shares.json' with { type: 'json' };
import type { Step, Subject } from './subject.js';

/**
 * Files that are damaged, by accident or on purpose: the debugger may refuse them or say that it cannot read
 * something, but neither crash, nor take more than a second for any of them, nor ask for 256 MiB of memory.
 * Few of each kind in the suite; with FUZZ_MUTANTS so many of each, or `all` of its share (`npm run fuzz`), from
 * number FUZZ_FROM on.
 */
const WANTED = process.env['FUZZ_MUTANTS'];
const FEW = 40;
const FROM = Number(process.env['FUZZ_FROM'] ?? 0);
/** Each kind ends after so long, however many mutants are left. */
const SECONDS = Number(process.env['FUZZ_SECONDS'] ?? Infinity);
/** What is told of a kind that has more than one bad mutant. */
const MOST_TOLD = 12;

/** Tries the kinds of a group. @param make makes what `shares.json` lists of the group */
export function tryKinds(group: keyof typeof shares, make: (originals: Originals) => Subject[]): void {
  const kinds = Object.entries<number>(shares[group]);

  describe('hostile files', () => {
    const originals = new Originals();
    let subjects: Subject[];
    let limits: Limits;

    beforeAll(() => {
      subjects = make(originals);
      // What JavaScript takes to compile the debugger is no mutant's time.
      for (const subject of subjects)
        for (let i = 0; i < 5; i++) attempt(subject, -1 - i, (_, what) => what());
      limits = new Limits();
    });
    afterAll(async () => {
      await limits?.end();
      originals.remove();
    });

    it('all kinds are tried', () =>
      expect(subjects.map(({ name }) => name)).toEqual(kinds.map(([name]) => name)));

    it.each(kinds)('%s', (name, share) => {
      const subject = subjects.find((one) => one.name === name)!;
      const most = WANTED === 'all' ? share : Number(WANTED ?? FEW);
      const bad: string[] = [];
      const worst = { ms: 0, mutant: 0, label: '', bytes: 0 };
      const end = performance.now() + SECONDS * 1000;
      let done = 0;
      for (let i = FROM; done < most && bad.length < MOST_TOLD && performance.now() < end; i++, done++) {
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
      if (WANTED !== undefined)
        say(
          `${name}: ${done} from ${FROM}; slowest ${Math.round(worst.ms)} ms (mutant ${worst.mutant}, ${worst.label}), ` +
            `largest piece of memory ${(worst.bytes / 1024 / 1024).toFixed(1)} MiB`,
        );
      expect(bad).toEqual([]);
    });
  });
}

function attempt(subject: Subject, number: number, step: Step): void {
  const random = randomNumbers(number);
  const mutant = subject.make(random);
  try {
    subject.open(mutant, step, random);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
  }
}
