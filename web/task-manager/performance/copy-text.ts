import type { Device, Stat } from './device.js';

const lines = (stats: readonly Stat[]) => stats.map(({ label, value }) => `\t${label}\t${value}`);

/** What *Copy* puts on the clipboard: title, name, table and numbers, as Windows lays them out. */
export function copyText({ title, detail, table, stats }: Device): string {
  return [title, '', `\t${detail}`, '', ...lines(table), '', ...lines(stats.flat()), ''].join('\r\n');
}
