// Handles in number, each to a new object of its own.
import { createFresh } from './body';
import { openHandle } from './handles';

/** Opens `count` handles of a table to new objects of a type, without names. `access` is granted to each. */
export function openFreshHandles(table: u64, index: u32, access: u32, count: u32): void {
  for (let i: u32 = 0; i < count; i++) openHandle(table, createFresh(index, 1), access, 0);
}
