import type { Core } from '../machine/core.js';
import classData from './page-classes.json';
import type { ResolvedCaptureOptions } from './options.js';

/** Pages of one class: what the machine had of it, what the dump has, and which frames are not in the dump. */
export interface ClassContents {
  name: string;
  /** Pages on the machine. */
  pages: number;
  /** Pages in the dump. */
  captured: number;
  /** First frame and number of frames of each stretch that the dump lacks. */
  missing: [first: number, pages: number][];
}

const PAGE = 4096;
const WORDS_OF_STRETCH = 3;
const { classes } = classData;

/** Which classes a dump asks for, as a bit mask. */
export function classMask({
  kind,
  userPages,
  hypervisorPages,
  nonessentialPages,
}: ResolvedCaptureOptions): number {
  const groups = new Set(['required', 'important']);
  if (kind === 'full') groups.add('kernel');
  if (userPages) groups.add('user');
  if (hypervisorPages) groups.add('hypervisor');
  if (nonessentialPages) groups.add('nonessential');
  return classes.reduce((mask, { group }, index) => (groups.has(group) ? mask | (1 << index) : mask), 0);
}

/** Whether pages are missing that belong to the kernel's half: all but user mode's and the hypervisor's. */
export function lacksKernelPages(contents: readonly ClassContents[]): boolean {
  return contents.some(
    ({ name, pages, captured }) =>
      captured < pages && ['required', 'important', 'kernel'].includes(groupOf(name)),
  );
}

/** What the selection that was made last took and left, by class. */
export function contentsOf({ exports }: Core): ClassContents[] {
  const contents = classes.map(({ name }, index) => ({
    name,
    pages: exports.dumpFramesOfClass(index),
    captured: exports.dumpSelectedOfClass(index),
    missing: [] as [number, number][],
  }));
  const stretches = exports.dumpLeftOutCount();
  const words = new Uint32Array(exports.memory.buffer, exports.dumpLeftOut(), stretches * WORDS_OF_STRETCH);
  for (let at = 0; at < words.length; at += WORDS_OF_STRETCH)
    contents[words[at + 2]!]!.missing.push([words[at]!, words[at + 1]!]);
  return contents;
}

/** Bytes of the pages that the dump holds: all of them, or those of one group of classes. */
export function bytesIn(contents: readonly ClassContents[], group?: string): number {
  const pages = contents
    .filter(({ name }) => group === undefined || groupOf(name) === group)
    .reduce((sum, { captured }) => sum + captured, 0);
  return pages * PAGE;
}

function groupOf(name: string): string {
  return classes.find((candidate) => candidate.name === name)!.group;
}
