import { viewOf } from '../files/record.js';
import { hex } from '../format/numbers.js';
import type { PoolBlock } from '../kernel/pool-blocks.js';
import { entryText } from '../kernel/page-entries.js';
import { prototypeFrame } from '../memory/page-walk.js';
import type { Session } from '../session.js';
import { place, type Finding } from './explanation.js';
import { originalPte } from './frames.js';
import { filePageEvidence, filePageOf, subsectionIn, type FilePage } from './subsections.js';

/** Tag of arrays of prototype PTEs. Source: Microsoft, pooltag.txt. */
const PROTOTYPES_TAG = 'MmSt';
const PTE_BYTES = 8;
/** So many entries on either side are asked which subsection they belong to. */
const NEIGHBOURS = 0x40;

/** An address in an array of prototype PTEs: of which file's page. */
export function prototypeAt(session: Session, block: PoolBlock, at: bigint): Finding[] {
  if (block.tag !== PROTOTYPES_TAG) return [];
  const entryAt = at & ~7n;
  const page = nearestFile(session, block, entryAt);
  const bytes = session.memory.read(entryAt, PTE_BYTES);
  const entry = bytes.length < PTE_BYTES ? undefined : viewOf(bytes).getBigUint64(0, true);
  const contents =
    entry === undefined ? [] : [{ label: 'contents', value: `${hex(entry, 16)}  ${entryText(entry, false)}` }];
  const title = page
    ? `prototype PTE of ${page.path}, its byte 0x${hex(page.offset)}`
    : 'among the prototype PTEs of a section';
  return [
    {
      kind: 'structure',
      title,
      evidence: [place('entry at', entryAt, { command: `dq ${hex(entryAt)} L1` }), ...contents, ...(page ? filePageEvidence(page) : [])],
    },
  ];
} // prettier-ignore

/** The entry's own page, or what an entry near it tells of the subsection that has both. */
function nearestFile(session: Session, { start, bytes }: PoolBlock, entryAt: bigint): FilePage | undefined {
  for (let step = 0; step <= NEIGHBOURS; step++)
    for (const sign of step === 0 ? [1] : [1, -1]) {
      const other = entryAt + BigInt(sign * step * PTE_BYTES);
      if (other < start || other >= start + bytes) continue;
      const subsection = subsectionOf(session, other);
      const page = subsection === undefined ? undefined : filePageOf(session, subsection, entryAt);
      if (page) return page;
    }
  return undefined;
}

/** What the prototype PTE at an address stands for. */
export function fileOfPrototype(session: Session, at: bigint): FilePage | undefined {
  const subsection = subsectionOf(session, at);
  return subsection === undefined ? undefined : filePageOf(session, subsection, at);
}

/** The subsection that an entry names, or the PFN entry of the page that it leads to. */
function subsectionOf(session: Session, at: bigint): bigint | undefined {
  const bytes = session.memory.read(at, PTE_BYTES);
  if (bytes.length < PTE_BYTES) return undefined;
  const entry = viewOf(bytes).getBigUint64(0, true);
  const frame = prototypeFrame(entry);
  const original = frame === undefined ? entry : originalPte(session, frame);
  return original === undefined ? undefined : subsectionIn(original);
}
