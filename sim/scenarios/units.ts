export const UNITS_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};
export const UNITS_BYTES: Readonly<Record<string, number>> = {
  B: 1,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
};

function read(units: Readonly<Record<string, number>>, text: string): number {
  const [, number, unit] = /^(\d+) ?(\w+)$/.exec(text)!;
  return Number(number) * units[unit!]!;
}

/** Milliseconds of a `duration`: quantities.ts. */
export function milliseconds(text: string): number {
  return read(UNITS_MS, text);
}

/** Bytes of a `bytes`: quantities.ts. */
export function byteCount(text: string): number {
  return read(UNITS_BYTES, text);
}
