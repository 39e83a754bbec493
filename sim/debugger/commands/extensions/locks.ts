import { hex } from '../../format/numbers.js';
import { kernelGlobal, listEntries } from '../../kernel/lists.js';
import { MemoryError } from '../../memory/memory.js';
import type { Session } from '../../session.js';
import { TypedView } from '../../types/typed-view.js';
import { Arguments } from '../arguments.js';
import { CommandError, type Command } from '../command.js';
import { expectEnd, refuse } from '../refuse.js';
import { THREAD_FLAG, threadText } from './thread-text.js';

/** `!locks`: resources that threads own. */
export const locks: Command = {
  names: ['!locks'],
  run({ session, print }, args) {
    const rest = new Arguments(session, args);
    const letters = rest.letterOptions().join('').toLowerCase();
    const odd = /[^vpd]/.exec(letters)?.[0];
    if (odd !== undefined) refuse('!locks', `Option -${odd}`);
    const given = rest.optionalValue() ?? 0n;
    expectEnd('!locks', rest);
    const show = (view: TypedView) => {
      print(resourceText(session, view));
      if (letters.includes('p')) print(countsText(view));
      if (letters.includes('v'))
        for (const { thread } of ownersOf(session, view)) print(ownerText(session, thread));
    };
    if (given !== 0n) {
      const view = new TypedView(session, '_ERESOURCE', given);
      if (!isResource(session, view))
        throw new CommandError(`${hex(given, 16)} is not on the list of the system's resources.\n`);
      show(view);
      return print(`1 total locks, ${isHeld(view) ? 1 : 0} locks currently held\n`);
    }
    print('**** DUMP OF ALL RESOURCE OBJECTS ****\nKD: Scanning for held locks......\n');
    let [all, held] = [0, 0];
    for (const view of listEntries(
      session,
      kernelGlobal(session, 'ExpSystemResourcesList'),
      '_ERESOURCE',
      'SystemResourcesList',
    )) {
      all++;
      if (isHeld(view)) held++;
      if (isHeld(view) || letters.includes('d')) show(view);
    }
    print(`${all} total locks, ${held} locks currently held\n`);
  },
};

/** A resource that threads wait for, and who owns it. */
export interface Blocked {
  readonly resource: bigint;
  readonly owners: readonly bigint[];
  readonly waiters: readonly bigint[];
}

/** Resources of the system's list that are waited for. */
export function blockedOnResources(session: Session): Blocked[] {
  const blocked: Blocked[] = [];
  const head = kernelGlobal(session, 'ExpSystemResourcesList');
  for (const view of listEntries(session, head, '_ERESOURCE', 'SystemResourcesList')) {
    const waiters = waitersOf(session, view);
    if (waiters.length === 0) continue;
    const owners = ownersOf(session, view).map(({ thread }) => thread);
    blocked.push({ resource: view.address, owners, waiters });
  }
  return blocked;
}

const isHeld = (view: TypedView) => view.number('ActiveEntries') > 0;

/** A resource hangs on a list: who it follows, and who follows it, lead back to it. */
function isResource(session: Session, view: TypedView): boolean {
  try {
    const [next, last] = [view.value('SystemResourcesList.Flink'), view.value('SystemResourcesList.Blink')];
    const back = new TypedView(session, '_LIST_ENTRY', next).value('Blink');
    const on = new TypedView(session, '_LIST_ENTRY', last).value('Flink');
    return back === view.address && on === view.address;
  } catch (error) {
    if (error instanceof MemoryError) return false;
    throw error;
  }
}

/** All that the structure counts, zeros too. */
function countsText(view: TypedView): string {
  return COUNTED.map((field) => `    ${field.padEnd(25)} = ${view.value(field)}\n`).join('');
}
const COUNTED = [
  'ActiveCount', 'ActiveEntries', 'ContentionCount', 'NumberOfSharedWaiters', 'NumberOfExclusiveWaiters',
]; // prettier-ignore

