import type { TreeRow } from './tree.js';

/** What a key does in the tree grid. */
export type TreeAction =
  { kind: 'focus'; index: number } | { kind: 'expand' | 'collapse' | 'toggle'; key: string };

/** The line above that the line at `index` belongs to. */
function parentOf(rows: readonly TreeRow[], index: number): number {
  const level = rows[index]?.level ?? 1;
  for (let at = index - 1; at >= 0; at--) if ((rows[at]?.level ?? 1) < level) return at;
  return index;
}

function typeAhead(rows: readonly TreeRow[], from: number, letter: string): number {
  for (let step = 1; step <= rows.length; step++) {
    const index = (from + step) % rows.length;
    const row = rows[index];
    if (row && row.kind !== 'group' && row.label.toLowerCase().startsWith(letter.toLowerCase())) return index;
  }
  return from;
}

/**
 * The keyboard of a tree grid whose lines take the focus, as the ARIA practices describe it.
 * @param page Lines that fit on the screen.
 * @returns null when the key means nothing here.
 */
export function treeAction(
  key: string,
  rows: readonly TreeRow[],
  index: number,
  page: number,
): TreeAction | null {
  const row = rows[index];
  if (!row) return null;
  const focus = (to: number): TreeAction => ({
    kind: 'focus',
    index: Math.min(Math.max(to, 0), rows.length - 1),
  });
  switch (key) {
    case 'ArrowDown':
      return focus(index + 1);
    case 'ArrowUp':
      return focus(index - 1);
    case 'Home':
      return focus(0);
    case 'End':
      return focus(rows.length - 1);
    case 'PageDown':
      return focus(index + page);
    case 'PageUp':
      return focus(index - page);
    case 'ArrowRight':
      if (row.expanded === undefined) return null;
      return row.expanded ? focus(index + 1) : { kind: 'expand', key: row.key };
    case 'ArrowLeft':
      return row.expanded ? { kind: 'collapse', key: row.key } : focus(parentOf(rows, index));
    case 'Enter':
      return row.expanded === undefined ? null : { kind: 'toggle', key: row.key };
    default:
      return key.length === 1 && key !== ' ' ? focus(typeAhead(rows, index, key)) : null;
  }
}
