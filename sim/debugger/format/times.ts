const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const FILETIME_1970 = 116444736000000000n;
const TICKS_PER_MS = 10_000n;
const MINUTE_MS = 60_000;
/** The end of the year 30827: later times are none. Source: Microsoft, FileTimeToSystemTime. */
const LAST_FILETIME = 0x7fff35f4f06c58efn;

const two = (value: number) => String(value).padStart(2, '0');

/** `Mon May  4 10:58:22.234 2026 (UTC + 0:00)`. @param utcOffset minutes that local time is ahead */
export function sessionTime(filetime: bigint, utcOffset: number): string {
  const sign = utcOffset < 0 ? '-' : '+';
  const ahead = Math.abs(utcOffset);
  const date = dateOf(filetime + BigInt(utcOffset * MINUTE_MS) * TICKS_PER_MS);
  const zone = `(UTC ${sign} ${Math.floor(ahead / 60)}:${two(ahead % 60)})`;
  return `${dayText(date)} ${clock(date)}.${String(date.getUTCMilliseconds()).padStart(3, '0')} ${date.getUTCFullYear()} ${zone}`;
}

/** `Sun Oct  5 11:26:56 2003`, from seconds since 1970. */
export function secondsTime(seconds: number): string {
  const date = new Date(seconds * 1000);
  return `${dayText(date)} ${clock(date)} ${date.getUTCFullYear()}`;
}

/** A FILETIME as `.formats` shows it; `undefined` when it is none. */
export function filetimeText(filetime: bigint): string | undefined {
  if (filetime > LAST_FILETIME) return undefined;
  return sessionTime(filetime, 0);
}

/** `[ 5/29/2026 13:34:01.683]` without its brackets, as lists of timers have it. @param utcOffset as above */
export function fireTimeText(filetime: bigint, utcOffset: number): string {
  if (filetime < 0n || filetime > LAST_FILETIME) return '         NEVER         ';
  const date = dateOf(filetime + BigInt(utcOffset * MINUTE_MS) * TICKS_PER_MS);
  const day = [date.getUTCMonth() + 1, date.getUTCDate()].map((part) => String(part).padStart(2)).join('/');
  return `${day}/${date.getUTCFullYear()} ${clock(date)}.${String(date.getUTCMilliseconds()).padStart(3, '0')}`;
}

function dateOf(filetime: bigint): Date {
  return new Date(Number((filetime - FILETIME_1970) / TICKS_PER_MS));
}

function dayText(date: Date): string {
  return `${DAYS[date.getUTCDay()]} ${MONTHS[date.getUTCMonth()]} ${String(date.getUTCDate()).padStart(2)}`;
}

function clock(date: Date): string {
  return `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}`;
}

/** `0 days 3:00:01.234`, from 100 ns units. */
export function uptimeText(ticks: bigint): string {
  const ms = Number(ticks / TICKS_PER_MS);
  const seconds = Math.floor(ms / 1000);
  const days = Math.floor(seconds / 86400);
  const hours = Math.floor(seconds / 3600) % 24;
  return `${days} days ${hours}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}.${String(ms % 1000).padStart(3, '0')}`;
}

/** The same from whole seconds. */
export function secondsText(seconds: number): string {
  return uptimeText(BigInt(Math.max(0, Math.trunc(seconds))) * TICKS_PER_MS * 1000n);
}
