import type { Kernel } from '../../machine/machine.js';
import data from '../catalogue/named-objects.json';
import type { StagedProcess } from '../stage.js';
import { isMeant } from './process-kind.js';

/** A server's connection port. */
export interface ServerPort {
  readonly path: string;
  /** ALPC_PORT. */
  readonly address: bigint;
  readonly server: StagedProcess;
}

/** Creates the named ports of the servers that are on the machine. */
export function createPorts(kernel: Kernel, processes: readonly StagedProcess[]): ServerPort[] {
  const { exports } = kernel.core;
  exports.portInitialise(kernel.typeIndex.get('ALPC Port')!);
  const ports: ServerPort[] = [];
  for (const [path, name] of Object.entries(data.ports)) {
    const server = processes.find((process) => isMeant(process, name));
    if (!server) continue;
    ports.push(createPort(kernel, path, server));
  }
  return ports;
}

/** Creates a server's connection port at a path; it has no handle yet. */
export function createPort(kernel: Kernel, path: string, server: StagedProcess): ServerPort {
  const { core, namespace } = kernel;
  const at = path.lastIndexOf('\\');
  const directory = namespace.findDirectory(at === 0 ? '\\' : path.slice(0, at));
  const nameBytes = core.putWordsAndText([], path.slice(at + 1));
  const address = core.exports.portCreate(directory, nameBytes, server.address);
  namespace.register(path, 'ALPC Port', address);
  return { path, address, server };
}
