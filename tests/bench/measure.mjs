/** The middle of an odd number of values. */
export const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

/** Runs `work` and adds the wall time, seconds. */
export function seconds(work) {
  const started = process.hrtime.bigint();
  const result = work();
  return { ...result, elapsed: Number(process.hrtime.bigint() - started) / 1e9 };
}
