import { hex } from '../format/numbers.js';
import { atMost, listEntries } from '../kernel/lists.js';
import type { Session } from '../session.js';
import { TypedView } from '../types/typed-view.js';
import { place, range, type Finding } from './explanation.js';
import { fieldEvidence, typeName } from './fields.js';

const LONGEST = 0x100000n;
const MOST_MODULES = 0x2000;

/** Texts of the process parameters. */
const TEXTS = ['CurrentDirectory.DosPath', 'DllPath', 'ImagePathName', 'CommandLine', 'WindowTitle', 'DesktopInfo', 'ShellInfo'] as const; // prettier-ignore

/** What PEBs point to, where it is shared data. */
const VIEWS: readonly [field: string, title: string][] = [
  ['ApiSetMap', 'table of API sets, by which the loader finds DLLs'],
  ['AnsiCodePageData', 'table of the ANSI code page'],
  ['OemCodePageData', 'table of the OEM code page'],
  ['UnicodeCaseTableData', 'table of upper and lower case'],
  ['ReadOnlySharedMemoryBase', 'memory that csrss shares with its clients'],
  ['ActivationContextData', 'activation context of the process'],
  ['SystemDefaultActivationContextData', 'activation context of the system'],
  ['GdiSharedHandleTable', 'table of GDI handles'],
  ['ProcessHeaps', "list of the process's heaps"],
];
const PAGE = 0x1000n;

/** The process parameters, its environment, the loader's lists, and what the PEB points to. */
export function parameterFindings(session: Session, peb: bigint, at: bigint): Finding[] {
  const view = new TypedView(session, '_PEB', peb);
  return [
    ...ofParameters(session, view.value('ProcessParameters'), at),
    ...ofLoader(session, view.value('Ldr'), at),
    ...ofViews(view, at),
  ];
}

function ofParameters(session: Session, start: bigint, at: bigint): Finding[] {
  if (start === 0n) return [];
  const view = new TypedView(session, '_RTL_USER_PROCESS_PARAMETERS', start);
  const type = typeName(session, '_RTL_USER_PROCESS_PARAMETERS');
  const whole = place('parameters', start, { command: '!peb', type });
  const environment = view.value('Environment');
  const bytes = view.value('EnvironmentSize');
  if (environment !== 0n && bytes < LONGEST && at >= environment && at < environment + bytes)
    return [
      {
        kind: 'environment',
        title: 'environment variables of the process',
        evidence: [range('environment', environment, environment + bytes, { command: `du ${hex(environment)}` }), whole],
      },
    ];
  if (at >= start && at < start + BigInt(session.struct('_RTL_USER_PROCESS_PARAMETERS').size))
    return [
      {
        kind: 'environment',
        title: 'process parameters',
        evidence: [whole, ...fieldEvidence(session, type, start, at)],
      },
    ];
  for (const text of TEXTS) {
    const buffer = view.value(`${text}.Buffer`);
    if (buffer === 0n || at < buffer || at >= buffer + view.value(`${text}.MaximumLength`)) continue;
    const named = place('text', buffer, { command: `du ${hex(buffer)}` });
    return [
      {
        kind: 'environment',
        title: `process parameters: text of ${text.split('.')[0]!}, "${view.unicode(text)}"`,
        evidence: [named, whole],
      },
    ];
  }
  return [];
} // prettier-ignore

function ofLoader(session: Session, start: bigint, at: bigint): Finding[] {
  if (start === 0n) return [];
  const type = typeName(session, '_PEB_LDR_DATA');
  if (at >= start && at < start + BigInt(session.struct('_PEB_LDR_DATA').size))
    return [
      {
        kind: 'environment',
        title: "PEB_LDR_DATA, heads of the loader's lists",
        evidence: [place('begins at', start, { command: '!peb', type }), ...fieldEvidence(session, type, start, at)],
      },
    ];
  const head = new TypedView(session, '_PEB_LDR_DATA', start).at('InLoadOrderModuleList');
  const entryType = typeName(session, '_LDR_DATA_TABLE_ENTRY');
  const size = BigInt(session.struct('_LDR_DATA_TABLE_ENTRY').size);
  const entries = listEntries(session, head, '_LDR_DATA_TABLE_ENTRY', 'InLoadOrderLinks');
  for (const entry of atMost(MOST_MODULES, entries)) {
    if (at < entry.address || at >= entry.address + size) continue;
    return [
      {
        kind: 'environment',
        title: `the loader's entry of ${entry.unicode('BaseDllName')}`,
        evidence: [
          place('begins at', entry.address, { command: `dt ${entryType} ${hex(entry.address)}`, type: entryType }),
          ...fieldEvidence(session, entryType, entry.address, at),
          place('image', entry.value('DllBase')),
        ],
      },
    ];
  }
  return [];
} // prettier-ignore

/** Only the page that is pointed to: how far the data reach, the view tells. */
function ofViews(peb: TypedView, at: bigint): Finding[] {
  for (const [field, title] of VIEWS) {
    const start = peb.has(field) ? peb.value(field) : 0n;
    if (start === 0n || at < start || at >= (start & ~(PAGE - 1n)) + PAGE) continue;
    return [
      {
        kind: 'environment',
        title,
        evidence: [place('begins at', start), place(`PEB.${field} says so at`, peb.at(field))],
      },
    ];
  }
  return [];
}
