const TICKS_PER_MS = 10_000n;
const two = (value: number) => String(value).padStart(2, '0');

/** `00:00:01.234`, from 100 ns units. */
export function clockText(ticks: bigint): string {
  const ms = Number(ticks / TICKS_PER_MS);
  const seconds = Math.floor(ms / 1000);
  const clock = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60].map(two).join(':');
  return `${clock}.${String(ms % 1000).padStart(3, '0')}`;
}

/** `0:00:00:00.031`: days first. */
export function daysText(ticks: bigint): string {
  const ms = Number(ticks / TICKS_PER_MS);
  const seconds = Math.floor(ms / 1000);
  const clock = [Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60, seconds % 60]
    .map(two)
    .join(':');
  return `${Math.floor(seconds / 86400)}:${clock}.${String(ms % 1000).padStart(3, '0')}`;
}
