import { locale } from '../../strings/index.js';

/** Numbers as Task Manager's Details page shows them. */
const KILOBYTE = 1024;
const MINUTE = 60;
const HOUR = 3600;

const whole = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 });

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}

/** `00`, `07`: two digits without a sign. */
export function formatLoad(percent: number): string {
  return twoDigits(Math.round(percent));
}

/** `51,508 K` @param bytes */
export function formatKilobytes(bytes: number): string {
  return `${whole.format(Math.trunc(bytes / KILOBYTE))} K`;
}

/** `0:04:35` @param seconds Whole hours, minutes and seconds; parts of a second are left out. */
export function formatCpuTime(seconds: number): string {
  const all = Math.floor(seconds);
  const [minutes, rest] = [Math.floor((all % HOUR) / MINUTE), all % MINUTE];
  return `${Math.floor(all / HOUR)}:${twoDigits(minutes)}:${twoDigits(rest)}`;
}

/** `1,128,680` */
export function formatCount(count: number): string {
  return whole.format(count);
}
