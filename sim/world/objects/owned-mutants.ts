import type { Kernel } from '../../machine/machine.js';
import data from '../catalogue/named-objects.json';
import type { StagedProcess } from '../stage.js';
import { isMeant } from './process-kind.js';

/** Lets the first thread of a program own a mutant, where both are there: programs that run once hold one for life. */
export function ownMutants(kernel: Kernel, processes: readonly StagedProcess[]): void {
  for (const [path, name] of Object.entries(data.owned)) {
    const mutant = kernel.namespace.find(path);
    const owner = processes.find((process) => isMeant(process, name))?.threads[0];
    if (mutant && owner) kernel.core.exports.waitOwnMutant(mutant.address, owner.address);
  }
}
