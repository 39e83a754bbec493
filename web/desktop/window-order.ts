import type { ProgramId } from './programs.js';

/** Which windows there are. Values are replaced, never changed. */
export interface WindowOrder {
  /** From back to front. */
  open: readonly ProgramId[];
  minimized: ReadonlySet<ProgramId>;
}

/** Opens, restores or raises. */
export function bringToFront(order: WindowOrder, program: ProgramId): WindowOrder {
  if (frontOf(order) === program) return order;
  const minimized = new Set(order.minimized);
  minimized.delete(program);
  return { open: [...order.open.filter((other) => other !== program), program], minimized };
}

export function minimize(order: WindowOrder, program: ProgramId): WindowOrder {
  return { ...order, minimized: new Set([...order.minimized, program]) };
}

export function close(order: WindowOrder, program: ProgramId): WindowOrder {
  const minimized = new Set(order.minimized);
  minimized.delete(program);
  return { open: order.open.filter((other) => other !== program), minimized };
}

/** The window that the user works in; null when none is visible. */
export function frontOf({ open, minimized }: WindowOrder): ProgramId | null {
  return open.findLast((program) => !minimized.has(program)) ?? null;
}

/** The window that comes to the front when the user goes through them: the one at the back. */
export function nextWindow({ open, minimized }: WindowOrder): ProgramId | null {
  return open.find((program) => !minimized.has(program)) ?? open[0] ?? null;
}