/** An owner as `!thread` shows it; an owner need not be a thread. */
function ownerText(session: Session, at: bigint): string {
  const type = session.memory.read(at, 1);
  if (type.length < 1 || (type[0]! & OBJECT_TYPE_BITS) !== THREAD_OBJECT) return '';
  const flags = THREAD_FLAG.waits | THREAD_FLAG.stack | THREAD_FLAG.noArguments;
  return `\n${threadText(session, new TypedView(session, '_ETHREAD', at), flags, '     ')}`;
}

const OBJECT_TYPE_BITS = 0x7f;
const THREAD_OBJECT = 6;
const FLAG_EXCLUSIVE = 0x80; // ResourceOwnedExclusive
const NOT_A_THREAD = 3n;
const MOST_OWNERS = 0x1000;

function resourceText(session: Session, view: TypedView): string {
  const symbol = session.symbolAt(view.address)?.symbol ? `${session.symbolText(view.address)} ` : '';
  const owners = ownersOf(session, view);
  const exclusive = (view.number('Flag') & FLAG_EXCLUSIVE) !== 0;
  const state =
    owners.length === 0
      ? 'Available'
      : exclusive
        ? 'Exclusively owned'
        : `Shared ${owners.length} owning threads`;
  let text = `\nResource @ ${symbol}(0x${hex(view.address, 16)})    ${state}\n`;
  const row = (name: string, value: number) => (value > 0 ? `    ${name} = ${value}\n` : '');
  text += row('Contention Count', view.number('ContentionCount'));
  text += row('NumberOfSharedWaiters', view.number('NumberOfSharedWaiters'));
  text += row('NumberOfExclusiveWaiters', view.number('NumberOfExclusiveWaiters'));
  if (owners.length > 0) text += `     Threads: ${owners.map(ownerMark).join('    ')}\n`;
  const waiters = waitersOf(session, view);
  if (waiters.length > 0)
    text += `     Threads Waiting On Exclusive or Shared Access:\n${waiters.map((at) => `              ${hex(at, 16)}\n`).join('')}`;
  return text;
}

interface Owner {
  /** Without the bits that say how it was acquired. */
  thread: bigint;
  /** As the resource has it. */
  given: bigint;
  count: number;
}

function ownerMark({ thread, given, count }: Owner): string {
  const mark = `${hex(given, 16)}-${hex(count, 2)}<*>`;
  return given === thread ? mark : `${mark} *** Actual Thread ${hex(thread, 16)}`;
}

function ownersOf(session: Session, view: TypedView): Owner[] {
  const owners: Owner[] = [];
  const take = (entry: TypedView) => {
    const thread = entry.value('OwnerThread');
    if (thread !== 0n)
      owners.push({
        thread: thread & ~NOT_A_THREAD,
        given: thread,
        count: Number((entry.value('TableSize') & 0xffffffffn) >> 3n) || 1,
      });
  };
  take(view.inner('OwnerEntry'));
  const table = view.value('OwnerTable');
  if (table === 0n) return owners;
  try {
    const size = new TypedView(session, '_OWNER_ENTRY', table).number('TableSize');
    const each = BigInt(session.struct('_OWNER_ENTRY').size);
    for (let i = 1; i < Math.min(size, MOST_OWNERS); i++)
      take(new TypedView(session, '_OWNER_ENTRY', table + BigInt(i) * each));
  } catch (error) {
    if (!(error instanceof MemoryError)) throw error;
  }
  return owners;
}

/** Threads in the wait lists of the objects that a resource's waiters wait on. */
function waitersOf(session: Session, view: TypedView): bigint[] {
  const threads: bigint[] = [];
  for (const field of ['ExclusiveWaiters', 'SharedWaiters']) {
    const object = view.value(field);
    if (object === 0n) continue;
    try {
      const head = new TypedView(session, '_DISPATCHER_HEADER', object).at('WaitListHead');
      for (const block of listEntries(session, head, '_KWAIT_BLOCK', 'WaitListEntry'))
        threads.push(block.value('Thread'));
    } catch (error) {
      if (!(error instanceof MemoryError)) throw error;
    }
  }
  return threads;
}
