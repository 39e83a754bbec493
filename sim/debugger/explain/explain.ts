import { address as shown, hex } from '../format/numbers.js';
import { MemoryError } from '../memory/memory.js';
import type { Session } from '../session.js';
import { SymbolsError } from '../symbols/symbols-error.js';
import type { Explanation, Finding } from './explanation.js';
import { imageOf, poolOf, stackOf, vadFinding } from './owners.js';
import { processFindings } from './process-memory.js';
import { regionOf } from './regions.js';
import { structureOf } from './system-structures.js';
import { translationOf } from './translation.js';

const LAST_USER = 0x7fffffffffffn;
const FIRST_SYSTEM = 0xffff800000000000n;
/** Whose address it is says more than where it lies. */
const TELLING = [
  'structure',
  'object',
  'pool',
  'stack',
  'image',
  'vad',
  'pageFile',
  'prototype',
  'region',
  'absent',
];

/**
 * What an address is: its region, how it translates, its page, and whose it is. What cannot be found for want of
 * symbols or pages is left out. Walks each list of threads once at most.
 */
export function explain(session: Session, address: bigint): Explanation {
  const findings = session.user
    ? processFindings(session, session.user, address)
    : kernelFindings(session, address);
  const telling = TELLING.map((kind) => findings.find((finding) => finding.kind === kind)).find(Boolean);
  return { address, summary: telling?.title ?? 'nothing that the dump tells of', findings };
}

function kernelFindings(session: Session, at: bigint): Finding[] {
  if (at > LAST_USER && at < FIRST_SYSTEM)
    return [{ kind: 'absent', title: 'not an address: bits 47 to 63 differ', evidence: [] }];
  const isUser = at <= LAST_USER;
  const where = regionFinding(session, at, isUser);
  const space = session.target.processSpace(session.process);
  const owners = isUser
    ? [() => vadFinding(session, at), () => stackOf(session, at, true), () => imageOf(session, at)]
    : [() => imageOf(session, at), () => stackFor(session, at, where), () => poolOf(session, at)];
  return [
    ...where,
    ...attempt(() => structureOf(session, at)),
    ...attempt(() => translationOf(session, space, at)),
    ...owners.flatMap(attempt),
  ];
}

/** All threads are asked only about addresses that may be in a stack: where regions are known, those of stacks. */
function stackFor(session: Session, at: bigint, where: readonly Finding[]): Finding[] {
  const [region] = where;
  const mayBeStack =
    !region || region.title.includes('KernelStacks') || region.title.startsWith('the kernel');
  return mayBeStack ? stackOf(session, at, false) : [];
}

function regionFinding(session: Session, at: bigint, isUser: boolean): Finding[] {
  if (isUser)
    return [
      {
        kind: 'region',
        title: 'the user half, that of the current process',
        evidence: [processEvidence(session)],
      },
    ];
  const [found] = attempt(() => {
    const region = regionOf(session, at);
    return region ? [region] : [];
  });
  if (!found) return [{ kind: 'region', title: "the kernel's half", evidence: [] }];
  return [
    {
      kind: 'region',
      title: `region ${found.name}`,
      evidence: [
        {
          label: 'range',
          value: `${shown(found.start)} to ${shown(found.start + found.bytes - 1n)}`,
          address: found.start,
        },
        {
          label: 'nt!MiState says so at',
          value: shown(found.at),
          address: found.at,
          command: `dq ${hex(found.at)} L2`,
        },
      ],
    },
  ];
}

const processEvidence = (session: Session) => ({
  label: 'process',
  value: shown(session.process),
  address: session.process,
  command: `!process ${hex(session.process)} 0`,
});

/** What needs pages that the dump lacks, or symbols that are not there, is not found. */
function attempt<T>(find: () => T[]): T[] {
  try {
    return find();
  } catch (error) {
    if (error instanceof MemoryError || error instanceof SymbolsError) return [];
    throw error;
  }
}
