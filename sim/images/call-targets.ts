import type { FunctionSpec, ModuleSpec } from './spec.js';

/**
 * Functions of a module that something may call through a pointer, in the order of `placed`, which are its functions as
 * they lie in the image: what is exported, what data points at, and what no code of the module calls by name and so
 * must be given to others.
 */
export function indirectCallTargets(
  { functions, globals }: ModuleSpec,
  placed: Iterable<FunctionSpec>,
): string[] {
  const called = new Set<string | undefined>();
  for (const { calls, tail } of functions) {
    called.add(tail);
    if (calls) for (const { to } of calls) called.add(to);
  }
  // What data points at may be called by name, too.
  for (const { pointers } of globals) if (pointers) for (const name of pointers) called.delete(name);
  const targets: string[] = [];
  for (const { name, exported } of placed) if (exported || !called.has(name)) targets.push(name);
  return targets;
}
