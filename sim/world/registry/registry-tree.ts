import type { RegistryValue } from './value.js';

/** A key before it is written to a hive. */
export interface RegistryKey {
  readonly name: string;
  readonly path: string;
  readonly values: Map<string, RegistryValue>;
  /** By their names in upper case. */
  readonly subkeys: Map<string, RegistryKey>;
  /** Name of its class; most have none. */
  className?: string;
  /** It is gone when the machine is off; so is all below it. */
  isVolatile: boolean;
}

/** Keys by their paths, which differ in case alone for nobody. */
export class RegistryTree {
  readonly root: RegistryKey = newKey('REGISTRY', '\\REGISTRY', false);

  /** The key of a path from `\REGISTRY` on; it and those above it are created when they are not there. */
  key(path: string): RegistryKey {
    let key = this.root;
    for (const name of path.split('\\').slice(2)) {
      const known = key.subkeys.get(name.toUpperCase());
      const next = known ?? newKey(name, `${key.path}\\${name}`, key.isVolatile);
      if (!known) key.subkeys.set(name.toUpperCase(), next);
      key = next;
    }
    return key;
  }

  /** Every key, those above before those below, subkeys in the order of their names in upper case. */
  *keys(from: RegistryKey = this.root): Generator<RegistryKey> {
    yield from;
    for (const key of sortedSubkeys(from)) yield* this.keys(key);
  }
}

/** A key's subkeys in the order of their names in upper case, as lists of subkeys have them. */
export function sortedSubkeys({ subkeys }: RegistryKey): RegistryKey[] {
  return [...subkeys].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, key]) => key);
}

function newKey(name: string, path: string, isVolatile: boolean): RegistryKey {
  return { name, path, values: new Map(), subkeys: new Map(), isVolatile };
}
