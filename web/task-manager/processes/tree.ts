import type { ProcessRow, Sample } from '../../../sim/worker/sim-api.js';
import { locale, strings } from '../../strings/index.js';
import { TextOrder } from '../../text-order.js';
import { HEAT_COLUMNS, TEXT_COLUMNS, type ColumnId, type Usage } from './columns.js';
import { matches, processName } from './process-name.js';

type Group = ProcessRow['group'];

/** What the user chose to see. Keys are those of `TreeRow`. */
export interface TreeView {
  filter: string;
  sort: { column: ColumnId; descending: boolean };
  groupByType: boolean;
  collapsedGroups: ReadonlySet<string>;
  expandedParents: ReadonlySet<string>;
  /** Order of process rows to keep, or null to sort anew. */
  frozen: readonly string[] | null;
}

/** One visible line of the tree grid. */
export interface TreeRow {
  key: string;
  /** From 1, as `aria-level` counts. */
  level: number;
  label: string;
  /** Undefined for a line without children. */
  expanded: boolean | undefined;
  position: number;
  setSize: number;
  kind: 'group' | 'process' | 'service';
  /** Of a process. */
  process?: ProcessRow;
  usage?: Usage;
}

interface Node {
  key: string;
  process: ProcessRow;
  usage: Usage;
  children: Node[];
}

const GROUPS: readonly Group[] = ['app', 'background', 'windows'];
const order = new TextOrder(locale);

export function processKey(process: ProcessRow): string {
  return `process-${process.pid}-${process.imageName.replace(/\W/g, '_')}`;
}

function subtree(node: Node): number {
  return node.children.reduce((sum, child) => sum + subtree(child), 1);
}

function sum(process: ProcessRow, children: Node[]): Usage {
  if (children.length === 0) return process;
  const add = (pick: (usage: Usage) => number) =>
    children.reduce((total, child) => total + pick(child.usage), pick(process));
  return {
    cpuPercent: add((usage) => usage.cpuPercent),
    memory: add((usage) => usage.memory),
    disk: add((usage) => usage.disk),
    network: add((usage) => usage.network),
    gpuPercent: add((usage) => usage.gpuPercent),
  };
}

/**
 * A program that runs as several processes of one image is shown as one line that opens; a process that merely
 * was started by another program (Task Manager by Windows Explorer) has its own line.
 */
function buildForest(processes: readonly ProcessRow[]): Node[] {
  const byPid = new Map(processes.map((process) => [process.pid, process]));
  const parentOf = (process: ProcessRow) => {
    const parent = byPid.get(process.parentPid);
    const same = parent?.imageName === process.imageName && parent.group === process.group;
    return same && parent !== process ? parent : undefined;
  };
  const childrenOf = new Map<ProcessRow | undefined, ProcessRow[]>();
  for (const process of processes) {
    const parent = parentOf(process);
    const siblings = childrenOf.get(parent);
    if (siblings) siblings.push(process);
    else childrenOf.set(parent, [process]);
  }
  const build = (process: ProcessRow): Node => {
    const children = (childrenOf.get(process) ?? []).map(build);
    return { key: processKey(process), process, usage: sum(process, children), children };
  };
  return (childrenOf.get(undefined) ?? []).map(build);
}

/** The forest of the latest reading: who types or sorts looks at one reading many times. */
let latest: { processes: readonly ProcessRow[]; forest: readonly Node[] } | undefined;

function forestOf(processes: readonly ProcessRow[]): readonly Node[] {
  if (latest?.processes !== processes) latest = { processes, forest: buildForest(processes) };
  return latest.forest;
}

function comparison({ sort, frozen }: TreeView): (a: Node, b: Node) => number {
  const byName = (a: Node, b: Node) =>
    order.compare(processName(a.process), processName(b.process)) || a.process.pid - b.process.pid;
  const column = HEAT_COLUMNS.find(({ id }) => id === sort.column);
  const byColumn = (a: Node, b: Node) => {
    if (column) return column.value(a.usage) - column.value(b.usage);
    const text = TEXT_COLUMNS.find(({ id }) => id === sort.column);
    if (!text || text.id === 'name') return byName(a, b);
    const [first, second] = [text.value(a.process), text.value(b.process)];
    if (typeof first === 'number' && typeof second === 'number') return first - second;
    return order.compare(String(first), String(second));
  };
  const sign = sort.descending ? -1 : 1;
  const fresh = (a: Node, b: Node) => sign * byColumn(a, b) || byName(a, b);
  if (!frozen) return fresh;
  const place = new Map(frozen.map((key, index) => [key, index]));
  const at = (node: Node) => place.get(node.key) ?? frozen.length;
  return (a, b) => at(a) - at(b) || fresh(a, b);
}

/** The services in a process, by what the service manager displays. */
function serviceRows({ key, process: { services }, children }: Node, level: number): TreeRow[] {
  const names = services.map(([name, display]) => ({ name, display: display || name }));
  names.sort((a, b) => order.compare(a.display, b.display));
  return names.map(({ name, display }, index) => ({
    key: `${key}-service-${name.replace(/\W/g, '_')}`,
    kind: 'service',
    level,
    label: display,
    expanded: undefined,
    position: index + 1,
    setSize: services.length + children.length,
  }));
}

/** The lines of the tree grid from top to bottom. */
export function buildTree(sample: Sample, view: TreeView): TreeRow[] {
  const text = TEXT_COLUMNS.find(({ id }) => id === view.sort.column);
  order.learn(
    sample.processes.flatMap((process) => [
      processName(process),
      ...(text ? [String(text.value(process))] : []),
    ]),
  );
  const compare = comparison(view);
  const keep = (node: Node): boolean => matches(node.process, view.filter) || node.children.some(keep);
  const forest = forestOf(sample.processes).filter(keep);

  const lines = (nodes: Node[], level: number): TreeRow[] =>
    [...nodes].sort(compare).flatMap((node, index, siblings) => {
      const { services } = node.process;
      const isParent = node.children.length > 0 || services.length > 0;
      const expanded = isParent ? view.expandedParents.has(node.key) : undefined;
      const name = processName(node.process);
      const row: TreeRow = {
        key: node.key,
        kind: 'process',
        level,
        label: node.children.length > 0 ? `${name} (${subtree(node)})` : name,
        expanded,
        position: index + 1,
        setSize: siblings.length,
        process: node.process,
        usage: node.usage,
      };
      if (!expanded) return [row];
      return [row, ...serviceRows(node, level + 1), ...lines(node.children.filter(keep), level + 1)];
    });

  if (!view.groupByType) return lines(forest, 1);
  const groups = GROUPS.map((group) => ({
    key: `group-${group}`,
    label: strings.processes.groups[group],
    nodes: forest.filter(({ process }) => process.group === group),
  })).filter(({ nodes }) => nodes.length > 0);
  return groups.flatMap(({ key, label, nodes }, index) => {
    const expanded = !view.collapsedGroups.has(key);
    const title: TreeRow = {
      key,
      kind: 'group',
      level: 1,
      label: `${label} (${nodes.length})`,
      expanded,
      position: index + 1,
      setSize: groups.length,
    };
    return expanded ? [title, ...lines(nodes, 2)] : [title];
  });
}
