import { locale } from '../../strings/index.js';

/**
 * Numbers as Task Manager's Processes page shows them: zero without a decimal, everything else with one.
 * What would round to 0.0 is zero.
 */
const MEGABYTE = 2 ** 20;
const MEGABIT = 1e6;
/** Below this the one decimal would read 0.0. */
const THRESHOLD = 0.05;

const oneDecimal = new Intl.NumberFormat(locale, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const whole = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 });

function number(value: number): string {
  return value < THRESHOLD ? '0' : oneDecimal.format(value);
}

/** `0%`, `0.7%` */
export function formatPercent(percent: number): string {
  return `${number(percent)}%`;
}

/** `8%`: the totals in the header are whole. */
export function formatTotal(percent: number): string {
  return `${whole.format(percent)}%`;
}

/** `5.2 MB`, `1,077.0 MB` @param bytes */
export function formatMemory(bytes: number): string {
  return `${number(bytes / MEGABYTE)} MB`;
}

/** `0.1 MB/s` @param bytesPerSecond */
export function formatDisk(bytesPerSecond: number): string {
  return `${number(bytesPerSecond / MEGABYTE)} MB/s`;
}

/** `0.1 Mbps` @param bitsPerSecond */
export function formatNetwork(bitsPerSecond: number): string {
  return `${number(bitsPerSecond / MEGABIT)} Mbps`;
}

/** `31,204` */
export function formatCount(count: number): string {
  return whole.format(count);
}
