import type { Hardware, MachineSize, PopulationPart } from '../machine/size.js';
import { dealThreads } from './thread-mix.js';
import boot from './catalogue/populations/boot.json';
import developer from './catalogue/populations/developer.json';
import learner from './catalogue/populations/learner.json';
import logon from './catalogue/populations/logon.json';
import server from './catalogue/populations/server.json';
import services from './catalogue/populations/services.json';
import shell from './catalogue/populations/shell.json';
import system from './catalogue/populations/system.json';
import taskManager from './catalogue/populations/task-manager.json';
import tiny from './catalogue/populations/tiny.json';

/**
 * What a process is beyond an ordinary one. critical: the machine stops when it ends. minimal: without user mode.
 * secure: a trustlet's or the secure kernel's. suspended: frozen by the application model. no-session: of no session.
 * exited: it has ended, but something still refers to it. gone: only its id is left, with those it started.
 */
export type Trait = 'critical' | 'minimal' | 'secure' | 'suspended' | 'no-session' | 'exited' | 'gone';

/** A service: its name and what the service manager displays. */
export type Service = readonly [name: string, displayName: string];

/** What the files of the catalogue say of a process. */
interface ProcessEntry {
  /** Name of a program in the catalogue of programs. */
  readonly program: string;
  /** Name by which other processes know it, where that is not the program's. */
  readonly as?: string;
  readonly parent?: string;
  readonly session?: number;
  /** Account that it runs as; by default SYSTEM in session 0, who is logged on in others. */
  readonly user?: string;
  readonly traits?: readonly Trait[];
  readonly commandLine?: string;
  readonly description?: string;
  readonly services?: readonly Service[];
  /** How many threads of each archetype; for each `processor` or `node` one where it says so. */
  readonly threads?: Readonly<Record<string, number | 'processor' | 'node'>>;
  /** How many threads in all; those that are not named come from the mix. */
  readonly threadCount?: number;
  readonly mix?: string;
  /** Threads that have ended and were not let go of. */
  readonly endedThreads?: number;
  readonly handles?: number;
  readonly privateMB?: number;
  readonly cpu?: number;
  readonly disk?: number;
  /** Seconds from its start to its end, of those that have ended. */
  readonly lives?: number;
  /** So many of them; `%N%` in a command line is the number of each. */
  readonly instances?: number;
}

interface PopulationFile {
  readonly title: string;
  /** Seconds after the boot at which the first process starts, and from one to the next. */
  readonly startsAt: number;
  readonly every: number;
  readonly processes: readonly ProcessEntry[];
}

/** A process to be created. */
export interface ProcessSpec {
  readonly program: string;
  /** Its own name in the population; unique but for instances. */
  readonly as?: string;
  readonly parent?: string;
  /** `undefined` when it belongs to no session. */
  readonly session?: number | undefined;
  readonly user: string;
  readonly traits: readonly Trait[];
  readonly commandLine?: string;
  readonly description?: string;
  readonly services: readonly Service[];
  /** How many threads of each archetype. */
  readonly threads: Readonly<Record<string, number | undefined>>;
  /** Threads that have ended and were not let go of. */
  readonly endedThreads: number;
  /** Handles that it has opened. */
  readonly handles: number;
  /** Private working set beyond stacks, TEBs and PEB. */
  readonly privateMB: number;
  /** Percent of the machine's processor time that it uses. */
  readonly cpu: number;
  /** Bytes a second that it reads from disk. */
  readonly disk: number;
  /** Seconds from the boot to its start. */
  readonly startsAt: number;
  readonly lives?: number;
  /** It runs with its user's full rights. */
  readonly elevated?: boolean;
}

/** Who lives on a machine, in the order in which they are created. */
export type Population = readonly ProcessSpec[];

const files: Readonly<Record<string, unknown>> = {
  boot, developer, learner, logon, server, services, shell, system, 'task-manager': taskManager, tiny,
}; // prettier-ignore

const MINIMUM_GAP = 0.01;
const SPREAD = [0.6, 1.5, 0.9, 1.2, 0.7, 1.1]; // of working sets: instances differ
/** Per-user services have the log-on session's id in their names. */
const LOGON_IDS = 0x4f2a1;

