import type { MachineSize } from '../machine/size.js';
import desktop from './catalogue/populations/desktop.json';
import tiny from './catalogue/populations/tiny.json';

/** A process as a population asks for it. */
export interface ProcessSpec {
  /** Name of a program in the catalogue of programs; also the process's name unless `as` gives another. */
  readonly program: string;
  /** Name by which other processes know it. */
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

/** Who lives on a machine. */
export type Population = readonly ProcessSpec[];

const files: Readonly<Record<string, { processes: unknown }>> = { desktop, tiny };

/** The processes of a machine of a size, in the order in which they are created. */
export function populationOf(size: MachineSize): Population {
  return size.populations.flatMap((name) => {
    const file = files[name];
    if (!file) throw new RangeError(`no population ${name}`);
    return file.processes as ProcessSpec[];
  });
}
