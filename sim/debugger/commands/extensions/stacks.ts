import { hex } from '../../format/numbers.js';
import { activeProcesses, idleProcess, imageName, threadsOf } from '../../kernel/processes.js';
import { tickCount } from '../../kernel/shared-data.js';
import { MemoryError } from '../../memory/memory.js';
import type { Session } from '../../session.js';
import type { TypedView } from '../../types/typed-view.js';
import { walkStack } from '../../unwind/stack.js';
import { Arguments } from '../arguments.js';
import { CommandError, type Command } from '../command.js';
import { expectEnd, expectNoOption } from '../refuse.js';
import { siteText } from '../stack.js';
import { MOST_FRAMES } from './thread-text.js';

/** How much of the threads is shown: those with a stack, all, all with every frame. Source: Microsoft, "!stacks". */
const DETAIL = { summary: 0, pagedOut: 1, all: 2 };

/** `!stacks`: where each thread blocks. */
export const stacks: Command = {
  names: ['!stacks'],
  run({ session, print }, args) {
    const rest = new Arguments(session, args);
    expectNoOption('!stacks', rest);
    const level = Number(rest.optionalValue() ?? 0n);
    if (level > DETAIL.all) throw new CommandError(`!stacks shows details 0, 1 or 2, not ${hex(level)}.\n`);
    const filter = rest.word()?.toLowerCase();
    expectEnd('!stacks', rest);
    let count = 0;
    print('Proc.Thread  .Thread  Ticks   ThreadState Blocker\n');
    for (const owner of [...idleProcess(session), ...activeProcesses(session)]) {
      let text = `                            [${hex(owner.address, 16)} ${imageName(session, owner)}]\n`;
      let any = filter === undefined;
      for (const entry of threadsOf(session, owner)) {
        count++;
        const line = blockerText(session, owner, entry, level);
        if (filter !== undefined && !line.toLowerCase().includes(filter)) continue;
        text += line;
        any = true;
      }
      if (any) print(`${text}\n`);
    }
    print(`Threads Processed: ${count}\n`);
  },
};

const STATES = ['INITED', 'READY', 'RUNNING', 'STANDBY', 'TERMINA', 'Blocked', 'TRANSIT', 'DEFREADY'];
/** Functions that every waiting thread passes through tell nothing of why it waits. */
const WAITING =
  /^nt!(?:KiSwapContext|KiSwapThread|KiCommitThreadWait|SwapContext|Ke(?:WaitFor|RemoveQueue|DelayExecution)\w*)\+/;

function blockerText(session: Session, owner: TypedView, entry: TypedView, level: number): string {
  try {
    const context = session.target.threadContext(entry.address);
    const target = {
      memory: session.target.processSpace(owner.address),
      moduleAt: (at: bigint) => session.moduleAt(at),
    };
    const sites = walkStack(target, context, MOST_FRAMES).map((frame) => siteText(session, frame));
    const blocker = sites.find((site) => !WAITING.test(site)) ?? sites[0] ?? '';
    const ticks = tickCount(session) - entry.value('Tcb.WaitTime');
    const cid = `${hex(entry.value('Cid.UniqueProcess')).padStart(4)}.${hex(entry.value('Cid.UniqueThread'), 6)}`;
    const state = (STATES[entry.number('Tcb.State')] ?? '').padEnd(10);
    const head = `${cid}  ${hex(entry.address, 16)} ${hex(BigInt.asUintN(32, ticks), 7)} ${state} `;
    if (level < DETAIL.all) return `${head}${blocker}\n`;
    return `${head}${sites.map((site, i) => `${i === 0 ? '' : ' '.repeat(head.length)}${site}\n`).join('')}`;
  } catch (error) {
    if (!(error instanceof MemoryError)) throw error;
    return level < DETAIL.pagedOut ? '' : `${' '.repeat(8)}${hex(entry.address, 16)} Stack paged out\n`;
  }
}
