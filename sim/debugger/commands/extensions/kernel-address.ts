import { explain } from '../../explain/explain.js';
import type { Evidence, Finding, FindingKind } from '../../explain/explanation.js';
import { allRegions } from '../../explain/regions.js';
import { address, hex } from '../../format/numbers.js';
import type { Session } from '../../session.js';

const LABEL_WIDTH = 23;
const LAST_USER = 0x7fffffffffffn;
const USER_RANGE = 'UserRange';

/** What a region is used for, by what is found there, the most telling first; and what of that names its range. */
const USAGES: readonly { kind: FindingKind; usage: string; ranges: readonly string[] }[] = [
  { kind: 'image', usage: 'Module', ranges: ['image'] },
  { kind: 'stack', usage: 'Stack', ranges: ['stack'] },
  { kind: 'view', usage: 'SystemCacheView', ranges: ['view'] },
  { kind: 'environment', usage: 'Environment', ranges: [] },
  { kind: 'pool', usage: 'Pool', ranges: [] },
  { kind: 'vad', usage: '', ranges: ['range'] },
  { kind: 'region', usage: '', ranges: ['range'] },
];
/** Structures of a process by how their titles begin, in words of the list of usages that WinDbg documents. */
const ENVIRONMENTS: readonly [start: string, usage: string][] = [
  ['PEB', 'Peb'],
  ['TEB', 'Teb'],
  ['HEAP', 'Heap'],
  ['block of', 'Heap'],
  ['in the process heap', 'Heap'],
];

/** `!address` of the kernel: the region of an address, and what it is used for. */
export function kernelAddressText(session: Session, at: bigint): string {
  const { findings } = explain(session, at);
  const [absent] = findings.filter(({ kind }) => kind === 'absent');
  if (absent) return `${address(at)}: ${absent.title}.\n`;
  const row = (label: string, value: string) => `${`${label}:`.padEnd(LABEL_WIDTH)} ${value}\n`;
  const whole = rangeOf(findings);
  const end = whole?.end ?? 0n;
  const start = whole?.address ?? 0n;
  const region = findings.find(({ kind }) => kind === 'region');
  return (
    `\n${row('Usage', usageOf(findings))}` +
    (whole
      ? row('Base Address', address(start)) +
        row('End Address', address(end)) +
        row('Region Size', address(end - start))
      : '') +
    row('VA Type', at <= LAST_USER ? USER_RANGE : (region?.title.replace(/^region /, '') ?? '')) +
    moduleRows(session, findings, at, row) +
    row('More info', `!whatis ${hex(at)}`)
  );
}

function usageOf(findings: readonly Finding[]): string {
  for (const { kind, usage } of USAGES) {
    const found = findings.find((finding) => finding.kind === kind);
    if (!found) continue;
    if (kind !== 'environment') return usage;
    const named = ENVIRONMENTS.find(([start]) => found.title.startsWith(start))?.[1];
    if (named) return named;
  }
  return '';
}

function rangeOf(findings: readonly Finding[]): Evidence | undefined {
  for (const { kind, ranges } of USAGES)
    for (const { evidence } of findings.filter((finding) => finding.kind === kind)) {
      const found = evidence.find(({ label, end }) => end !== undefined && ranges.includes(label));
      if (found) return found;
    }
  return undefined;
}

function moduleRows(
  session: Session,
  findings: readonly Finding[],
  at: bigint,
  row: (label: string, value: string) => string,
): string {
  const module = findings.some(({ kind }) => kind === 'image') ? session.moduleAt(at) : undefined;
  if (!module) return '';
  const { imagePath } = module.facts;
  return row('Module name', imagePath.split('\\').pop()!) + row('Module path', `[${imagePath}]`);
}

/** `!address` without an address: the regions of the kernel's half. */
export function kernelRegionsText(session: Session): string {
  const line = (cells: string[], last: string) =>
    `${cells.map((cell) => cell.padStart(17)).join('  ')}  ${last}\n`;
  const head = line(['BaseAddress', 'EndAddress+1', 'RegionSize'], 'VA Type');
  const rows = allRegions(session).map(({ name, start, bytes }) =>
    line([address(start), address(BigInt.asUintN(64, start + bytes)), address(bytes)], name),
  );
  return `\n${head}${rows.join('')}`;
}
