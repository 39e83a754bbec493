import type { Session } from '../session.js';
import { TypedView } from '../types/typed-view.js';
import { atMost, kernelGlobal, listEntries } from './lists.js';

const MOST_SESSIONS = 0x1000;

/** The MM_SESSION_SPACE of each session of the machine, as the memory manager lists them. */
export function sessionSpaces(session: Session): TypedView[] {
  const state = new TypedView(session, '_MI_SYSTEM_INFORMATION', kernelGlobal(session, 'MiState'));
  if (!state.has('Vs.SessionWsList')) return [];
  const spaces = listEntries(session, state.at('Vs.SessionWsList'), '_MM_SESSION_SPACE', 'WsListEntry');
  return [...atMost(MOST_SESSIONS, spaces)];
}
