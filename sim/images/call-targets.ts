import { CODE_SECTIONS } from './pe/section-kinds.js';
import type { ModuleSpec } from './spec.js';

/**
 * Functions of a module that something may call through a pointer, in the order in which they lie in the image: what
 * is exported, what data points at, and what no code of the module calls by name and so must be given to others.
 */
export function indirectCallTargets({ functions, globals }: ModuleSpec): string[] {
  const pointedAt = new Set(globals.flatMap(({ pointers = [] }) => pointers));
  const called = new Set(functions.flatMap(({ calls = [], tail }) => [...calls.map(({ to }) => to), tail]));
  return CODE_SECTIONS.flatMap((section) => functions.filter((each) => (each.section ?? '.text') === section))
    .filter(({ name, exported }) => exported === true || pointedAt.has(name) || !called.has(name))
    .map(({ name }) => name);
}
