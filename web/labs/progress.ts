import { get, update } from 'idb-keyval';

const KEY = 'labs:solved';

/** Tasks that were solved, by the name of their lab. */
export type Progress = Readonly<Record<string, readonly string[]>>;

/** What this browser remembers; one that keeps nothing (private mode) begins anew. */
export async function readProgress(): Promise<Progress> {
  return (await get<Progress>(KEY).catch(() => undefined)) ?? {};
}

/** `progress` with a task of a lab solved. */
export function withSolved(progress: Progress, lab: string, task: string): Progress {
  const solved = progress[lab] ?? [];
  return solved.includes(task) ? progress : { ...progress, [lab]: [...solved, task] };
}

/** Remembers a solved task, beside what another tab has. */
export async function keepSolved(lab: string, task: string): Promise<void> {
  await update<Progress>(KEY, (kept) => withSolved(kept ?? {}, lab, task)).catch(() => undefined);
}
