import baseline from './catalogue/baseline.json';
import programs from '../world/catalogue/programs.json';
import threads from '../world/catalogue/threads.json';

/** A machine as a scenario asks for it. */
export interface Scenario {
  readonly name: string;
  readonly title: string;
  readonly profile: string;
  readonly memoryMB: number;
  readonly processors: number;
  /** ISO 8601, UTC. */
  readonly bootTime: string;
  readonly uptimeSeconds: number;
  readonly bootId: number;
  /** Files that the cache manager has mapped. */
  readonly fileCacheMB: number;
  /** Percent of the machine's processor time that interrupts and DPCs take. */
  readonly interruptsCpu: number;
  readonly processes: readonly ScenarioProcess[];
}

export interface ScenarioProcess {
  /** Name of a program in the catalogue of programs; also the process's name unless `as` gives another. */
  readonly program: string;
  /** Name by which other processes of the scenario know it. */
  readonly as?: string;
  readonly parent?: string;
  readonly session?: number;
  readonly traits?: readonly string[];
  readonly commandLine?: string;
  readonly description?: string;
  /** How many threads of each archetype. */
  readonly threads: Readonly<Record<string, number | undefined>>;
  /** Private working set beyond stacks, TEBs and PEB. */
  readonly privateMB?: number;
  /** Percent of the machine's processor time that it uses. */
  readonly cpu?: number;
  /** Bytes a second that it reads from disk. */
  readonly disk?: number;
}

export interface Program {
  readonly description: string;
  readonly publisher: string;
  readonly group: 'app' | 'background' | 'windows';
  readonly priorityClass: string;
  /** PS_PROTECTION.Level. */
  readonly protection: number;
  readonly path: string;
  readonly commandLine: string;
}

export interface ThreadArchetype {
  readonly description: string;
  /** Kernel stack from the innermost function out. */
  readonly stack: readonly string[];
  readonly waitReason: string;
  readonly waitMode: 'Kernel' | 'User';
  readonly priority: number;
  readonly wait: {
    readonly kind:
      | 'event'
      | 'semaphore'
      | 'queue'
      | 'priority-queue'
      | 'thread-timer'
      | 'alpc-semaphore'
      | 'suspend-event'
      | 'none';
    readonly count?: number;
    /** Threads that name the same object wait for one and the same. */
    readonly shared?: string;
  };
  /** System threads: their start routine. */
  readonly start?: string;
  /** User threads: the stub in which they left user mode. */
  readonly userCall?: string;
  /** It does not wait but runs on the first processor. */
  readonly running?: boolean;
}

/** Stacks of what processors do while a dump is captured. */
export const processorStacks = threads.processors;

const scenarios: ReadonlyMap<string, Scenario> = new Map([[baseline.name, baseline as Scenario]]);

/** Names of all scenarios. */
export function scenarioNames(): string[] {
  return [...scenarios.keys()];
}

/** @throws Error with a sentence for the user when there is no such scenario */
export function findScenario(name: string): Scenario {
  const scenario = scenarios.get(name);
  if (!scenario)
    throw new RangeError(`There is no scenario "${name}". Scenarios: ${scenarioNames().join(', ')}.`);
  return scenario;
}

/** The catalogue's entry for a program. */
export function findProgram(name: string): Program {
  const program = (programs.programs as unknown as Record<string, Program | undefined>)[name];
  if (!program) throw new RangeError(`no program ${name} in the catalogue`);
  return program;
}

/** The archetype of a thread. */
export function findArchetype(name: string): ThreadArchetype {
  const archetype = (threads.archetypes as unknown as Record<string, ThreadArchetype | undefined>)[name];
  if (!archetype) throw new RangeError(`no thread archetype ${name}`);
  return archetype;
}

/** What the file system says of a program: its version resource. */
export interface ProgramFile {
  readonly imageName: string;
  readonly description: string;
  readonly publisher: string;
  readonly group: Program['group'];
  /** DOS path, empty for what has no file. */
  readonly path: string;
}

const SYSTEM_PID = 4;

/** Looks a process's image up by its NT path, as Task Manager asks the file for its description. */
export function programByPath(imagePath: string, pid: number): ProgramFile {
  const imageName = pid === SYSTEM_PID ? 'System' : imagePath.slice(imagePath.lastIndexOf('\\') + 1);
  const { description, publisher, group } = findProgram(imageName);
  const path = imagePath.startsWith('\\Device\\') ? imagePath.replace(/^\\Device\\[^\\]+/, 'C:') : '';
  return { imageName, description, publisher, group, path };
}
