import type { DumpedProcess, ProcessDumps } from './process-dump.js';

/** What is dumped of a desktop: its shell, a service host, a window, 32-bit code, an app that is suspended. */
export const DUMPED = ['explorer', 'DcomLaunch', 'Taskmgr', 'MicrosoftEdgeUpdate', 'SearchHost'] as const;

export type DumpedName = (typeof DUMPED)[number];

/** Dumps one of them, a service host by the name of a service; what is true of it, and the dump's path. */
export function dumpOf(dumps: ProcessDumps, name: DumpedName): { truth: DumpedProcess; path: string } {
  dumps.prepare();
  const truth = dumps.find(
    ({ services, path }) => (services?.includes(name) ?? false) || (path?.endsWith(`\\${name}.exe`) ?? false),
  );
  return { truth, path: dumps.dump(truth.pid) };
}
