import { hex } from '../../format/numbers.js';
import { fastReference } from '../../kernel/lists.js';
import { MemoryError } from '../../memory/memory.js';
import type { Session } from '../../session.js';
import { TypedView } from '../../types/typed-view.js';
import { Arguments } from '../arguments.js';
import type { Command } from '../command.js';
import { findProcess } from './process.js';

/** MI_VAD_TYPE and protections as debuggers call them. Source: public symbols and the WDK's PAGE_* names. */
const IMAGE_MAP = 2;
const PROTECTIONS = [
  'NO_ACCESS',
  'READONLY',
  'EXECUTE',
  'EXECUTE_READ',
  'READWRITE',
  'WRITECOPY',
  'EXECUTE_READWRITE',
  'EXECUTE_WRITECOPY',
];
const DEEPEST = 64;

/** `!vad`: ranges of a process's addresses. */
export const vad: Command = {
  names: ['!vad'],
  run({ session, print }, args) {
    const given = new Arguments(session, args).optionalValue();
    const isProcess = given === undefined || isEprocess(session, given);
    const root = isProcess ? findProcess(session, given).value('VadRoot.Root') : given;
    print('VAD             Level         Start             End              Commit\n');
    let [count, sum, deepest] = [0, 0, 0];
    for (const { node, level } of inOrder(session, root, 1)) {
      count++;
      sum += level;
      deepest = Math.max(deepest, level);
      print(rangeText(session, node, level));
    }
    print(
      `\nTotal VADs: ${String(count).padStart(5)}, average level: ${String(count ? Math.round(sum / count) : 0).padStart(4)}, maximum depth: ${deepest}\n`,
    );
  },
};

const PROCESS_TYPE = 3;

function isEprocess(session: Session, at: bigint): boolean {
  const bytes = session.memory.read(at, 1);
  return bytes.length === 1 && (bytes[0]! & 0x7f) === PROCESS_TYPE;
}

function* inOrder(session: Session, at: bigint, level: number): Iterable<{ node: TypedView; level: number }> {
  if (at === 0n || level > DEEPEST) return;
  const balanced = new TypedView(session, '_RTL_BALANCED_NODE', at);
  yield* inOrder(session, balanced.value('Left'), level + 1);
  yield { node: new TypedView(session, '_MMVAD', at), level };
  yield* inOrder(session, balanced.value('Right'), level + 1);
}

function rangeText(session: Session, node: TypedView, level: number): string {
  const page = (name: string) => node.value(`Core.${name}Vpn`) | (node.value(`Core.${name}VpnHigh`) << 32n);
  const isPrivate = node.value('Core.u.VadFlags.PrivateMemory') === 1n;
  const isImage = node.number('Core.u.VadFlags.VadType') === IMAGE_MAP;
  const protection = PROTECTIONS[node.number('Core.u.VadFlags.Protection') & 7] ?? '';
  const commit = node.value('Core.u1.VadFlags1.CommitCharge');
  const columns = `${hex(page('Starting')).padStart(14)}  ${hex(page('Ending')).padStart(14)}  ${String(commit).padStart(14)}`;
  const kind = `${isPrivate ? 'Private' : 'Mapped '} ${isImage ? ' Exe ' : '     '}`;
  return `${hex(node.address, 16)} ${String(level).padStart(2)} ${columns} ${kind} ${protection.padEnd(18)} ${isPrivate ? '' : backing(session, node)}\n`;
}

/** The file behind a view, or that its section has none. */
function backing(session: Session, node: TypedView): string {
  try {
    const subsection = node.value('Subsection');
    if (subsection === 0n) return '';
    const area = new TypedView(
      session,
      '_CONTROL_AREA',
      new TypedView(session, '_SUBSECTION', subsection).value('ControlArea'),
    );
    const file = fastReference(area.value('FilePointer.Value'));
    if (file !== 0n) return new TypedView(session, '_FILE_OBJECT', file).unicode('FileName');
    const pages = new TypedView(session, '_SEGMENT', area.value('Segment')).value('NumberOfCommittedPages');
    return `Pagefile section, shared commit 0x${hex(pages)}`;
  } catch (error) {
    if (error instanceof MemoryError) return '(not in the dump)';
    throw error;
  }
}
