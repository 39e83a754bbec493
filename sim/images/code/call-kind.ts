import type { CallSpec } from '../spec.js';

/** Space a caller leaves for its callee's four register arguments. */
export const HOME_SPACE = 32;
/** Where a local that holds a call's target lies if the data does not say. */
const DEFAULT_CALL_SLOT = HOME_SPACE + 8;

export type CallKind = NonNullable<CallSpec['via']>;

export function callKind(call: { to?: string; via?: CallKind }): CallKind {
  return call.via ?? (call.to === undefined ? 'stack' : call.to.includes('!') ? 'import' : 'direct');
}

/** Whether a call's target is held by a local. */
export function callsLocal(call: { to?: string; via?: CallKind }): boolean {
  const kind = callKind(call);
  return kind === 'stack' || kind === 'dispatch';
}

export function callSlot(call: { slot?: number }): number {
  return call.slot ?? DEFAULT_CALL_SLOT;
}
