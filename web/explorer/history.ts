/** Folders that were visited, and the one among them that is shown. Values are replaced, never changed. */
export interface History {
  visited: readonly string[];
  at: number;
}

export function startAt(folder: string): History {
  return { visited: [folder], at: 0 };
}

/** Goes to `folder`; what lay ahead is forgotten, as a browser does. */
export function goTo(history: History, folder: string): History {
  const { visited, at } = history;
  if (visited[at] === folder) return history;
  return { visited: [...visited.slice(0, at + 1), folder], at: at + 1 };
}

/** @param steps -1 for back, 1 for forward. @returns `null` where there is nothing. */
export function step(history: History, steps: -1 | 1): History | null {
  const at = history.at + steps;
  return history.visited[at] === undefined ? null : { ...history, at };
}

export function folderOf({ visited, at }: History): string {
  return visited[at]!;
}
