import type { MenuItem } from '../controls/menu/menu-entry.js';
import { strings } from '../strings/index.js';

/** What a user can ask for a process, in a context menu or by a button. */
export type ProcessCommand =
  | 'end-task'
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
