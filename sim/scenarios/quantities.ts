import * as v from 'valibot';

const UNITS_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};
const UNITS_BYTES: Readonly<Record<string, number>> = {
  B: 1,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
};

function quantity(units: Readonly<Record<string, number>>, what: string, example: string) {
  const names = Object.keys(units);
  const pattern = new RegExp(`^(\\d+) ?(${names.join('|')})$`);
  return v.pipe(
    v.string(),
    v.regex(pattern, `${what} is a whole number with a unit (${names.join(', ')}), such as "${example}".`),
  );
}

/** `"90 s"`, `"15 min"`, `"3 h"`. */
export const duration = quantity(UNITS_MS, 'A time', '15 min');
/** `"64 KiB"`, `"8 GiB"`. */
export const bytes = quantity(UNITS_BYTES, 'A size', '8 GiB');

function read(units: Readonly<Record<string, number>>, text: string): number {
  const [, number, unit] = /^(\d+) ?(\w+)$/.exec(text)!;
  return Number(number) * units[unit!]!;
}

/** Milliseconds of a {@link duration}. */
export function milliseconds(text: string): number {
  return read(UNITS_MS, text);
}

/** Bytes of a {@link bytes}. */
export function byteCount(text: string): number {
  return read(UNITS_BYTES, text);
}
