import type { ProcessRow } from '../../../sim/worker/sim-api.js';
import type { MenuEntry } from '../../controls/menu/menu-entry.js';
import { strings } from '../../strings/index.js';
import { dumpItem, PRIORITIES } from '../process-command.js';
import { efficiencyItem, endReason } from '../processes/process-menu.js';
import { filePath } from '../processes/process-name.js';
import { texts } from '../text.js';
import { priorityName } from './columns.js';

const { processMenu: shared } = strings;
const { detailsMenu: text, details } = texts;

/** The context menu of a process on the Details page, in Windows' order. */
export function detailsMenu(row: ProcessRow): MenuEntry[] {
  const noFile = filePath(row) === '' ? shared.noFile : undefined;
  const cannot = endReason(row);
  const noServices = row.services.length === 0 ? text.noServices : undefined;
  return [
    { id: 'end-process', label: shared.endTask, disabledReason: cannot },
    { id: 'end-tree', label: text.endProcessTree, disabledReason: cannot },
    { id: 'feedback', label: shared.provideFeedback },
    efficiencyItem(row),
    'separator',
    {
      id: 'priority',
      label: text.setPriority,
      items: PRIORITIES.map((name) => ({
        id: `priority-${name}`,
        label: details.priorities[name],
        choice: 'radio' as const,
        checked: details.priorities[name] === priorityName(row),
      })),
    },
    { id: 'affinity', label: text.setAffinity },
    'separator',
    {
      id: 'wait-chain',
      label: text.analyzeWaitChain,
      disabledReason: row.pid > 0 ? undefined : shared.noFile,
    },
    {
      id: 'virtualization',
      label: text.uacVirtualization,
      choice: 'checkbox',
      checked: row.virtualization === 'enabled',
      disabledReason: text.noVirtualization,
    },
    dumpItem(row),
    'separator',
    { id: 'open-location', label: shared.openFileLocation, disabledReason: noFile },
    { id: 'search-online', label: shared.searchOnline },
    { id: 'properties', label: shared.properties },
    { id: 'services', label: text.goToServices, disabledReason: noServices },
  ];
}
