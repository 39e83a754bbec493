import type { FunctionSpec, ModuleSpec } from '../spec.js';
import { generateFunction, type CodeBlock, type CodeScope } from './function.js';

const PREFIX = '\u0001'; // stands for a module's own prefix: no name holds it
const blocks = new Map<string, CodeBlock>();

/** The code of a module's function; for modules of a family, made once for all that have one like it. */
export function functionCode(spec: FunctionSpec, scope: CodeScope, shared: ModuleSpec['shared']): CodeBlock {
  if (!shared) return generateFunction(spec, scope);
  const { family, prefix } = shared;
  const general = (name: string) =>
    prefix !== '' && name.startsWith(prefix) ? PREFIX + name.slice(prefix.length) : name;
  const own = (name: string) => (name.startsWith(PREFIX) ? prefix + name.slice(PREFIX.length) : name);
  const generalSpec = prefix === '' ? spec : rename(spec, general);
  const { globals, key: globalsKey } = generalGlobals(scope, general);
  const key = `${family} ${globalsKey} ${JSON.stringify(generalSpec)}`;
  let block = blocks.get(key);
  if (!block) {
    block = generateFunction(generalSpec, { ...scope, module: family, globals });
    blocks.set(key, block);
  }
  return {
    ...block,
    spec,
    fixups: block.fixups.map((fixup) => ({ ...fixup, target: own(fixup.target) })),
    calls: block.calls.map((call) => ({ ...call, to: call.to === undefined ? undefined : own(call.to) })),
  };
}

const generalised = new WeakMap<CodeScope, { globals: readonly string[]; key: string }>();

/** A module's data by general names: the same for each of its functions. */
function generalGlobals(scope: CodeScope, general: (name: string) => string) {
  let known = generalised.get(scope);
  if (!known) {
    const globals = scope.globals.map(general);
    generalised.set(scope, (known = { globals, key: JSON.stringify(globals) }));
  }
  return known;
}

function rename(spec: FunctionSpec, general: (name: string) => string): FunctionSpec {
  const { calls } = spec;
  return {
    ...spec,
    name: general(spec.name),
    ...(calls
      ? { calls: calls.map((call) => (call.to === undefined ? call : { ...call, to: general(call.to) })) }
      : {}),
  };
}
