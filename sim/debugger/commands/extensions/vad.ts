import { hex } from '../../format/numbers.js';
import { sectionOf, vadFacts, vadsBelow } from '../../kernel/vads.js';
import type { Session } from '../../session.js';
import type { TypedView } from '../../types/typed-view.js';
import { Arguments } from '../arguments.js';
import type { Command } from '../command.js';
import { ignoredFlags } from '../refuse.js';
import { findProcess } from './process-text.js';

/** `!vad`: ranges of a process's addresses. */
export const vad: Command = {
  names: ['!vad'],
  run({ session, print }, args) {
    const rest = new Arguments(session, args);
    const given = rest.optionalValue() || undefined;
    const flags = Number(rest.optionalValue() ?? 0n);
    const isProcess = given === undefined || isEprocess(session, given);
    const root = isProcess ? findProcess(session, given).value('VadRoot.Root') : given;
    print('VAD             Level         Start             End              Commit\n');
    let [count, sum, deepest] = [0, 0, 0];
    for (const { node, level } of vadsBelow(session, root)) {
      count++;
      sum += level;
      deepest = Math.max(deepest, level);
      print(rangeText(session, node, level));
    }
    print(
      `\nTotal VADs: ${String(count).padStart(5)}, average level: ${String(count ? Math.round(sum / count) : 0).padStart(4)}, maximum depth: ${deepest}\n`,
    );
    print(ignoredFlags('!vad', flags, 0));
  },
};

const PROCESS_TYPE = 3;

function isEprocess(session: Session, at: bigint): boolean {
  const bytes = session.memory.read(at, 1);
  return bytes.length === 1 && (bytes[0]! & 0x7f) === PROCESS_TYPE;
}

function rangeText(session: Session, node: TypedView, level: number): string {
  const { first, last, isPrivate, isImage, protection } = vadFacts(node);
  const commit = node.value('Core.u1.VadFlags1.CommitCharge');
  const columns = `${hex(first).padStart(14)}  ${hex(last).padStart(14)}  ${String(commit).padStart(14)}`;
  const kind = `${isPrivate ? 'Private' : 'Mapped '} ${isImage ? ' Exe ' : '     '}`;
  return `${hex(node.address, 16)} ${String(level).padStart(2)} ${columns} ${kind} ${protection.padEnd(18)} ${isPrivate ? '' : backing(session, node)}\n`;
}

/** The file behind a view, or that its section has none. */
function backing(session: Session, node: TypedView): string {
  const section = sectionOf(session, node);
  if (!section) return '(not in the dump)';
  if (section.controlArea === 0n) return '';
  return section.path || `Pagefile section, shared commit 0x${hex(section.committedPages)}`;
}
