import threads from './catalogue/threads.json';

/** What threads of one kind have in common: where they stand in the kernel, and what they wait for. */
export interface ThreadArchetype {
  readonly description: string;
  /** Kernel stack from the innermost function out. */
  readonly stack: readonly string[];
  readonly waitReason: string;
  readonly waitMode: 'Kernel' | 'User';
  readonly priority: number;
  /** APCs of user mode end its wait; those that come to others stay queued. */
  readonly alertable?: boolean;
  /** A program has queued an APC to it. */
  readonly userApc?: boolean;
  readonly wait: {
    readonly kind:
      | 'event'
      | 'semaphore'
      | 'queue'
      | 'priority-queue'
      | 'thread-timer'
      | 'alpc-semaphore'
      | 'suspend-event'
      | 'mutant'
      | 'resource-owner'
      | 'resource-exclusive'
      | 'resource-shared'
      | 'page'
      | 'none';
    readonly count?: number;
    /** Threads that name the same object wait for one and the same. */
    readonly shared?: string;
    /** The thread is asked to suspend itself, but cannot yet. */
    readonly suspendPending?: boolean;
  };
  /** Request of the catalogue that the thread waits for, on its file's event; `wait` where the machine lacks the device. */
  readonly request?: string;
  /** System threads: their start routine. */
  readonly start?: string;
  /** User threads: the stub in which they left user mode. */
  readonly userCall?: string;
  /** What the page fault on its stack was about. */
  readonly faultAddress?: string;
  /** The archetype of the thread that it is in the middle of creating. */
  readonly creates?: string;
  /** It does not wait but runs on the first processor. */
  readonly running?: boolean;
}

const archetypes: ReadonlyMap<string, ThreadArchetype> = new Map(
  Object.entries(threads.archetypes as unknown as Record<string, ThreadArchetype>),
);

/** Stacks of what processors do while a dump is captured. */
export const processorStacks = threads.processors;

/** @throws RangeError when there is no archetype of the name */
export function findArchetype(name: string): ThreadArchetype {
  const archetype = archetypes.get(name);
  if (!archetype) throw new RangeError(`no thread archetype ${name}`);
  return archetype;
}
