import { address as shown, hex } from '../format/numbers.js';
import { entryAddresses, entryText, pageFileOf } from '../kernel/page-entries.js';
import { protectionName } from '../kernel/vads.js';
import { readInteger } from '../memory/memory.js';
import type { AddressSpace } from '../memory/address-space.js';
import { prototypeFrame, softwareOutcome } from '../memory/page-walk.js';
import type { Session } from '../session.js';
import { place, type Evidence, type Finding } from './explanation.js';
import { frameFindings } from './frames.js';
import { fileOfPrototype } from './prototypes.js';
import { filePageEvidence } from './subsections.js';

const COPY_ON_WRITE = 1n << 9n; // MMPTE_HARDWARE.CopyOnWrite
/** A prototype address that says that the VAD leads to the prototype. */
const THROUGH_VAD = 0xffffffff0000n;

/** How an address translates, level by level, and what its page is. */
export function translationOf(session: Session, space: AddressSpace, at: bigint): Finding[] {
  const { steps, outcome } = space.walk(at);
  const addresses = entryAddresses(session, at);
  const evidence = steps.map(({ level, entry }, i): Evidence => ({
    label: `${level} at ${shown(addresses[i]!)}`,
    value:
      entry === undefined
        ? 'its page is not in the dump'
        : `${hex(entry, 16)}  ${entryText(entry, level !== 'PTE')}`,
    address: addresses[i]!,
    command: `!pte ${hex(at)}`,
  }));
  const walk = (title: string): Finding => ({ kind: 'walk', title, evidence });
  switch (outcome.kind) {
    case 'mapped': {
      const pfn = Math.floor(outcome.physical / 0x1000);
      const large = outcome.pageBytes > 0x1000 ? `, large page of 0x${hex(outcome.pageBytes)} bytes` : '';
      const last = steps.at(-1)?.entry ?? 0n;
      const copies = !outcome.transition && last & COPY_ON_WRITE ? ', copied when it is written to' : '';
      const how = outcome.transition
        ? 'in transition: not in a working set, but still in memory'
        : `valid${copies}`;
      return [
        walk(`physical address ${hex(outcome.physical)} (${how}${large})`),
        ...frameFindings(session, pfn),
      ];
    }
    case 'prototype':
      return [
        walk('not valid: a prototype PTE tells where the page is'),
        ...prototypeOf(session, outcome.prototype),
      ];
    case 'absent':
      return [walk(`unknown: frame ${hex(outcome.pfn)}, which holds the next table, is not in the dump`)];
    default:
      if (outcome.level !== 'PTE' || outcome.entry === 0n)
        return [walk(`not mapped: the ${outcome.level} is ${outcome.entry === 0n ? 'zero' : 'not valid'}`)];
      return [walk('not valid'), pageFile(outcome.entry)];
  }
}

/** MMPTE_SOFTWARE.Protection: its lower bits as VADs have them, its upper ones what is special. Source: public symbols. */
const PROTECTION = { at: 5n, mask: 31n, special: 0x18n, guard: 0x10n, none: 0x18n };

/** What an entry says that is neither valid, in transition nor a prototype. */
function pageFile(entry: bigint): Finding {
  const { number, page } = pageFileOf(entry);
  const protection = (entry >> PROTECTION.at) & PROTECTION.mask;
  const evidence: Evidence[] = [
    { label: 'PTE', value: hex(entry, 16) },
    { label: 'protection', value: protectionName(Number(protection)) },
  ];
  const kind = 'pageFile';
  if (page !== 0n) return { kind, title: `in page file ${number}, at its page ${hex(page)}`, evidence };
  if ((protection & PROTECTION.special) === PROTECTION.guard)
    return { kind, title: 'guard page: committed, and whoever touches it is told', evidence };
  if ((protection & PROTECTION.special) === PROTECTION.none)
    return { kind, title: 'no access: committed, and nobody may touch it', evidence };
  return { kind, title: 'demand zero: the page has not been touched yet', evidence };
}

function prototypeOf(session: Session, at: bigint): Finding[] {
  if ((at & 0xffffffffffffn) === THROUGH_VAD)
    return [{ kind: 'prototype', title: 'the prototype PTE is found through the VAD', evidence: [] }];
  const where = place('prototype PTE at', at, { command: `dq ${hex(at)} L1` });
  const bytes = session.memory.read(at, 8);
  if (bytes.length < 8)
    return [{ kind: 'prototype', title: 'the prototype PTE is not in the dump', evidence: [where] }];
  const entry = readInteger(session.memory, at, 8);
  const finding = (title: string): Finding => ({
    kind: 'prototype',
    title,
    evidence: [where, { label: 'contents', value: `${hex(entry, 16)}  ${entryText(entry, false)}` }],
  });
  const frame = prototypeFrame(entry);
  if (frame !== undefined)
    return [finding(`shared page in frame ${hex(frame)}`), ...frameFindings(session, frame)];
  if (softwareOutcome(entry, 0n).kind === 'prototype') {
    const page = fileOfPrototype(session, at);
    const { title, evidence } = finding(
      `the page is in its file${page ? `, ${page.path}` : ''}: the prototype names the subsection`,
    );
    return [{ kind: 'prototype', title, evidence: [...evidence, ...(page ? filePageEvidence(page) : [])] }];
  }
  return [finding('the page is not in memory'), pageFile(entry)];
}
