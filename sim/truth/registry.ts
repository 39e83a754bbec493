import type { StagedHives } from '../world/registry/hives.js';
import type { RegistryKey } from '../world/registry/registry-tree.js';
import type { RegistryValue } from '../world/registry/value.js';
import { hex, type Address } from './address.js';

/** The registry as it was asked for: what its hives hold, key by key. */
export interface TruthRegistry {
  hives: TruthHive[];
  keys: TruthKey[];
}

export interface TruthHive {
  /** Path of its root key. */
  root: string;
  /** Path of its file; absent for a hive that is in memory only. */
  file?: string;
  /** CMHIVE. */
  address: Address;
}

export interface TruthKey {
  path: string;
  /** It is gone when the machine is off. */
  volatile?: true;
  /** Name of its class. */
  class?: string;
  /** Values by name; the default one has none. Absent for a key without values. */
  values?: Record<string, TruthValue>;
}

export interface TruthValue {
  /** REG_*. */
  type: string;
  /** Text, a list of texts, a number; bytes in hexadecimal digits; 64 bits as `0x…`. */
  data: string | number | readonly string[];
}

/** Writes down the registry. */
export function truthOfRegistry({ hives, tree }: StagedHives): TruthRegistry {
  return {
    hives: hives.map(({ root, file, address }) => ({
      root,
      ...(file === undefined ? {} : { file }),
      address: hex(address),
    })),
    keys: [...tree.keys()].map(truthOfKey),
  };
}

function truthOfKey({ path, isVolatile, className, values }: RegistryKey): TruthKey {
  return {
    path,
    ...(isVolatile ? { volatile: true } : {}),
    ...(className === undefined ? {} : { class: className }),
    ...(values.size === 0
      ? {}
      : { values: Object.fromEntries([...values].map(([name, value]) => [name, truthOfValue(value)])) }),
  };
}

function truthOfValue({ type, data }: RegistryValue): TruthValue {
  return { type, data: typeof data === 'bigint' ? hex(data) : data };
}