/** The processes of a machine of a size, in the order in which they are created. */
export function populationOf(size: MachineSize, hardware: Hardware): Population {
  const dealer = dealThreads(hardware);
  const known = new Set<string>();
  let time = 0;
  return size.populations.flatMap((part) => {
    const file = fileOf(part);
    const startsAt = part.startsAt ?? file.startsAt;
    let count = 0;
    return file.processes.flatMap((entry) =>
      Array.from({ length: entry.instances ?? 1 }, (_, instance) => {
        time = Math.max(time + MINIMUM_GAP, startsAt + count * file.every * spreadOf(count));
        count++;
        const spec = {
          ...identityOf(entry, part, instance, known),
          threads: dealer(entry),
          startsAt: time,
          endedThreads: entry.endedThreads ?? 0,
          handles: entry.handles ?? 0,
          privateMB: (entry.privateMB ?? 0) * (entry.instances ? spreadOf(instance) : 1),
          cpu: entry.cpu ?? 0,
          disk: entry.disk ?? 0,
          ...(entry.lives === undefined ? {} : { lives: entry.lives }),
        };
        known.add(spec.as ?? spec.program);
        return spec;
      }),
    );
  });
}

/** Names of the programs that run on it, each as often as it does. */
export function programsOf(population: Population): string[] {
  return population.map(({ program }) => program);
}

function fileOf({ file }: PopulationPart): PopulationFile {
  const found = files[file];
  if (!found) throw new RangeError(`no population ${file}`);
  return found as PopulationFile;
}

function spreadOf(index: number): number {
  return SPREAD[index % SPREAD.length]!;
}

/** What tells a process from others: names, session, account. Names of one session do not clash with another's. */
function identityOf(entry: ProcessEntry, part: PopulationPart, instance: number, known: ReadonlySet<string>) {
  const traits = entry.traits ?? [];
  const session = entry.session ?? part.session ?? 0;
  const own = (name: string) => (session === part.session && session > 1 ? `${name}@${session}` : name);
  const parentOf = (name: string) => (known.has(own(name)) ? own(name) : name);
  const fill = (text: string) =>
    text
      .replaceAll('%N%', String(instance + 1))
      .replaceAll('%SESSION%', String(session))
      .replaceAll('%LUID%', (LOGON_IDS + session * 0x1c3b).toString(16));
  const belongsToNone =
    traits.includes('no-session') || traits.includes('minimal') || entry.program === 'System';
  return {
    program: entry.program,
    as: own(entry.as ?? entry.program),
    ...(entry.parent === undefined ? {} : { parent: parentOf(entry.parent) }),
    session: belongsToNone ? undefined : session,
    user: fill(entry.user ?? (session === 0 ? 'SYSTEM' : (part.user ?? 'SYSTEM'))),
    traits,
    services: (entry.services ?? []).map(([name, display]): Service => [fill(name), fill(display)]),
    ...(entry.commandLine === undefined ? {} : { commandLine: fill(entry.commandLine) }),
    ...descriptionOf(entry),
  };
}

/** What a process that is started at run time is to be. */
export interface StartWish {
  readonly program: string;
  readonly user: string;
  readonly session: number;
  readonly commandLine?: string;
  readonly services?: readonly Service[];
  readonly elevated?: boolean;
  readonly threads: ProcessSpec['threads'];
  readonly handles: number;
  readonly privateMB: number;
  readonly cpu?: number;
}

/** The same as the population would have it. */
export function specOf({ services = [], ...wish }: StartWish, startsAt: number): ProcessSpec {
  const { program, commandLine, user, session, elevated, threads, handles, privateMB, cpu = 0 } = wish;
  return {
    program,
    user,
    session,
    threads,
    handles,
    privateMB,
    cpu,
    ...(commandLine === undefined ? {} : { commandLine }),
    ...(elevated ? { elevated } : {}),
    traits: [],
    services,
    endedThreads: 0,
    disk: 0,
    startsAt,
    ...descriptionOf({ program, services, ...(commandLine === undefined ? {} : { commandLine }) }),
  };
}

/** Task Manager names hosts of services after what they host. */
function descriptionOf({ program, description, services }: ProcessEntry): { description?: string } {
  if (description !== undefined) return { description };
  if (program !== 'svchost.exe' || !services?.length) return {};
  return { description: `Service Host: ${services[0]![1].replace(/_%LUID%$/, '')}` };
}
