import { hex } from '../format/numbers.js';
import { processAt } from '../kernel/processes.js';
import { sectionOf, vadFacts, vadOf } from '../kernel/vads.js';
import type { Session } from '../session.js';
import type { Module } from '../target/module.js';
import { place, range, type Finding } from './explanation.js';
import { pageState } from './page-state.js';

/** The image that an address lies in: section, symbol. One that was unloaded is told of too. */
export function imageOf(session: Session, at: bigint): Finding[] {
  const module = session.moduleAt(at);
  if (!module || !isMapped(session, module, at)) return unloadedImage(session, at);
  const rva = Number(at - module.base);
  const section = module.image?.sections().find(({ start, bytes }) => rva >= start && rva < start + bytes);
  const symbol = session.symbolText(at);
  const isHeader = rva < HEADER_BYTES;
  const part = section ? `, section ${section.name}` : isHeader ? ', headers' : '';
  return [
    {
      kind: 'image',
      title: `image ${module.name}${part}: ${symbol}`,
      evidence: [
        range('image', module.base, module.end, { command: `lmvm ${module.name}` }),
        { label: 'file', value: module.facts.imagePath },
        { label: 'offset in it', value: `0x${hex(rva)}` },
        ...(section
          ? [range('section', module.base + BigInt(section.start), module.base + BigInt(section.start + section.bytes))]
          : []),
        { label: 'nearest symbol', value: symbol, command: `ln ${hex(at)}` },
      ],
    },
  ];
} // prettier-ignore

const LAST_USER = 0x7fffffffffffn;
const fileName = (path: string) => path.split('\\').pop()!.toLowerCase();

/** The list of user mode's modules may be of another process than the current one, whose VADs tell what is mapped. */
function isMapped(session: Session, { facts }: Module, at: bigint): boolean {
  if (session.user || at > LAST_USER) return true;
  const node = vadOf(session, processAt(session, session.process).value('VadRoot.Root'), at);
  if (!node || !vadFacts(node).isImage) return false;
  const path = sectionOf(session, node)?.path;
  return !path || fileName(path) === fileName(facts.imagePath);
}

/** Of an image, what lies before the first section. */
const HEADER_BYTES = 0x1000;

function unloadedImage(session: Session, at: bigint): Finding[] {
  const found = session.unloadedModules.find(({ start, end }) => at >= start && at < end);
  if (!found) return [];
  const { name, start, end } = found;
  return [
    {
      kind: 'image',
      title: `unloaded image ${name}: it was here, and nothing is now`,
      evidence: [
        range('was at', start, end, { command: 'lm' }),
        { label: 'offset in it', value: `0x${hex(at - start)}` },
      ],
    },
  ];
}

/** The range of the current process that a user address lies in. */
export function vadFinding(session: Session, at: bigint): Finding[] {
  const root = processAt(session, session.process).value('VadRoot.Root');
  const node = vadOf(session, root, at);
  if (!node) return [];
  const { first, last, isPrivate, isImage, protection } = vadFacts(node);
  const section = isPrivate ? undefined : sectionOf(session, node);
  const what = isPrivate ? 'private memory' : isImage ? 'view of an image' : 'view of a section';
  const backing = isPrivate
    ? ''
    : `: ${section?.path || (section ? 'backed by the page file' : 'not in the dump')}`;
  return [
    {
      kind: 'vad',
      title: `${what} (${protection})${backing}`,
      evidence: [
        place('VAD', node.address, { command: `!vad ${hex(at)} 1`, type: 'nt!_MMVAD' }),
        range('range', first << 12n, (last + 1n) << 12n),
        ...pageState(session, node, at),
        ...(section && section.controlArea !== 0n
          ? [place('control area', section.controlArea, { type: 'nt!_CONTROL_AREA' })]
          : []),
        ...(section && section.file !== 0n
          ? [
              place('file object', section.file, {
                command: `!object ${hex(section.file)}`,
                type: 'nt!_FILE_OBJECT',
              }),
            ]
          : []),
      ],
    },
  ];
}
