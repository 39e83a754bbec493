import type { FunctionSpec } from '../spec.js';

/** NT's components, each by the prefixes that its functions and data have. */
const COMPONENTS = ['K[eix]', 'M[im]', 'Psp?', 'Io[pf]?|P[np]p|Pip', 'Exp?|Pool', 'Ob', 'Sep?', 'C[m]|Hv', 'Cc', 'Po|Ppm', 'Kd', 'Etw', 'Alpc|Lpc', 'Rtl', 'Hal|H[vl]l', 'FsRtl', 'SMKM', 'Vf|Vi', 'Dbg']; // prettier-ignore
const COMPONENT = COMPONENTS.map((prefixes) => new RegExp(`^(?:Nt|Zw)?(?:${prefixes})[A-Z_a-z]`));
/** A module with fewer globals has one component. */
const MANY = 24;

const byComponent = new WeakMap<readonly string[], Map<number, readonly string[]>>();

/** The data that a function's code may touch: what its spec says, else the data of its own component of the module. */
export function referencesOf(
  { name, references }: FunctionSpec,
  globals: readonly string[],
): readonly string[] {
  if (references) return references;
  if (globals.length < MANY) return globals;
  const component = COMPONENT.findIndex((pattern) => pattern.test(name));
  let known = byComponent.get(globals);
  if (!known) byComponent.set(globals, (known = new Map<number, readonly string[]>()));
  let found = known.get(component);
  if (!found) {
    const pattern = COMPONENT[component];
    known.set(component, (found = pattern ? globals.filter((each) => pattern.test(each)) : []));
  }
  return found;
}
