import { performance } from './text.js';

/** What a graph shows, in words: its newest value, the least and the most. */
export function describeGraph(
  what: string,
  values: readonly number[],
  format: (value: number) => string,
): string {
  const { graph, emptyGraph } = performance;
  const now = values.at(-1);
  if (now === undefined) return emptyGraph(what);
  return graph(what, format(now), format(Math.min(...values)), format(Math.max(...values)));
}
