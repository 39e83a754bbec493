import { hex } from '../../format/numbers.js';
import { sectionOf, vadFacts, vadOf, vadsBelow } from '../../kernel/vads.js';
import type { Session } from '../../session.js';
import type { TypedView } from '../../types/typed-view.js';
import { Arguments } from '../arguments.js';
import { CommandError, type Command } from '../command.js';
import { expectEnd, refuseFlags } from '../refuse.js';
import { findProcess } from './process-text.js';

/** `!vad`: ranges of a process's addresses. */
export const vad: Command = {
  names: ['!vad'],
  run({ session, print }, args) {
    const rest = new Arguments(session, args);
    const given = rest.optionalValue() || undefined;
    const flags = Number(rest.optionalValue() ?? 0n);
    expectEnd('!vad', rest);
    refuseFlags('!vad', flags, ONE);
    if (flags === ONE && given !== undefined) return print(oneText(session, given));
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
  },
};

/** As the second argument: one VAD only, or that of an address, in detail. Source: Microsoft, "!vad". */
const ONE = 1;
const LAST_USER = 0x7fffffffffffn;

function oneText(session: Session, given: bigint): string {
  const root = findProcess(session, undefined).value('VadRoot.Root');
  const node = given <= LAST_USER ? vadOf(session, root, given) : session.view('_MMVAD', given);
  if (!node) throw new CommandError(`${hex(given)} is in no range of the current process.\n`);
  const { first, last, isPrivate, isImage, protection } = vadFacts(node);
  const commit = node.value('Core.u1.VadFlags1.CommitCharge');
  const head =
    `\nVAD @ ${hex(node.address, 16)}\n` +
    `  Start VPN ${hex(first).padStart(16)}  End VPN ${hex(last).padStart(16)}  Commit Charge ${hex(commit)} (${commit}.)\n`;
  const kind = `  ${isPrivate ? 'Private' : isImage ? 'ImageMap' : 'Mapped'} ${protection}\n`;
  if (isPrivate) return head + kind;
  const section = sectionOf(session, node);
  if (!section) return `${head}  The section is not in the dump.\n${kind}`;
  return (
    `${head}  Control Area  ${hex(section.controlArea, 16)}  FirstProtoPte ${hex(node.value('FirstPrototypePte'), 16)}  ` +
    `LastPte ${hex(node.value('LastContiguousPte'), 16)}\n${kind}` +
    (section.path ? `  File: ${section.path}\n` : '')
  );
}

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
