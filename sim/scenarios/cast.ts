import type { StagedProcess, StagedThread, Stage } from '../world/stage.js';
import type { ProcessSelector, ThreadSelector } from './selectors.js';

export interface ChosenThread {
  readonly process: StagedProcess;
  readonly thread: StagedThread;
}

/** A lock that a scenario names: an ERESOURCE or a mutant. */
export interface NamedLock {
  readonly address: bigint;
  /** Threads, by the scenario's names. */
  owner?: string;
  wantedBy?: string;
}

/** Who a scenario's steps are about: finds processes and threads as a step names them. */
export class Cast {
  readonly #stage: Stage;
  readonly #threads = new Map<string, ChosenThread>();
  readonly resources = new Map<string, NamedLock>();
  readonly mutants = new Map<string, NamedLock>();

  constructor(stage: Stage) {
    this.#stage = stage;
  }

  /** @throws RangeError with a sentence for the user when none or more than one process is meant */
  process(selector: ProcessSelector): StagedProcess {
    if (typeof selector === 'string') return this.#only(selector);
    if ('service' in selector) return this.#hostOf(selector.service);
    const found = this.#named(selector.image);
    const process = found[selector.index];
    if (!process)
      throw new RangeError(`${none(selector.image, found.length)} It cannot have index ${selector.index}.`);
    return process;
  }

  /** @throws RangeError with a sentence for the user when there is no such thread */
  thread(selector: ThreadSelector): ChosenThread {
    if (typeof selector === 'string') {
      const found = this.#threads.get(selector);
      if (!found) throw new RangeError(`No earlier step named a thread "${selector}".`);
      if (!found.process.threads.includes(found.thread))
        throw new RangeError(`The thread "${selector}" has ended. Name another.`);
      return found;
    }
    const process = this.process(selector.process);
    const thread = process.threads[selector.index];
    if (!thread)
      throw new RangeError(
        `${process.name} (${process.pid}) has ${process.threads.length} threads, none with index ${selector.index}.`,
      );
    return { process, thread };
  }

  /** Gives a thread a name for later steps. @throws RangeError when another has it */
  nameThread(name: string, thread: ChosenThread): void {
    if (this.#threads.has(name))
      throw new RangeError(`Two threads are called "${name}". Choose another name.`);
    this.#threads.set(name, thread);
  }

  /** To be called when all steps are done. @throws RangeError when a thread waits for what nobody owns */
  finish(): void {
    for (const [name, { owner, wantedBy }] of [...this.resources, ...this.mutants])
      if (wantedBy !== undefined && owner === undefined)
        throw new RangeError(`${wantedBy} waits for ${name}, which nobody owns. Let another thread own it.`);
  }

  #named(image: string): StagedProcess[] {
    return this.#stage.processes.filter(
      ({ name, spec, exitTime }) =>
        exitTime === undefined &&
        [name, spec.program].some((text) => text.toLowerCase() === image.toLowerCase()),
    );
  }

  #only(image: string): StagedProcess {
    const found = this.#named(image);
    if (found.length === 1) return found[0]!;
    throw new RangeError(
      found.length === 0
        ? none(image, 0)
        : `${found.length} processes are called ${image}. Choose one: { "image": "${image}", "index": 0 }, or the service it hosts.`,
    );
  }

  #hostOf(service: string): StagedProcess {
    const word = new RegExp(`-s ${service.replaceAll(/[^\w]/g, '\\$&')}(\\s|$)`, 'i');
    const found = this.#stage.processes.find(
      ({ spec, exitTime }) => exitTime === undefined && word.test(spec.commandLine ?? ''),
    );
    if (!found) throw new RangeError(`No process of this machine hosts a service "${service}".`);
    return found;
  }
}

function none(image: string, count: number): string {
  return count === 0
    ? `There is no process ${image} on this machine.`
    : `There are ${count} processes ${image} on this machine.`;
}
