/** Which files are selected. Values are replaced, never changed. */
export interface Selection {
  /** Paths of the selected files. */
  readonly paths: ReadonlySet<string>;
  /** The file that the keyboard is at; empty for none. */
  readonly current: string;
  /** Where a range that Shift extends begins. */
  readonly anchor: string;
}

export const NOTHING: Selection = { paths: new Set(), current: '', anchor: '' };

/** Keys that were down while the user chose. */
export interface Modifiers {
  readonly shiftKey: boolean;
  readonly ctrlKey: boolean;
}

export function only(path: string): Selection {
  return path ? { paths: new Set([path]), current: path, anchor: path } : NOTHING;
}

/** @param all Paths in the order in which they are shown. */
export function everything(selection: Selection, all: readonly string[]): Selection {
  const current = selection.current || (all[0] ?? '');
  return { paths: new Set(all), current, anchor: current };
}

function range(from: string, to: string, all: readonly string[]): string[] {
  const [a, b] = [all.indexOf(from), all.indexOf(to)];
  return all.slice(Math.min(a < 0 ? b : a, b), Math.max(a, b) + 1);
}

/** A click on `path`: alone, with Ctrl in or out, with Shift all from the anchor on. */
export function clicked(
  selection: Selection,
  path: string,
  { shiftKey, ctrlKey }: Modifiers,
  all: readonly string[],
): Selection {
  if (shiftKey) {
    const anchor = selection.anchor || path;
    return { paths: new Set(range(anchor, path, all)), current: path, anchor };
  }
  if (!ctrlKey) return only(path);
  const paths = new Set(selection.paths);
  if (!paths.delete(path)) paths.add(path);
  return { paths, current: path, anchor: path };
}

/** The keyboard goes to `path`: as a click, but with Ctrl alone it only goes there. */
export function moved(
  selection: Selection,
  path: string,
  modifiers: Modifiers,
  all: readonly string[],
): Selection {
  if (modifiers.ctrlKey && !modifiers.shiftKey) return { ...selection, current: path };
  return clicked(selection, path, modifiers, all);
}

/** Without what is no longer there. */
export function kept(selection: Selection, all: readonly string[]): Selection {
  const there = new Set(all);
  const at = (path: string) => (there.has(path) ? path : '');
  return {
    paths: new Set([...selection.paths].filter((path) => there.has(path))),
    current: at(selection.current),
    anchor: at(selection.anchor),
  };
}
