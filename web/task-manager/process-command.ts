import type { MenuItem } from '../controls/menu/menu-entry.js';
import type { ProcessRow } from '../../sim/worker/sim-api.js';
import { strings } from '../strings/index.js';
import { SYSTEM_PID } from './processes/process-name.js';

/** Priorities, most urgent first, as Windows lists them. */
export const PRIORITIES = ['realtime', 'high', 'aboveNormal', 'normal', 'belowNormal', 'low'] as const;
export type PriorityId = (typeof PRIORITIES)[number];

/** What a user can ask for a process, in a context menu or by a button. */
export type ProcessCommand =
  | 'end-task'
  | 'end-process'
  | 'end-tree'
  | 'efficiency-mode'
  | `priority-${PriorityId}`
  | 'affinity'
  | 'wait-chain'
  | 'feedback'
  | 'dump-full'
  | 'dump-stacks'
  | 'dump-settings'
  | 'dump-process'
  | 'details'
  | 'services'
  | 'open-location'
  | 'search-online'
  | 'properties';

const { processMenu: text } = strings;

/** What the kernel's own process offers instead of a dump of its memory. */
const LIVE_DUMP_ITEM: MenuItem = {
  id: 'live-dump',
  label: text.createLiveDump,
  items: [
    { id: 'dump-full', label: text.fullDump },
    { id: 'dump-stacks', label: text.stacksDump },
    'separator',
    { id: 'dump-settings', label: text.dumpSettings },
  ],
};

/** Making a dump: of the kernel for System, of its own memory for every other process. */
export function dumpItem({ pid }: ProcessRow): MenuItem {
  if (pid === SYSTEM_PID) return LIVE_DUMP_ITEM;
  const isProcess = pid > 0;
  return {
    id: 'dump-process',
    label: text.createDump,
    disabledReason: isProcess ? undefined : text.noProcess,
  };
}
