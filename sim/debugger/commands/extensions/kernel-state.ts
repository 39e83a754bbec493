import { hex } from '../../format/numbers.js';
import { kernelGlobal, listEntries } from '../../kernel/lists.js';
import { MemoryError } from '../../memory/memory.js';
import type { Session } from '../../session.js';
import { TypedView } from '../../types/typed-view.js';
import { Arguments } from '../arguments.js';
import { CommandError, type Command } from '../command.js';
import { refuse } from '../refuse.js';

/** `!locks`: resources that threads own. */
export const locks: Command = {
  names: ['!locks'],
  run({ session, print }, args) {
    const rest = new Arguments(session, args);
    const options = rest.options();
    const odd = options.find((option) => option !== 'v');
    if (odd !== undefined) refuse('!locks', `Option -${odd}`);
    const given = rest.optionalValue() ?? 0n;
    if (given !== 0n) return print(resourceText(session, new TypedView(session, '_ERESOURCE', given)));
    print('**** DUMP OF ALL RESOURCE OBJECTS ****\nKD: Scanning for held locks......\n');
    let [all, held] = [0, 0];
    for (const view of listEntries(
      session,
      kernelGlobal(session, 'ExpSystemResourcesList'),
      '_ERESOURCE',
      'SystemResourcesList',
    )) {
      all++;
      const active = view.number('ActiveEntries') > 0;
      if (active) held++;
      if (active || options.includes('v')) print(resourceText(session, view));
    }
    print(`${all} total locks, ${held} locks currently held\n`);
  },
};

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
  if (owners.length > 0)
    text += `     Threads: ${owners.map(({ thread, count }) => `${hex(thread, 16)}-${hex(count, 2)}<*>`).join('    ')}\n`;
  const waiters = waitersOf(session, view);
  if (waiters.length > 0)
    text += `     Threads Waiting On Exclusive or Shared Access:\n${waiters.map((at) => `              ${hex(at, 16)}\n`).join('')}`;
  return text;
}

function ownersOf(session: Session, view: TypedView): { thread: bigint; count: number }[] {
  const owners: { thread: bigint; count: number }[] = [];
  const take = (entry: TypedView) => {
    const thread = entry.value('OwnerThread');
    if (thread !== 0n)
      owners.push({
        thread: thread & ~NOT_A_THREAD,
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

/** `!pcr`, `!prcb`: a processor's control region. */
export const processorRegion: Command = {
  names: ['!pcr', '!prcb'],
  run({ session, print }, args, name) {
    const number = Number(new Arguments(session, args).optionalValue() ?? BigInt(session.processor));
    const processor = session.target.processors[number];
    if (!processor) throw new CommandError(`Cannot get PRCB address of processor ${number}\n`);
    const view = new TypedView(session, '_KPRCB', processor.prcb);
    const row = (label: string, value: string) => `${label.padStart(22)}: ${value}\n`;
    const threads =
      row('CurrentThread', hex(view.value('CurrentThread'), 16)) +
      row('NextThread', hex(view.value('NextThread'), 16)) +
      row('IdleThread', hex(view.value('IdleThread'), 16));
    if (name === '!pcr') {
      const { gdtr, idtr } = processor.special;
      print(
        `KPCR for Processor ${number} at ${hex(processor.pcr, 16)}:\n${row('Prcb', hex(processor.prcb, 16))}`,
      );
      print(row('IdtBase', hex(idtr ?? 0n, 16)) + row('GdtBase', hex(gdtr ?? 0n, 16)) + threads);
      return;
    }
    print(`PRCB for Processor ${number} at ${hex(processor.prcb, 16)}:\n${threads}`);
    print(row('Number', `${view.value('Number')}`) + row('MHz', `${view.value('MHz')}`));
    for (const field of [
      'InterruptCount',
      'KernelTime',
      'UserTime',
      'DpcTime',
      'InterruptTime',
      'DpcRequestSummary',
    ])
      if (view.has(field)) print(row(field, `${view.value(field)}`));
  },
};

const VECTORS = 256;
const GATE_BYTES = 16;

/** `!idt`: interrupt handlers. */
export const interruptTable: Command = {
  names: ['!idt'],
  run({ session, print }, args) {
    const all = args.includes('-a');
    const wanted = new Arguments(session, args.replace('-a', '')).optionalValue();
    const processor = session.target.processors[session.processor];
    if (!processor) throw new CommandError('The processor is not in the dump.\n');
    const base = processor.special['idtr'] ?? 0n;
    print(`\nDumping IDT: ${hex(base, 16)}\n\n`);
    const prcb = new TypedView(session, '_KPRCB', processor.prcb);
    for (let vector = 0; vector < VECTORS; vector++) {
      if (wanted !== undefined && BigInt(vector) !== wanted) continue;
      const bytes = session.memory.read(base + BigInt(vector * GATE_BYTES), GATE_BYTES);
      if (bytes.length < GATE_BYTES) break;
      const view = new DataView(bytes.slice().buffer);
      const at =
        BigInt(view.getUint16(0, true)) |
        (BigInt(view.getUint16(6, true)) << 16n) |
        (BigInt(view.getUint32(8, true)) << 32n);
      const interrupt = prcb.has(`InterruptObject[${vector}]`)
        ? prcb.value(`InterruptObject[${vector}]`)
        : 0n;
      const symbol = session.symbolText(at);
      if (interrupt === 0n && !all && wanted === undefined && (vector >= 0x20 || !symbol)) continue;
      print(`${hex(vector, 2)}:\t${hex(at, 16)} ${interruptText(session, interrupt) || symbol}\n`);
    }
  },
};

function interruptText(session: Session, at: bigint): string {
  if (at === 0n) return '';
  const routine = new TypedView(session, '_KINTERRUPT', at).value('ServiceRoutine');
  return `${session.symbolText(routine)} (KINTERRUPT ${hex(at, 16)})`;
}
