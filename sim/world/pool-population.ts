import catalogue from './catalogue/pool-tags.json';
import type { Kernel } from '../machine/machine.js';

/** Numbers of kernel/pool/contents.ts. */
export const CONTENTS: Readonly<Record<string, number>> = {
  zeroes: 0,
  structure: 1,
  name: 2,
  buffer: 3,
  events: 4,
  table: 5,
};
const RECORD_WORDS = 8;
const MOST_TIMES = 3;
const ORDINARY_MEMORY = 4096 * 1024 * 1024;

interface Kind {
  tag: string;
  sizes: readonly number[];
  count: number;
  contents: string;
  freed: number;
  before: number;
}

/** Which part of the background is made: what is there before the first process, and what comes with them. */
export interface PoolPhase {
  /** Percent of all. */
  readonly from: number;
  readonly to: number;
}

export const BEFORE_PROCESSES: PoolPhase = { from: 0, to: 60 };
export const AFTER_PROCESSES: PoolPhase = { from: 60, to: 100 };

/** How many times what a machine of 4 GiB has: in proportion below that; above, more memory is not as many more drivers. */
export function poolScale(memory: number): number {
  const times = memory / ORDINARY_MEMORY;
  return times < 1 ? times : Math.min((1 + Math.sqrt(times)) / 2, MOST_TIMES);
}

/** Fills pool with what drivers and subsystems that are not modelled keep there; see catalogue/pool-tags.json. */
export function populatePool({ core, hardware, start }: Kernel, phase: PoolPhase, seed: bigint): void {
  const words = catalogue.words.map((word) => `${word}\0`).join('');
  const [bytes] = core.putTexts({ text: words, wide: false });
  core.exports.poolSetVocabulary(core.exports.exchangeBuffer(), bytes!, start.bootTime + start.uptime);
  const scale = poolScale(hardware.memory);
  const records = [
    ...catalogue.nonpaged.flatMap((kind) => recordsOf(kind, false, phase, scale)),
    ...catalogue.paged.flatMap((kind) => recordsOf(kind, true, phase, scale)),
  ].filter(([, , , kept, freed]) => kept! + freed! > 0);
  const { exchange } = core;
  records.forEach((record, index) =>
    record.forEach((word, at) => exchange.setUint32((index * RECORD_WORDS + at) * 4, word, true)),
  );
  core.exports.poolPopulate(records.length, seed * 0x9e3779b97f4a7c15n + BigInt(phase.from));
}

/** Allocations from a lookaside list of which one finds it empty. */
const ALLOCATIONS_PER_MISS = 40;

/** Creates the lookaside lists of drivers; those of a larger machine have been used as often as its memory says. */
export function createLookasides({ core, hardware }: Kernel): void {
  const scale = poolScale(hardware.memory);
  for (const { tag, pool, bytes, kept, used, allocations } of catalogue.lookasides) {
    const inUse = Math.ceil(used * scale);
    const total = kept + inUse + Math.ceil(allocations * scale);
    const missed = kept + inUse + Math.ceil((allocations * scale) / ALLOCATIONS_PER_MISS);
    core.exports.poolCreateLookaside(tagCode(tag), pool === 'paged', bytes, kept, inUse, total, missed);
  }
}

/** A record of the core for each size: tag, paged, bytes, kept, freed, freed before, contents, 0. */
function recordsOf(kind: Kind, isPaged: boolean, { from, to }: PoolPhase, scale: number): number[][] {
  const upTo = (percent: number, all: number) =>
    Math.round((all * scale * percent) / 100 / kind.sizes.length);
  return kind.sizes.map((size) => {
    const kept = upTo(to, kind.count) - upTo(from, kind.count);
    const freed = Math.round((kept * kind.freed) / 100);
    return [
      tagCode(kind.tag),
      isPaged ? 1 : 0,
      size,
      kept,
      freed,
      kept * kind.before,
      CONTENTS[kind.contents]!,
      0,
    ];
  });
}

/** A tag as the number that stands in a POOL_HEADER. */
export function tagCode(tag: string): number {
  return [...tag].reduceRight((code, letter) => code * 256 + letter.charCodeAt(0), 0);
}
