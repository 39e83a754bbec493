import { locale } from '../strings/index.js';

/** The machine keeps UTC, whatever the host does. */
const time = new Intl.DateTimeFormat(locale, { timeStyle: 'short', timeZone: 'UTC' });
/** Windows writes the short date of some regions with two digits for day and month: `04.05.2026`. */
const digits = new Intl.Locale(locale).language === 'de' ? '2-digit' : 'numeric';
const date = new Intl.DateTimeFormat(locale, {
  year: 'numeric',
  month: digits,
  day: digits,
  timeZone: 'UTC',
});

/** `3:07 PM` @param milliseconds Since 1970, UTC. */
export function formatTime(milliseconds: number): string {
  return time.format(milliseconds);
}

/** `11/22/2025` @param milliseconds Since 1970, UTC. */
export function formatDate(milliseconds: number): string {
  return date.format(milliseconds);
}

/** `11/22/2025 3:07 PM`, as File Explorer shows it. @param milliseconds Since 1970, UTC. */
export function formatDateTime(milliseconds: number): string {
  return `${formatDate(milliseconds)} ${formatTime(milliseconds)}`;
}
