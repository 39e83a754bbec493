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
  const generalSpec = rename(spec, general);
  const globals = scope.globals.map(general);
  const key = JSON.stringify([family, generalSpec, globals]);
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
