// Numbers as Task Manager's Performance page shows them.
import { locale } from '../../strings/index.js';

const KILO = 1024;
const MEGA = KILO ** 2;
const GIGA = KILO ** 3;
const MS = 1000;
const MINUTE = 60;
const HOUR = 3600;
const DAY = 86400;
/** Below this the one decimal would read 0.0. */
const THRESHOLD = 0.05;

const decimals = (digits: number) =>
  new Intl.NumberFormat(locale, { minimumFractionDigits: digits, maximumFractionDigits: digits });
const whole = new Intl.NumberFormat(locale, { maximumFractionDigits: 0, useGrouping: false });
const one = decimals(1);
const two = decimals(2);

/** One decimal, but for zero. */
function orZero(value: number): string {
  return value < THRESHOLD ? '0' : one.format(value);
}

/** `4%` */
export function formatPercent(percent: number): string {
  return `${whole.format(percent)}%`;
}

/** `323138`: without separators. */
export function formatNumber(value: number): string {
  return whole.format(value);
}

/** `3.91 GHz` */
export function formatSpeed(megahertz: number): string {
  return `${two.format(megahertz / MS)} GHz`;
}

/** `0:04:35:20`: days, hours, minutes, seconds. */
export function formatUptime(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / MS);
  const two = (value: number) => String(value).padStart(2, '0');
  const parts = [(seconds % DAY) / HOUR, (seconds % HOUR) / MINUTE, seconds % MINUTE];
  return [String(Math.floor(seconds / DAY)), ...parts.map((part) => two(Math.floor(part)))].join(':');
}

/** `13.9`: gigabytes without their unit. */
export function formatGigabytes(bytes: number): string {
  return one.format(bytes / GIGA);
}

/** `1.2 GB`, `817 MB`, `320 KB` */
export function formatSize(bytes: number): string {
  if (bytes >= GIGA) return `${one.format(bytes / GIGA)} GB`;
  return bytes >= MEGA || bytes === 0
    ? `${whole.format(bytes / MEGA)} MB`
    : `${whole.format(bytes / KILO)} KB`;
}

/** `1.4 MB`, `320 KB`: of a processor's caches. */
export function formatCache(bytes: number): string {
  return bytes < MEGA ? `${whole.format(bytes / KILO)} KB` : `${one.format(bytes / MEGA)} MB`;
}

/** `477 GB`: of a disk. */
export function formatCapacity(bytes: number): string {
  return `${whole.format(bytes / GIGA)} GB`;
}

/** `0 KB/s`, `32.7 KB/s`, `1.2 MB/s` */
export function formatRate(bytesPerSecond: number): string {
  return bytesPerSecond < MEGA
    ? `${orZero(bytesPerSecond / KILO)} KB/s`
    : `${one.format(bytesPerSecond / MEGA)} MB/s`;
}

/** `0 Kbps`, `8.0 Kbps`, `1.2 Mbps` */
export function formatThroughput(bitsPerSecond: number): string {
  return bitsPerSecond < 1e6
    ? `${orZero(bitsPerSecond / 1e3)} Kbps`
    : `${one.format(bitsPerSecond / 1e6)} Mbps`;
}

/** `100 Kbps`, `11 Mbps`, `1 Gbps`: the upper end of a graph. */
export function formatThroughputScale(bitsPerSecond: number): string {
  if (bitsPerSecond < 1e6) return `${whole.format(bitsPerSecond / 1e3)} Kbps`;
  return bitsPerSecond < 1e9
    ? `${whole.format(bitsPerSecond / 1e6)} Mbps`
    : `${whole.format(bitsPerSecond / 1e9)} Gbps`;
}

/** `500 KB/s`, `10 MB/s`: the upper end of a graph. */
export function formatRateScale(bytesPerSecond: number): string {
  return bytesPerSecond < MEGA
    ? `${whole.format(bytesPerSecond / KILO)} KB/s`
    : `${whole.format(bytesPerSecond / MEGA)} MB/s`;
}

/** `0.9 ms` */
export function formatMilliseconds(milliseconds: number): string {
  return `${orZero(milliseconds)} ms`;
}
