import type { Kernel } from '../machine/machine.js';
import type { ThreadArchetype } from './archetypes.js';

/** A dispatcher object that a thread waits for. */
export interface WaitObject {
  readonly address: bigint;
  readonly type: 'Event' | 'Mutant' | 'Semaphore' | 'Queue' | 'PriQueue' | 'Timer';
  /** It lies inside another object, as a file's event does, and nothing opens it by itself. */
  readonly isInside?: true;
}

/** Names in _KOBJECTS of what can be created. */
const KINDS = {
  Event: 'EventSynchronizationObject',
  Mutant: 'MutantObject',
  Semaphore: 'SemaphoreObject',
  Queue: 'QueueObject',
  PriQueue: 'PriQueueObject',
} as const;
const KERNEL_OWNED = 0;
const RESOURCE_TAG = 'Ntfr'; // NTFS's resources

/** Four characters as a pool tag. */
function tag(text: string): number {
  return [...text].reduceRight((value, character) => value * 256 + character.charCodeAt(0), 0);
}

/** Makes what a thread waits for. */
export interface WaitMaker {
  /** Objects for a thread to wait for, in the order of its wait blocks. */
  forThread(thread: bigint, archetype: ThreadArchetype, isUser: boolean): WaitObject[];
}

/** Makes what a process's threads wait for, by archetype. */
export class WaitObjects implements WaitMaker {
  readonly #kernel: Kernel;
  readonly #shared = new Map<string, WaitObject>();
  readonly #resources = new Map<string, bigint>();
  /** The thread before, which owns the mutant that the next one waits for. */
  #before = 0n;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  /** Objects for a thread to wait for, in the order of its wait blocks; queues also get the thread as a server. */
  forThread(thread: bigint, archetype: ThreadArchetype, isUser: boolean): WaitObject[] {
    const objects = this.#objects(thread, archetype, isUser);
    this.#before = thread;
    return objects;
  }

  #objects(thread: bigint, { wait }: ThreadArchetype, isUser: boolean): WaitObject[] {
    const { exports } = this.#kernel.core;
    switch (wait.kind) {
      case 'none':
        return [];
      case 'thread-timer':
        return [{ address: exports.waitThreadTimer(thread), type: 'Timer' }];
      case 'suspend-event':
        return [{ address: exports.waitThreadSuspendEvent(thread), type: 'Event' }];
      case 'page':
        return [{ address: exports.pagingCreateTransfer(), type: 'Event' }];
      case 'alpc-semaphore':
        return [{ address: exports.waitThreadAlpcSemaphore(thread), type: 'Semaphore' }];
      case 'mutant': {
        const mutant = this.#create('Mutant', isUser);
        exports.waitOwnMutant(mutant.address, this.#before === 0n ? thread : this.#before);
        return [mutant];
      }
      case 'resource-owner':
        exports.resourceOwn(this.#resource(wait.shared!), thread, true);
        return [this.#create('Event', isUser)];
      case 'resource-exclusive':
      case 'resource-shared': {
        const isExclusive = wait.kind === 'resource-exclusive';
        const address = exports.resourceWant(this.#resource(wait.shared!), thread, isExclusive);
        if (wait.suspendPending) exports.threadQueueSuspension(thread);
        return [{ address, type: isExclusive ? 'Event' : 'Semaphore' }];
      }
      case 'queue':
      case 'priority-queue': {
        const type = wait.kind === 'queue' ? 'Queue' : 'PriQueue';
        const queue = this.#sharedOr(wait.shared, () => this.#create(type, isUser));
        exports.waitAttachToQueue(thread, queue.address, this.#kind(type));
        return [queue];
      }
      default: {
        const type = wait.kind === 'event' ? 'Event' : 'Semaphore';
        return Array.from({ length: wait.count ?? 1 }, () => this.#create(type, isUser));
      }
    }
  }

  #resource(name: string): bigint {
    const resource = this.#resources.get(name) ?? this.#kernel.core.exports.resourceCreate(tag(RESOURCE_TAG));
    this.#resources.set(name, resource);
    return resource;
  }

  #kind(type: keyof typeof KINDS): number {
    return this.#kernel.profile.enums._KOBJECTS[KINDS[type]]!;
  }

  #sharedOr(name: string | undefined, create: () => WaitObject): WaitObject {
    if (name === undefined) return create();
    const found = this.#shared.get(name) ?? create();
    this.#shared.set(name, found);
    return found;
  }

  /** User mode waits for objects with a header; the kernel's own lie inside its structures. */
  #create(type: keyof typeof KINDS, isUser: boolean): WaitObject {
    const name = {
      Event: 'Event',
      Mutant: 'Mutant',
      Semaphore: 'Semaphore',
      Queue: 'IoCompletion',
      PriQueue: '',
    }[type];
    const index = isUser ? (this.#kernel.typeIndex.get(name) ?? KERNEL_OWNED) : KERNEL_OWNED;
    const poolTag = tag(isUser ? name.slice(0, 4).padEnd(4) : 'Exwq');
    return { address: this.#kernel.core.exports.waitCreateObject(this.#kind(type), index, poolTag), type };
  }
}
