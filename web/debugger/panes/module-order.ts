import type { Item } from '../worker/debugger-api.js';

/** Orders of modules: as they were loaded, by name, or by address as in `lm`. */
export const MODULE_ORDERS = ['loaded', 'name', 'address'] as const;
export type ModuleOrder = (typeof MODULE_ORDERS)[number];

/** Modules in an order. @param modules as they were loaded, each called by its name */
export function orderedModules(modules: readonly Item[], order: ModuleOrder): Item[] {
  const key = {
    loaded: () => '',
    name: ({ id }: Item) => id.toLowerCase(),
    address: ({ address }: Item) => address,
  }[order];
  const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
  return [...modules].sort((a, b) => compare(key(a), key(b)));
}
