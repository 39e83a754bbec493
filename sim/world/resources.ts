import type { Kernel } from '../machine/machine.js';
import catalogue from './catalogue/resources.json';

/** Puts the executive resources on a machine that no thread owns: the kernel's own, and those of open files. */
export function createIdleResources({ core, loaded, size }: Kernel, seed: bigint): void {
  core.exports.resourceInitialise(loaded.address('nt!PsLoadedModuleResource'));
  const tag = [...catalogue.tag].reduceRight((value, character) => value * 256 + character.charCodeAt(0), 0);
  core.exports.resourceCreateMany(catalogue.bySize[size.name], tag, seed);
}
