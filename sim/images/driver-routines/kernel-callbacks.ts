import data from './kernel-callbacks.json';

/** A routine of a driver's that the kernel calls for each process, thread or image: `module!Function`. */
export interface NotifyRoutine {
  readonly routine: string;
  /** Whether it was given to the interface that can also forbid the process. */
  readonly extended?: boolean;
  /** Whom it calls: `module!Function`. */
  readonly calls?: readonly string[];
}

/** Routines by what they are told of, in the order in which drivers have entered them. */
export const notifyRoutines: Readonly<Record<'process' | 'thread' | 'image', readonly NotifyRoutine[]>> =
  data.notify;

/** What the kernel asks CI.dll about signatures with: the slots of nt!SeCiCallbacks after its size. */
export const trustRoutines: readonly string[] = data.codeIntegrity.map((name) => `CI!${name}`);
