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
  readonly jobs: readonly StagedJob[];
  readonly ports: ServerPort[];
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
  for (const process of processes) tokens.assign(process);
  const areas = [...files.keys()];
  const jobs = createJobs(kernel, processes);
  const ports = createPorts(kernel, processes);
  new Handles(kernel, { registry, ports, tokens, areas, jobs }, processes, seed).populate();
  ownMutants(kernel, processes);
  return { registry, tokens, jobs, ports };
}
