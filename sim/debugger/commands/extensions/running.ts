import { address, hex } from '../../format/numbers.js';
import { MemoryError } from '../../memory/memory.js';
import type { Session } from '../../session.js';
import { TypedView } from '../../types/typed-view.js';
import { Arguments } from '../arguments.js';
import type { Command } from '../command.js';
import { expectEnd, refuse } from '../refuse.js';
import { stackText, THREAD_FLAG } from './thread-text.js';

/** Queued spin locks that a processor owns or waits for are marked in the last column. */
const LOCKS_SHOWN = 16;
const LOCK_WAIT = 1n;
const LOCK_OWNER = 2n;
const NO_THREAD = ' '.repeat(21);

/** `!running`: what each processor runs. */
export const running: Command = {
  names: ['!running'],
  run({ session, print }, args) {
    const rest = new Arguments(session, args);
    const letters = rest.letterOptions().join('').toLowerCase();
    const odd = /[^it]/.exec(letters)?.[0];
    if (odd !== undefined) refuse('!running', `Option -${odd}`);
    expectEnd('!running', rest);
    const prcbs = session.target.processors.map(
      (processor) => processor && new TypedView(session, '_KPRCB', processor.prcb),
    );
    const idle = prcbs.map(
      (prcb) => prcb !== undefined && prcb.value('CurrentThread') === prcb.value('IdleThread'),
    );
    print(`System Processors:  (${maskText(prcbs.map(() => true))})\n`);
    print(`  Idle Processors:  (${maskText(idle)})\n\n`);
    print('       Prcbs             Current         (pri) Next            (pri) Idle\n');
    prcbs.forEach((prcb, number) => {
      if (!prcb || (idle[number] && !letters.includes('i'))) return;
      const [current, next] = [
        threadCell(session, prcb, 'CurrentThread'),
        threadCell(session, prcb, 'NextThread'),
      ];
      print(
        `${String(number).padStart(3)}    ${hex(prcb.address, 16)}  ${current} ${next} ${hex(prcb.value('IdleThread'), 16)}  ${locksText(prcb)}\n`,
      );
      if (letters.includes('t')) print(`\n${runningStack(session, prcb)}`);
    });
  },
};

function maskText(chosen: readonly boolean[]): string {
  const mask = chosen.reduce((sum, on, i) => (on ? sum | (1n << BigInt(i)) : sum), 0n);
  return hex(mask, 16);
}

/** `ffffda0273eea040 ( 8)`. */
function threadCell(session: Session, prcb: TypedView, field: string): string {
  const at = prcb.value(field);
  if (at === 0n) return NO_THREAD;
  const priority = new TypedView(session, '_KTHREAD', at).number('Priority');
  return `${hex(at, 16)} (${String(priority).padStart(2)})`;
}

function locksText(prcb: TypedView): string {
  return Array.from({ length: LOCKS_SHOWN }, (_, i) => {
    const state = prcb.has(`LockQueue[${i}].Lock`) ? prcb.value(`LockQueue[${i}].Lock`) : 0n;
    return state & LOCK_OWNER ? 'O' : state & LOCK_WAIT ? 'W' : '.';
  }).join('');
}

function runningStack(session: Session, prcb: TypedView): string {
  const entry = new TypedView(session, '_ETHREAD', prcb.value('CurrentThread'));
  try {
    return stackText(session, entry, THREAD_FLAG.noArguments);
  } catch (error) {
    if (!(error instanceof MemoryError)) throw error;
    return `Memory at ${address(error.address)} is not in the dump.\n\n`;
  }
}
