import { locale } from '../strings/index.js';

const UNITS = ['kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;
const KILO = 1024;
const PAGE_KB = 4;
const THREE_DIGITS = 3;

/** What so many frames hold: `4 kB`, `1.5 MB`. */
export function frameSize(frames: number): string {
  let size = frames * PAGE_KB;
  let unit = 0;
  for (; size >= KILO && unit < UNITS.length - 1; unit++) size /= KILO;
  return new Intl.NumberFormat(locale, {
    style: 'unit',
    unit: UNITS[unit]!,
    maximumSignificantDigits: size < KILO && size >= 1000 ? THREE_DIGITS + 1 : THREE_DIGITS,
  }).format(size);
}

const counts = new Intl.NumberFormat(locale);

export function frameCount(frames: number): string {
  return counts.format(frames);
}

export function share(part: number, whole: number): string {
  return new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 1 }).format(
    whole === 0 ? 0 : part / whole,
  );
}
