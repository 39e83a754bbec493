import type { Kernel } from '../../machine/machine.js';
import type { StagedProcess } from '../stage.js';
import { Handles } from './handles.js';
import { createJobs, type StagedJob } from './jobs.js';
import { ownMutants } from './owned-mutants.js';
import { createPorts, type ServerPort } from './ports.js';
import type { Registry } from './registry.js';
import { Tokens } from './tokens.js';

/** What the object manager knows of beyond the namespace. */
export interface ObjectWorld {
  readonly registry: Registry;
  readonly tokens: Tokens;
  readonly jobs: StagedJob[];
  readonly ports: ServerPort[];
  readonly handles: Handles;
}

/** Gives a machine's processes what they have open, once all processes and threads are there. */
export function createObjectWorld(
  kernel: Kernel,
  processes: readonly StagedProcess[],
  registry: Registry,
  files: ReadonlyMap<bigint, string>,
  seed: bigint,
): ObjectWorld {
  for (const { sessionId } of processes) kernel.namespace.createSession(sessionId);
  const tokens = new Tokens(kernel);
  tokens.publishSystemSecurity();
  for (const process of processes) tokens.assign(process);
  const areas = [...files.keys()];
  const jobs = createJobs(kernel, processes);
  const ports = createPorts(kernel, processes);
  const handles = new Handles(kernel, { registry, ports, tokens, areas, jobs }, processes, seed);
  handles.populate();
  ownMutants(kernel, processes);
  return { registry, tokens, jobs, ports, handles };
}

/** Gives a process that was started at run time a token, a job where it needs one, and what it has open. */
export function enterObjectWorld(kernel: Kernel, world: ObjectWorld, process: StagedProcess): void {
  world.tokens.assign(process);
  world.jobs.push(...createJobs(kernel, [process]));
  world.handles.open(process);
}
