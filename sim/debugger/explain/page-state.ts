import { vadFacts } from '../kernel/vads.js';
import type { Session } from '../session.js';
import type { TypedView } from '../types/typed-view.js';
import { attempt } from './attempt.js';
import type { Evidence } from './explanation.js';
import { pfnEntry } from './frames.js';

/** How the page of an address stands in its range: shared, the process's own, committed or not. */
export function pageState(session: Session, vad: TypedView, at: bigint): Evidence[] {
  return attempt(() => {
    const value = stateText(session, vad, at);
    return value === '' ? [] : [{ label: 'this page', value }];
  });
}

function stateText(session: Session, vad: TypedView, at: bigint): string {
  const { isPrivate } = vadFacts(vad);
  const { outcome } = session.target.processSpace(session.process).walk(at);
  if (outcome.kind === 'mapped') {
    if (isPrivate) return "the process's own";
    const frame = pfnEntry(session, Math.floor(outcome.physical / 0x1000));
    if (!frame) return '';
    return frame.value('u4.PrototypePte') !== 0n
      ? 'shared with all who map it'
      : "a copy of the process's own, made when it was written to";
  }
  if (outcome.kind === 'prototype') return 'shared with all who map it';
  if (outcome.kind === 'absent' || (outcome.level === 'PTE' && outcome.entry !== 0n)) return '';
  if (!isPrivate) return 'shared, and not looked at by this process yet';
  return vad.value('Core.u1.VadFlags1.MemCommit') !== 0n
    ? 'committed, and not touched yet'
    : 'reserved: nothing is committed here';
}
