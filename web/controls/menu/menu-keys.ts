import type { MenuEntry } from './menu-entry.js';

/** Indexes of the lines that focus can go to; separators are skipped, disabled lines are not. */
function stops(entries: readonly MenuEntry[]): number[] {
  return entries.flatMap((entry, index) => (entry === 'separator' ? [] : [index]));
}

/** The next line after `from` whose label begins with `letter`, going round; `from` when there is none. */
function typeAhead(entries: readonly MenuEntry[], from: number, letter: string): number {
  for (let step = 1; step <= entries.length; step++) {
    const index = (from + step) % entries.length;
    const entry = entries[index];
    if (entry && entry !== 'separator' && entry.label.toLowerCase().startsWith(letter.toLowerCase()))
      return index;
  }
  return from;
}

export function firstFocusable(entries: readonly MenuEntry[]): number {
  return stops(entries)[0] ?? -1;
}

/** Where the focus goes from line `from` on `key`; null when the key does not move it. */
export function focusAfterKey(key: string, entries: readonly MenuEntry[], from: number): number | null {
  const all = stops(entries);
  const at = all.indexOf(from);
  switch (key) {
    case 'ArrowDown':
      return all[(at + 1) % all.length] ?? null;
    case 'ArrowUp':
      return all.at(at <= 0 ? -1 : at - 1) ?? null;
    case 'Home':
      return all[0] ?? null;
    case 'End':
      return all.at(-1) ?? null;
    default:
      return key.length === 1 && key !== ' ' ? typeAhead(entries, from, key) : null;
  }
}
