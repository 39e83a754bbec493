// Free memory of the machine for the copy of its pages: how much a dump needs, and what to do when there is too little.
import type { Kernel } from '../machine/machine.js';
import { byteCount } from '../scenarios/units.js';
import data from './copy-budget.json';
import { bytesIn, type ClassContents } from './contents.js';
import { selectContents } from './open-capture.js';
import { formatOf, type ResolvedCaptureOptions } from './options.js';

/** Loans of the core's kernel/memory-manager/lent-frames.ts, in the order of their start. */
const HELD = 0;
const COPY = 1;
const PAGE = 4096;
const AVAILABLE = [0, 1, 2]; // _MMLISTS: zeroed, free, standby
/** Each comes nearer: of what one adds, a part needs no copy. */
const ATTEMPTS = 6;
/** Pages that the core can keep from the machine: 256 GiB. */
const MOST_HELD = 2 ** 26;

/** What the copy of a dump's pages takes. */
export interface CopyBudget {
  /** Pages that a copy is needed of. */
  needed: number;
  /** Pages that can be had. */
  available: number;
}

/** Counts for the selection that was made last. */
export function copyBudget(
  { core: { exports } }: Kernel,
  options: ResolvedCaptureOptions,
  contents: readonly ClassContents[],
): CopyBudget {
  const available = exports.memoryLendableFrames() - exports.memoryTablesForLoan(exports.dumpPages());
  // Containers of all physical memory are not made by the kernel: they need no memory of it.
  if (formatOf(options.format).memory === 'all') return { needed: 0, available };
  const without = contents
    .filter(({ name }) => data.classesWithoutCopy.includes(name))
    .reduce((sum, { captured }) => sum + captured, 0);
  return { needed: exports.dumpPages() - without - exports.dumpImageFrames(), available };
}

/** Counts for the pages, of those in `contents`, that a dump cannot do without. */
export function leastBudget(
  kernel: Kernel,
  options: ResolvedCaptureOptions,
  contents: readonly ClassContents[],
): CopyBudget {
  const pageBudget = leastPages(contents);
  return copyBudget(kernel, options, selectContents(kernel, { ...options, pageBudget }));
}

/** Pages, of those in `contents`, that a dump cannot do without. */
function leastPages(contents: readonly ClassContents[]): number {
  return Math.max(1, data.leastGroups.reduce((sum, group) => sum + bytesIn(contents, group), 0) / PAGE);
}

/**
 * The largest page budget, a few attempts near, whose copy can be had. It begins with what is in `contents` and
 * fits the {@link leastBudget}.
 */
export function affordablePages(
  kernel: Kernel,
  options: ResolvedCaptureOptions,
  contents: readonly ClassContents[],
): number {
  const bound = options.pageBudget ?? Infinity;
  let pages = leastPages(contents);
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const tried = selectContents(kernel, { ...options, pageBudget: pages });
    const { needed, available } = copyBudget(kernel, options, tried);
    if (needed === available) break;
    pages = Math.min(bound, pages + available - needed);
  }
  return pages;
}

/** Takes memory for the copy off the machine's lists; {@link giveBack} ends it. */
export function takeMemory({ core: { exports } }: Kernel, pages: number): void {
  if (pages <= 0) return;
  exports.memoryLend(COPY, pages);
  exports.memorySettle();
}

/** Gives the memory of the copy back to the machine. */
export function giveBack({ core: { exports } }: Kernel): void {
  if (exports.memoryFramesLent(COPY) === 0) return;
  exports.memoryEndLoan(COPY);
  exports.memorySettle();
}

/**
 * Keeps so much of the machine's memory from it that `size` is left free, zeroed and standby; all of it when `size` is
 * not given.
 * @throws RangeError with a sentence for the user when the machine has less, or needs more to go on
 */
export function leaveAvailable({ core: { exports } }: Kernel, size: string | undefined): void {
  if (size === undefined && exports.memoryFramesLent(HELD) === 0) return;
  exports.memoryEndLoan(HELD);
  const available = AVAILABLE.reduce((sum, list) => sum + Number(exports.memoryFramesOn(list)), 0);
  const wanted = size === undefined ? available : Math.floor(byteCount(size) / PAGE);
  const leaving = available - wanted;
  if (leaving < 0)
    throw new RangeError(
      `The machine has only ${mebibytes(available)} of available memory: it cannot be made ${mebibytes(wanted)}.`,
    );
  const lendable = Math.min(exports.memoryLendableFrames(), MOST_HELD);
  if (leaving > lendable)
    throw new RangeError(
      `The machine cannot do with less than ${mebibytes(available - lendable)} of available memory: leave it that much.`,
    );
  let held = Math.max(0, leaving - exports.memoryTablesForLoan(leaving));
  while (held > 0 && held + exports.memoryTablesForLoan(held) < leaving) held++;
  if (held > 0) exports.memoryLend(HELD, held);
  exports.memorySettle();
}

/** Pages as an amount of memory for people. */
function mebibytes(pages: number): string {
  return `${((pages * PAGE) / 2 ** 20).toFixed(1)} MiB`;
}

/** What a dump needs, and what can be had of it. */
export function shortageText({ needed, available }: CopyBudget): string {
  return `It needs ${mebibytes(needed)}, and ${mebibytes(Math.max(0, available))} can be had.`;
}
