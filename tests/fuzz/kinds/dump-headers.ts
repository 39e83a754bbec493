import { summaryDump } from '../../support/summary-dump.js';
import { triageDump } from '../../support/triage-dump.js';
import type { Mutant } from '../mutant.js';
import { disturb, numbersIn, scatter, type Random } from '../mutations.js';
import type { Originals } from '../originals.js';
import { rangeDump } from '../range-dump.js';
import type { Subject } from '../subject.js';
import { kernelDumps } from './kernel-dump.js';

/** Kernel dumps of each type whose headers, bitmaps and lists of ranges are damaged. */
export function dumpHeaders(originals: Originals): Subject[] {
  const stacks = originals.bytes('--kind', 'stacks');
  const of = (what: string, bytes: Uint8Array) =>
    kernelDumps(`headers of ${what}`, originals, bytes, headers);
  return [
    of('complete dumps (type 1)', originals.bytes('--format', 'full')),
    of('summary dumps (type 2)', summaryDump(stacks)),
    kernelDumps('small dumps (type 4)', originals, triageDump().bytes, (mutant, random) =>
      random(2) === 0 ? scatter(mutant, random) : disturb(mutant, random, SMALL_NUMBERS),
    ),
    of('complete dumps with a bitmap (type 5)', originals.bytes('--format', 'bitmap-full')),
    of('live dumps (type 6)', stacks),
    ...([8, 9, 10] as const).map((type) => of(`range dumps (type ${type})`, rangeDump(stacks, type))),
  ];
}

const SMALL_NUMBERS = [...numbersIn(0x2000, 0x2080), ...numbersIn(0x30, 0x90)];

/** Numbers of the header of a kernel dump and of what follows it: bitmap or ranges. */
const HEADER_NUMBERS = [
  ...numbersIn(0x8, 0x98),
  ...numbersIn(0x98, 0x140, 8),
  ...numbersIn(0xf98, 0xfb0),
  ...numbersIn(0x1030, 0x1060),
  ...numbersIn(0x2000, 0x2080, 8),
  ...numbersIn(0x2000, 0x2040),
];
const HEADER_BYTES = 0x3000;

function headers(mutant: Mutant, random: Random): void {
  if (random(3) === 0) scatter(mutant, random, HEADER_BYTES);
  else disturb(mutant, random, HEADER_NUMBERS);
}
