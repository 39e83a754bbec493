import { hex } from '../format/numbers.js';
import { physicalRuns } from '../kernel/frames.js';
import type { Session } from '../session.js';
import { attempt } from './attempt.js';
import type { Finding } from './explanation.js';
import { frameFindings } from './frames.js';

const PAGE_BITS = 12n;
const PAGE_MASK = 0xfffn;
/** What page-table entries can name. Source: Intel SDM, volume 3, 4.1.4. */
const ADDRESS_BITS = 52n;
const LAST_USER = 0x7fffffffffffn;

/**
 * What a physical address is. Where its page is mapped, what is there is told as well.
 * @param owners tells whose a virtual address is
 */
export function physicalFindings(session: Session, at: bigint, owners: (at: bigint) => Finding[]): Finding[] {
  if (at >> ADDRESS_BITS !== 0n)
    return [{ kind: 'absent', title: 'not a physical address: they have 52 bits', evidence: [] }];
  const frames = attempt(() => frameFindings(session, Number(at >> PAGE_BITS)));
  return [...attempt(() => [runOf(session, at)]), ...frames, ...mappedFindings(session, at, frames, owners)];
}

/** The run of memory that an address lies in, by MmPhysicalMemoryBlock. */
function runOf(session: Session, at: bigint): Finding {
  const frame = at >> PAGE_BITS;
  const runs = physicalRuns(session);
  const index = runs.findIndex(({ base, count }) => frame >= base && frame < base + count);
  const run = runs[index];
  if (!run) return { kind: 'region', title: 'physical address outside of the memory that Windows has', evidence: [] };
  const [first, last] = [run.base << PAGE_BITS, ((run.base + run.count) << PAGE_BITS) - 1n];
  return {
    kind: 'region',
    title: `physical memory, run ${index} of ${runs.length}`,
    evidence: [
      { label: 'run', value: `${hex(first)} to ${hex(last)}`, physical: first },
      { label: 'frames', value: `0x${hex(run.count)}` },
    ],
  };
} // prettier-ignore

/** What the page is where it is mapped: in the process that has it. */
function mappedFindings(session: Session, at: bigint, frames: readonly Finding[], owners: (at: bigint) => Finding[]): Finding[] {
  const evidence = frames.find(({ kind }) => kind === 'owner')?.evidence ?? [];
  const maps = evidence.find(({ label }) => label === 'maps it at')?.address;
  if (maps === undefined) return [];
  const virtual = maps + (at & PAGE_MASK);
  const process = evidence.find(({ label }) => label === 'process')?.address;
  if (virtual > LAST_USER || process === undefined) return owners(virtual);
  return within(session, process, () => owners(virtual));
} // prettier-ignore

/** Does something with the user addresses of a process. */
function within<T>(session: Session, process: bigint, act: () => T): T {
  const current = session.process;
  session.useProcess(process);
  try {
    return act();
  } finally {
    session.useProcess(current);
  }
}
