import type { FunctionSpec, ModuleSpec } from '../spec.js';
import graph from './call-graph.json';

type Graph = Readonly<Record<string, Readonly<Record<string, string>>>>;

const calls: Graph = graph.calls;
const references: Graph = graph.references;
/** Functions by module that have a buffer among their locals. */
const cookies: Readonly<Record<string, string>> = graph.cookies;
/** Functions by module that have a `__try`. */
const guards: Readonly<Record<string, string>> = graph.guarded;

/** Functions by module of which a part lies elsewhere, each with the number of its first call there. */
const coldParts: Readonly<Record<string, Readonly<Record<string, number>>>> = graph.cold;

/** A module whose functions with seldom used parts have them elsewhere. Throws when the module lacks one of them. */
export function withColdParts(spec: ModuleSpec): ModuleSpec {
  const cold = new Map(Object.entries(coldParts[spec.module] ?? {}));
  if (cold.size === 0) return spec;
  const functions = spec.functions.map((each) => {
    const calls = cold.get(each.name);
    cold.delete(each.name);
    return calls === undefined ? each : { ...each, cold: { calls } };
  });
  if (cold.size > 0) throw new Error(`${spec.module} has no ${[...cold.keys()].join(', ')}`);
  return { ...spec, functions };
}

/** A module whose functions with buffers have stack cookies. Throws when the module has no function of a name listed. */
export function withCookies(spec: ModuleSpec): ModuleSpec {
  const buffers = new Set(words(cookies[spec.module]));
  if (buffers.size === 0) return spec;
  const functions = spec.functions.map((each) =>
    buffers.delete(each.name) ? { ...each, cookie: true } : each,
  );
  if (buffers.size > 0) throw new Error(`${spec.module} has no ${[...buffers].join(', ')}`);
  return { ...spec, functions };
}

/**
 * A module with what the call graph says of it: whom its functions call besides the calls that their specs place, the
 * functions that only the graph knows, and the data that functions refer to. Throws when a function that the graph lets
 * call others has a body that cannot.
 */
export function withCallGraph(spec: ModuleSpec): ModuleSpec {
  const own = calls[spec.module];
  if (!own) return spec;
  const known = new Map(spec.functions.map((each) => [each.name, each]));
  const called = Object.values(own).flatMap(words);
  const more = new Set([...Object.keys(own), ...called].filter((name) => !name.includes('!')));
  const functions = [...spec.functions, ...[...more].filter((name) => !known.has(name)).map(newFunction)];
  const data = references[spec.module] ?? {};
  const guarded = new Set(words(guards[spec.module]));
  return {
    ...spec,
    functions: functions.map((each) => ({
      ...extended(each, words(own[each.name]), words(data[each.name])),
      ...(guarded.has(each.name) ? { guarded: true } : {}),
    })),
  };
}

function newFunction(name: string): FunctionSpec {
  return name.startsWith('Zw') ? { name, template: 'zw-stub' } : { name };
}

function extended(spec: FunctionSpec, callees: string[], globals: string[]): FunctionSpec {
  const { name, template, frame, calls: placed = [] } = spec;
  if (callees.length > 0 && (template || frame?.leaf)) throw new Error(`${name} cannot call anybody`);
  const has = new Set(placed.map(({ to }) => to));
  const added = callees.filter((callee) => !has.has(callee)).map((to) => ({ to }));
  return {
    ...spec,
    ...(added.length > 0 ? { calls: [...placed, ...added] } : {}),
    ...(globals.length > 0 ? { references: globals } : {}),
  };
}

function words(text = ''): string[] {
  return text.split(' ').filter((word) => word !== '');
}
