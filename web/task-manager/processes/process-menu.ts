import type { MenuEntry, MenuItem } from '../../controls/menu/menu-entry.js';
import { strings } from '../../strings/index.js';
import { LIVE_DUMP_ITEM, type ProcessCommand } from '../process-command.js';
import type { MemoryUnit } from './columns.js';
import { SYSTEM_PID, filePath } from './process-name.js';
import type { TreeRow } from './tree.js';

/** What a line of the context menu stands for: something of the table, or of the process. */
export type RowCommand = 'toggle' | 'memory-percents' | 'memory-values' | ProcessCommand;

const { processMenu: text, taskManager } = strings;
const later = taskManager.later;

function resourceValues(unit: MemoryUnit): MenuItem {
  const { memory, disk, network } = strings.processes.columns;
  const choices = (
    column: string,
    percents: string,
    values: string,
    isValues: boolean,
    percentsReason?: string,
  ) => ({
    id: column,
    label: column,
    items: [
      {
        id: percents,
        label: text.percents,
        choice: 'radio',
        checked: !isValues,
        disabledReason: percentsReason,
      },
      { id: values, label: text.values, choice: 'radio', checked: isValues },
    ] satisfies MenuItem[],
  });
  return {
    id: 'resource-values',
    label: text.resourceValues,
    items: [
      choices(memory, 'memory-percents', 'memory-values', unit === 'values'),
      choices(disk, 'disk-percents', 'disk-values', true, later),
      choices(network, 'network-percents', 'network-values', true, later),
    ],
  };
}

/** The context menu of a process; the kernel's own process is the one that offers live kernel dumps. */
export function processMenu(row: TreeRow, unit: MemoryUnit): MenuEntry[] {
  const { process, expanded } = row;
  if (!process) return [];
  const isSystem = process.pid === SYSTEM_PID;
  const noFile = filePath(process) === '' ? text.noFile : undefined;
  const toggle: MenuItem[] =
    expanded === undefined ? [] : [{ id: 'toggle', label: expanded ? text.collapse : text.expand }];
  const switchTo: MenuItem[] =
    process.group === 'app' ? [{ id: 'switch-to', label: text.switchTo, disabledReason: later }] : [];
  return [
    ...toggle,
    ...switchTo,
    { id: 'end-task', label: text.endTask, disabledReason: process.canEnd ? later : text.cannotEnd },
    resourceValues(unit),
    { id: 'feedback', label: text.provideFeedback },
    'separator',
    {
      id: 'efficiency-mode',
      label: text.efficiencyMode,
      disabledReason: process.group === 'windows' ? text.noEfficiencyMode : later,
    },
    isSystem ? LIVE_DUMP_ITEM : { id: 'dump-user', label: text.createDump, disabledReason: later },
    'separator',
    { id: 'details', label: text.goToDetails },
    { id: 'open-location', label: text.openFileLocation, disabledReason: noFile },
    { id: 'search-online', label: text.searchOnline },
    { id: 'properties', label: text.properties },
  ];
}
