import type { ProcessRow } from '../../../sim/worker/sim-api.js';
import type { MenuEntry, MenuItem } from '../../controls/menu/menu-entry.js';
import { strings } from '../../strings/index.js';
import { dumpItem, type ProcessCommand } from '../process-command.js';
import type { ResourceColumn, ResourceUnits } from './columns.js';
import { filePath } from './process-name.js';
import type { TreeRow } from './tree.js';

/** What a line of the context menu stands for: something of the table, or of the process. */
export type RowCommand = 'toggle' | ResourceCommand | ProcessCommand;
export type ResourceCommand = `${ResourceColumn}-${'percents' | 'values'}`;

const { processMenu: text } = strings;

const RESOURCES: readonly ResourceColumn[] = ['memory', 'disk', 'network'];

/** *Resource values*: percents or values for each column that can show both. */
export function resourceValues(units: ResourceUnits): MenuItem {
  const choice = (column: ResourceColumn, unit: 'percents' | 'values'): MenuItem => ({
    id: `${column}-${unit}`,
    label: text[unit],
    choice: 'radio',
    checked: units[column] === unit,
  });
  return {
    id: 'resource-values',
    label: text.resourceValues,
    items: RESOURCES.map((column) => ({
      id: column,
      label: strings.processes.columns[column],
      items: [choice(column, 'percents'), choice(column, 'values')],
    })),
  };
}

/** Why a process cannot be asked to end; undefined when it can. */
export function endReason(process: ProcessRow): string | undefined {
  return process.canEnd ? undefined : text.cannotEnd;
}

/** Efficiency mode is for what a user started: processes of Windows do without. */
export function efficiencyItem(process: ProcessRow): MenuItem {
  return {
    id: 'efficiency-mode',
    label: text.efficiencyMode,
    ...(process.throttled && { choice: 'checkbox' as const, checked: true }),
    disabledReason:
      process.group === 'windows' || process.imagePath === '' ? text.noEfficiencyMode : undefined,
  };
}

/** The context menu of a process; the kernel's own process is the one that offers live kernel dumps. */
export function processMenu(row: TreeRow, units: ResourceUnits): MenuEntry[] {
  const { process, expanded } = row;
  if (!process) return [];
  const noFile = filePath(process) === '' ? text.noFile : undefined;
  const toggle: MenuItem[] =
    expanded === undefined ? [] : [{ id: 'toggle', label: expanded ? text.collapse : text.expand }];
  const switchTo: MenuItem[] =
    process.group === 'app' ? [{ id: 'switch-to', label: text.switchTo, disabledReason: text.noWindow }] : [];
  return [
    ...toggle,
    ...switchTo,
    { id: 'end-task', label: text.endTask, disabledReason: endReason(process) },
    resourceValues(units),
    { id: 'feedback', label: text.provideFeedback },
    'separator',
    efficiencyItem(process),
    dumpItem(process),
    'separator',
    { id: 'details', label: text.goToDetails },
    { id: 'open-location', label: text.openFileLocation, disabledReason: noFile },
    { id: 'search-online', label: text.searchOnline },
    { id: 'properties', label: text.properties },
  ];
}
