import type { Kernel } from '../machine/machine.js';
import { hex, type Address } from './address.js';

/** An object that has a path in the namespace. */
export interface TruthNamedObject {
  path: string;
  /** Name of its object type. */
  type: string;
  /** Body. */
  address: Address;
  /** Of a symbolic link. */
  target?: string;
}

/** What lies in the object namespace, types left out. */
export function truthOfNamespace({ namespace }: Kernel): TruthNamedObject[] {
  return [...namespace.objects].map(({ path, type, address, target }) => ({
    path,
    type,
    address: hex(address),
    ...(target === undefined ? {} : { target }),
  }));
}
