import type { Hardware } from '../machine/size.js';
import data from './catalogue/thread-mixes.json';

const mixes = data.mixes as unknown as Readonly<Record<string, Readonly<Record<string, number>>>>;

/** Threads as the catalogue has them: some by archetype, the rest by a mix. */
export interface ThreadWish {
  readonly threads?: Readonly<Record<string, number | 'processor' | 'node'>>;
  readonly threadCount?: number;
  readonly mix?: string;
}

/**
 * Deals archetypes to one process after the other so that all processes of a mix together come closest to its
 * shares: what one was owed, the next one gets.
 */
export function dealThreads({ processors, nodes }: Hardware): (wish: ThreadWish) => Record<string, number> {
  const owed = new Map<string, Map<string, number>>();
  return ({ threads = {}, threadCount = 0, mix }) => {
    const counts: Record<string, number> = {};
    let left = threadCount;
    for (const [archetype, number] of Object.entries(threads)) {
      counts[archetype] = number === 'processor' ? processors : number === 'node' ? nodes : number;
      left -= counts[archetype];
    }
    if (mix === undefined) return counts;
    const shares = mixes[mix];
    if (!shares) throw new RangeError(`no mix of threads ${mix}`);
    const debts = owed.get(mix) ?? new Map<string, number>(Object.keys(shares).map((name) => [name, 0]));
    owed.set(mix, debts);
    for (; left > 0; left--) {
      for (const [name, share] of Object.entries(shares)) debts.set(name, debts.get(name)! + share);
      const next = [...debts].reduce((most, candidate) => (candidate[1] > most[1] ? candidate : most))[0];
      debts.set(next, debts.get(next)! - 1);
      counts[next] = (counts[next] ?? 0) + 1;
    }
    return counts;
  };
}
