import { hex } from '../format/numbers.js';
import { atMost } from '../kernel/lists.js';
import { imageName, processAt, threadsOf } from '../kernel/processes.js';
import type { Session } from '../session.js';
import { TypedView } from '../types/typed-view.js';
import type { Context } from '../unwind/context.js';
import { attempt } from './attempt.js';
import { place, range, type Finding } from './explanation.js';
import { fieldEvidence, typeName } from './fields.js';
import { parameterFindings } from './parameters.js';
import { contextOf, frameOf } from './stacks.js';
import { heapFindings } from './user-heaps.js';

const PAGE = 0x1000n;
const MOST_THREADS = 0x4000;
const MINUS_32 = (value: bigint) => BigInt.asIntN(32, value);

/** A thread of the process, as user mode knows it. */
export interface UserSide {
  /** `thread 1a4.2c8 of explorer.exe`, or its number in a dump of a process. */
  name: string;
  teb: bigint;
  /** ETHREAD; 0 in a dump of a process. */
  thread: bigint;
  context: () => Context | undefined;
  command: string;
}

/** What a user address is to the loader and to the threads of its process. */
export function environmentOf(session: Session, at: bigint): Finding[] {
  const threads = [...userThreads(session)];
  const findings = [...threads.flatMap((thread) => attempt(() => threadFindings(session, thread, at)))];
  if (findings.length > 0) return findings;
  const peb = session.peb ?? 0n;
  if (peb === 0n) return [];
  return [
    ...attempt(() => block(session, '_PEB', peb, at, 'PEB, the environment block of the process', '!peb')),
    ...attempt(() => secondPeb(session, threads, at)),
    ...attempt(() => parameterFindings(session, peb, at)),
    ...attempt(() => heapFindings(session, peb, at)),
  ];
}

function* userThreads(session: Session): Iterable<UserSide> {
  if (session.user) {
    for (const thread of session.user.threads)
      yield {
        name: `thread ${thread.number} (${hex(thread.ThreadId)})`,
        teb: thread.Teb,
        thread: 0n,
        context: () => session.user!.contextOf(thread),
        command: `~${thread.number}s; k`,
      };
    return;
  }
  const process = processAt(session, session.process);
  const program = imageName(session, process);
  for (const thread of atMost(MOST_THREADS, threadsOf(session, process))) {
    const teb = thread.value('Tcb.Teb');
    if (teb === 0n) continue;
    const id = `${hex(thread.value('Cid.UniqueProcess'))}.${hex(thread.value('Cid.UniqueThread'))}`;
    yield {
      name: `thread ${id} of ${program}`,
      teb,
      thread: thread.address,
      context: () => contextOf(session, thread.address),
      command: `!thread ${hex(thread.address)}`,
    };
  }
}

function threadFindings(session: Session, thread: UserSide, at: bigint): Finding[] {
  const { teb, name } = thread;
  const view = new TypedView(session, '_TEB', teb);
  const own = block(session, '_TEB', teb, at, `TEB, the environment block of ${name}`, `!teb ${hex(teb)}`);
  if (own.length > 0) return own;
  const stack = stackFindings(session, thread, at, {
    base: view.value('NtTib.StackBase'),
    limit: view.value('NtTib.StackLimit'),
    reserved: view.value('DeallocationStack'),
    bits: '',
  });
  const teb32 = secondTeb(view);
  if (stack.length > 0 || teb32 === 0n) return stack;
  const view32 = new TypedView(session, '_TEB32', teb32);
  const second = block(session, '_TEB32', teb32, at, `TEB32, the 32-bit environment block of ${name}`, '');
  if (second.length > 0) return second;
  return stackFindings(session, thread, at, {
    base: view32.value('NtTib.StackBase'),
    limit: view32.value('NtTib.StackLimit'),
    reserved: view32.value('DeallocationStack'),
    bits: '32-bit ',
  });
}

/** TEB.WowTebOffset leads to the 32-bit block of a thread; 0 for one without. */
function secondTeb(teb: TypedView): bigint {
  const offset = teb.has('WowTebOffset') ? MINUS_32(teb.value('WowTebOffset')) : 0n;
  return offset > 0n ? teb.address + offset : 0n;
}

function secondPeb(session: Session, threads: readonly UserSide[], at: bigint): Finding[] {
  for (const { teb } of threads) {
    const teb32 = secondTeb(new TypedView(session, '_TEB', teb));
    if (teb32 === 0n) continue;
    const peb32 = new TypedView(session, '_TEB32', teb32).value('ProcessEnvironmentBlock');
    return block(session, '_PEB32', peb32, at, 'PEB32, the 32-bit environment block of the process', '');
  }
  return [];
}

/** A structure of the process that an address may lie in. */
function block(session: Session, type: string, start: bigint, at: bigint, title: string, command: string): Finding[] {
  const bytes = BigInt(session.struct(type).size);
  if (start === 0n || at < start || at >= start + bytes) return [];
  const name = typeName(session, type);
  return [
    {
      kind: 'environment',
      title,
      evidence: [
        place('begins at', start, { ...(command && { command }), type: name }),
        ...fieldEvidence(session, name, start, at),
      ],
    },
  ];
} // prettier-ignore

interface UserStack {
  base: bigint;
  limit: bigint;
  /** Lowest address that is set aside for it. */
  reserved: bigint;
  bits: string;
}

function stackFindings(session: Session, thread: UserSide, at: bigint, stack: UserStack): Finding[] {
  const { base, limit, reserved, bits } = stack;
  const lowest = reserved !== 0n && reserved < limit ? reserved : limit;
  if (base === 0n || at < lowest || at >= base) return [];
  const part = at >= limit ? '' : at >= limit - PAGE ? 'guard page below the ' : 'reserved, for the ';
  const found: Finding = {
    kind: 'stack',
    title: `${part}${session.user ? '' : 'user '}${bits}stack of ${thread.name}`,
    evidence: [
      ...(thread.thread === 0n ? [] : [place('thread', thread.thread, { command: thread.command, type: 'nt!_ETHREAD', thread: thread.thread })]),
      place('TEB', thread.teb, { command: `!teb ${hex(thread.teb)}`, type: typeName(session, '_TEB') }),
      range('stack', limit, base, thread.thread === 0n ? { command: thread.command } : {}),
      ...(lowest < limit ? [range('reserved below it', lowest, limit)] : []),
    ],
  };
  return part || bits ? [found] : [found, ...frameOf(session, at, stack, thread.context())];
} // prettier-ignore
