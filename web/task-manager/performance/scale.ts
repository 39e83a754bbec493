/** The least of `steps` that holds all of `values`; the last one when none does. */
export function scaleFor(values: readonly number[], steps: readonly number[]): number {
  const most = Math.max(0, ...values);
  return steps.find((step) => most <= step) ?? steps.at(-1)!;
}
