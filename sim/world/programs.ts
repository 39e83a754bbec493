import { windows11_22631 } from '../machine/profile.js';
import data from './catalogue/programs.json';
import type { PriorityClass } from './priority-classes.js';

/** What is known of a program: its file, and what Task Manager says of it. */
export interface Program {
  readonly description: string;
  readonly publisher: string;
  readonly group: 'app' | 'background' | 'windows';
  readonly priorityClass: PriorityClass;
  /** KPROCESS.BasePriority, where it is not that of its priority class. */
  readonly basePriority?: number;
  /** It is a 32-bit program. */
  readonly wow64?: boolean;
  /** PS_PROTECTION.Level. */
  readonly protection: number;
  readonly path: string;
  readonly commandLine: string;
}

const programs: ReadonlyMap<string, Program> = new Map(
  Object.entries(data.programs as unknown as Record<string, Program>).map(([name, program]) => [
    name,
    { ...program, path: forOwner(program.path), commandLine: forOwner(program.commandLine) },
  ]),
);

/** A path or account of the catalogue with the name of the machine's owner. */
export function forOwner(text: string): string {
  return text.replaceAll('%USERNAME%', windows11_22631.system.userName);
}

/** Names of all programs of the catalogue. */
export const programNames: readonly string[] = [...programs.keys()];

/** The catalogue's entry for a program. @throws RangeError when it has none */
export function findProgram(name: string): Program {
  const program = programs.get(name);
  if (!program) throw new RangeError(`no program ${name} in the catalogue`);
  return program;
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

/** Processes without a file, by their ids in every version of Windows. */
const NAMES: Readonly<Record<number, string>> = { 0: 'Idle', 4: 'System' };

/** Looks a process's image up by its NT path, as Task Manager asks the file for its description. */
export function programByPath(imagePath: string, pid: number): ProgramFile {
  const imageName = NAMES[pid] ?? imagePath.slice(imagePath.lastIndexOf('\\') + 1);
  const { description, publisher, group } = findProgram(imageName);
  const path = imagePath.startsWith('\\Device\\') ? imagePath.replace(/^\\Device\\[^\\]+/, 'C:') : '';
  return { imageName, description, publisher, group, path };
}
