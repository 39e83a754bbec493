import type { MenuItem } from '../controls/menu/menu-entry.js';
import { strings } from '../strings/index.js';

/** Priorities, most urgent first, as Windows lists them. */
export const PRIORITIES = ['realtime', 'high', 'aboveNormal', 'normal', 'belowNormal', 'low'] as const;
export type PriorityId = (typeof PRIORITIES)[number];

/** What a user can ask for a process, in a context menu or by a button. */
export type ProcessCommand =
  | 'end-task'
  | 'efficiency-mode'
  | `priority-${PriorityId}`
  | 'affinity'
  | 'wait-chain'
  | 'feedback'
  | 'dump-full'
  | 'dump-stacks'
  | 'dump-settings'
  | 'details'
  | 'open-location'
  | 'search-online'
  | 'properties';

const { processMenu: text } = strings;

/** What the kernel's own process offers instead of a dump of its memory. */
export const LIVE_DUMP_ITEM: MenuItem = {
  id: 'live-dump',
  label: text.createLiveDump,
  items: [
    { id: 'dump-full', label: text.fullDump },
    { id: 'dump-stacks', label: text.stacksDump },
    'separator',
    { id: 'dump-settings', label: text.dumpSettings },
  ],
};
