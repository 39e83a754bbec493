import * as v from 'valibot';
import { UNITS_BYTES, UNITS_MS } from './units.js';

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
