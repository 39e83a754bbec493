import { shownImage, stateText } from '../commands/modules.js';
import { address, hex } from '../format/numbers.js';
import type { Session } from '../session.js';
import type { Item } from './view.js';

/** Modules in the order in which `lm` lists them. */
export function modulesView(session: Session): Item[] {
  const current = session.moduleAt(session.scope.context.rip);
  return session.modules.map((module) => ({
    id: module.name,
    text: `${address(module.base)} ${module.name}`,
    detail: `${stateText(module)} ${shownImage(module)}`,
    command: `lmvm ${module.name}`,
    isCurrent: module === current,
    address: hex(module.base, 16),
  }));
}
