import { KernelFields } from '../kernel-fields.js';
import { disturb, scatter } from '../mutations.js';
import type { Originals } from '../originals.js';
import type { Change, Subject } from '../subject.js';
import { kernelDumps } from './kernel-dump.js';

/** Kernel dumps whose headers are sound and whose memory is not. */
export function kernelMemory(originals: Originals): Subject[] {
  const bytes = originals.bytes('--user-pages');
  const fields = new KernelFields(originals.dump('--user-pages'));
  const of = (what: string, change: Change) => kernelDumps(`memory: ${what}`, originals, bytes, change);
  return [
    of('any bytes', (mutant, random) => scatter(mutant, random)),
    of('lists, trees and counts', (mutant, random) =>
      disturb(mutant, random, fields.structures[random(fields.structures.length)]!),
    ),
    of('page tables', (mutant, random) => fields.disturbTables(mutant, random)),
    of('unwind data', (mutant, random) => fields.disturbUnwinding(mutant, random)),
  ];
}
