import { hex } from '../format/numbers.js';
import type { Session } from '../session.js';
import { attempt } from './attempt.js';
import { cacheViewOf } from './cache-views.js';
import { environmentOf } from './environment.js';
import { place, type Explanation, type Finding, type FindingKind } from './explanation.js';
import { handleEntryOf } from './handle-tables.js';
import { imageOf, vadFinding } from './owners.js';
import { physicalFindings } from './physical.js';
import { poolOf } from './pool.js';
import { processFindings } from './process-memory.js';
import { kernelRegion, regionOf } from './regions.js';
import { pieceOf } from './small-dump.js';
import { kernelStackOf } from './stacks.js';
import { structureOf } from './system-structures.js';
import { translationOf } from './translation.js';

const LAST_USER = 0x7fffffffffffn;
const FIRST_SYSTEM = 0xffff800000000000n;
/** Whose address it is says more than where it lies. */
const TELLING: readonly FindingKind[] = [
  'structure',
  'object',
  'pool',
  'stack',
  'image',
  'environment',
  'view',
  'vad',
  'pageFile',
  'prototype',
  'region',
  'absent',
];
/** Of a physical address, whose page it is, and what state that is in, say more than in which run of memory it lies. */
const TELLING_PHYSICAL: readonly FindingKind[] = [
  ...TELLING.filter((kind) => kind !== 'region'),
  'owner',
  'page',
  'region',
];

/**
 * What an address is: its region, how it translates, its page, and whose it is. What cannot be found for want of
 * symbols or pages is left out. Walks each list of threads once at most.
 */
export function explain(session: Session, address: bigint): Explanation {
  const findings = session.user
    ? processFindings(session, session.user, address)
    : kernelFindings(session, address);
  return { address, summary: summaryOf(findings, TELLING), findings };
}

/** What a physical address is: of which run of memory, its page, whose it is, and what that is. */
export function explainPhysical(session: Session, physical: bigint): Explanation {
  session.requireKernel();
  if (session.target.triage) {
    const title = 'not in the dump: small dumps have no physical memory';
    return { address: physical, summary: title, findings: [{ kind: 'absent', title, evidence: [] }] };
  }
  const findings = physicalFindings(session, physical, (at) => ownersOf(session, at));
  return { address: physical, summary: summaryOf(findings, TELLING_PHYSICAL), findings };
}

function summaryOf(findings: readonly Finding[], kinds: readonly FindingKind[]): string {
  const telling = kinds.map((kind) => findings.find((finding) => finding.kind === kind)).find(Boolean);
  return telling?.title ?? 'nothing that the dump tells of';
}

function kernelFindings(session: Session, at: bigint): Finding[] {
  if (at > LAST_USER && at < FIRST_SYSTEM)
    return [{ kind: 'absent', title: 'not an address: bits 47 to 63 differ', evidence: [] }];
  return [
    ...regionFinding(session, at),
    ...pieceOf(session, at),
    ...structureOf(session, at),
    ...attempt(() => translationOf(session, session.target.processSpace(session.process), at)),
    ...ownersOf(session, at),
  ];
}

/** Whose a virtual address is. */
function ownersOf(session: Session, at: bigint): Finding[] {
  const owners =
    at <= LAST_USER
      ? [vadFinding, environmentOf, imageOf]
      : [imageOf, kernelStackIn, cacheViewIn, handleEntryOf, poolOf];
  return owners.flatMap((find) => attempt(() => find(session, at)));
}

/** All threads are asked only about addresses that may be in a stack: where regions are known, those of stacks. */
const kernelStackIn = (session: Session, at: bigint) =>
  mayBeIn(session, at, 'KernelStacks') ? kernelStackOf(session, at) : [];

const cacheViewIn = (session: Session, at: bigint) =>
  mayBeIn(session, at, 'SystemCache') ? cacheViewOf(session, at) : [];

function mayBeIn(session: Session, at: bigint, name: string): boolean {
  const [region] = attempt(() => [regionOf(session, at)]);
  return region === undefined || region.name === name;
}

/** A small dump tells of no region. */
function regionFinding(session: Session, at: bigint): Finding[] {
  if (session.target.triage) return [];
  return at > LAST_USER ? [kernelRegion(session, at)] : [userRegion(session, at)];
}

function userRegion(session: Session, at: bigint): Finding {
  const [inUse] = attempt(() => [vadFinding(session, at).length > 0]);
  return {
    kind: 'region',
    title: `${inUse === false ? 'free addresses of ' : ''}the user half, that of the current process`,
    evidence: [
      place('process', session.process, {
        command: `!process ${hex(session.process)} 0`,
        type: 'nt!_EPROCESS',
      }),
    ],
  };
}
