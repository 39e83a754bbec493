import { address as shown, hex } from '../format/numbers.js';
import { objectInBlock } from '../kernel/objects.js';
import { poolBlockAt } from '../kernel/pool-blocks.js';
import { activeProcesses, imageName, processAt, threadsOf } from '../kernel/processes.js';
import { sectionOf, vadFacts, vadOf } from '../kernel/vads.js';
import { MemoryError } from '../memory/memory.js';
import type { Session } from '../session.js';
import type { TypedView } from '../types/typed-view.js';
import type { Finding } from './explanation.js';

/** The image that an address lies in: section, symbol. */
export function imageOf(session: Session, at: bigint): Finding[] {
  const module = session.moduleAt(at);
  if (!module) return [];
  const rva = Number(at - module.base);
  const section = module.image?.sections().find(({ start, bytes }) => rva >= start && rva < start + bytes);
  const symbol = session.symbolText(at);
  const place = section ? `, section ${section.name}` : rva < 0x1000 ? ', headers' : '';
  return [
    {
      kind: 'image',
      title: `image ${module.name}${place}: ${symbol}`,
      evidence: [
        {
          label: 'image',
          value: module.facts.imagePath,
          address: module.base,
          command: `lmvm ${module.name}`,
        },
        { label: 'nearest symbol', value: symbol, command: `ln ${hex(at)}` },
      ],
    },
  ];
}

/** The block of pool around an address, and the object that lives in it. */
export function poolOf(session: Session, at: bigint): Finding[] {
  const block = poolBlockAt(session, at);
  if (!block) return [];
  const state = block.isAllocated ? `tag ${block.tag || '(none)'}` : 'free';
  const pool: Finding = {
    kind: 'pool',
    title: `block of pool, ${state}, 0x${hex(block.bytes)} bytes`,
    evidence: [
      { label: 'block at', value: shown(block.start), address: block.start, command: `!pool ${hex(at)}` },
      { label: 'offset in it', value: `0x${hex(at - block.start)}` },
      { label: 'kind', value: block.kind },
      { label: 'heap', value: shown(block.heap), address: block.heap },
      { label: 'subsegment or range', value: shown(block.container), address: block.container },
    ],
  };
  if (!block.isAllocated || !block.hasHeader) return [pool];
  const object = objectInBlock(session, block.start, block.bytes);
  if (!object) return [pool];
  const named = object.name ? ` "${object.name}"` : '';
  return [
    pool,
    {
      kind: 'object',
      title: `object of type ${object.typeName}${named}`,
      evidence: [
        {
          label: 'object at',
          value: shown(object.address),
          address: object.address,
          command: `!object ${hex(object.address)}`,
        },
        { label: 'header at', value: shown(object.header.address), address: object.header.address },
        { label: 'type', value: shown(object.typeAddress), address: object.typeAddress },
        { label: 'handles', value: `${object.header.value('HandleCount')}` },
        { label: 'pointers', value: `${object.header.value('PointerCount')}` },
      ],
    },
  ];
}

/** The thread whose stack an address lies in: its kernel stack, or the user stack of one of the current process. */
export function stackOf(session: Session, at: bigint, isUser: boolean): Finding[] {
  const processes = isUser ? [processAt(session, session.process)] : activeProcesses(session);
  for (const process of processes)
    for (const thread of threadsOf(session, process)) {
      const range = isUser ? userStack(session, thread) : kernelStack(thread);
      if (range && at >= range.limit && at < range.base)
        return [stackFinding(session, process, thread, range, isUser)];
      if (!isUser && range && at >= range.limit - GUARD_BYTES && at < range.limit)
        return [guardFinding(session, process, thread, range)];
    }
  return isUser ? [] : processorStack(session, at);
}

/** Below a kernel stack lies a page that is never mapped, so that a stack that grows too far stops there. */
const GUARD_BYTES = 0x1000n;

function guardFinding(session: Session, process: TypedView, thread: TypedView, range: StackRange): Finding {
  const stack = stackFinding(session, process, thread, range, false);
  return { ...stack, title: `guard page below the ${stack.title}` };
}

interface StackRange {
  limit: bigint;
  base: bigint;
}

function kernelStack(thread: TypedView): StackRange {
  return { limit: thread.value('Tcb.StackLimit'), base: thread.value('Tcb.StackBase') };
}

/** NT_TIB of x64: StackBase and StackLimit lead the TEB. */
function userStack(session: Session, thread: TypedView): StackRange | undefined {
  const bytes = session.memory.read(thread.value('Tcb.Teb') + 8n, 16);
  if (bytes.length < 16) return undefined;
  const view = new DataView(bytes.slice().buffer);
  return { base: view.getBigUint64(0, true), limit: view.getBigUint64(8, true) };
}

function stackFinding(
  session: Session,
  process: TypedView,
  thread: TypedView,
  { limit, base }: StackRange,
  isUser: boolean,
): Finding {
  const id = `${hex(thread.value('Cid.UniqueProcess'))}.${hex(thread.value('Cid.UniqueThread'))}`;
  return {
    kind: 'stack',
    title: `${isUser ? 'user' : 'kernel'} stack of thread ${id} of ${imageName(session, process)}`,
    evidence: [
      {
        label: 'thread',
        value: shown(thread.address),
        address: thread.address,
        command: `!thread ${hex(thread.address)}`,
      },
      {
        label: 'process',
        value: shown(process.address),
        address: process.address,
        command: `!process ${hex(process.address)} 0`,
      },
      { label: 'stack', value: `${shown(limit)} to ${shown(base)}`, address: limit },
    ],
  };
}

/** Idle threads are on no process's list; they run on the processors' own stacks. */
function processorStack(session: Session, at: bigint): Finding[] {
  for (const processor of session.target.processors) {
    if (!processor) continue;
    try {
      const prcb = session.view('_KPRCB', processor.prcb);
      const idle = session.view('_ETHREAD', prcb.value('IdleThread'));
      const { limit, base } = kernelStack(idle);
      if (at < limit || at >= base) continue;
      return [
        {
          kind: 'stack',
          title: `kernel stack of the idle thread of processor ${processor.number}`,
          evidence: [
            {
              label: 'thread',
              value: shown(idle.address),
              address: idle.address,
              command: `!thread ${hex(idle.address)}`,
            },
            { label: 'stack', value: `${shown(limit)} to ${shown(base)}`, address: limit },
          ],
        },
      ];
    } catch (error) {
      if (!(error instanceof MemoryError)) throw error;
    }
  }
  return [];
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
        {
          label: 'VAD',
          value: shown(node.address),
          address: node.address,
          command: `!vad ${hex(session.process)}`,
        },
        {
          label: 'range',
          value: `${shown(first << 12n)} to ${shown(((last + 1n) << 12n) - 1n)}`,
          address: first << 12n,
        },
        ...(section && section.controlArea !== 0n
          ? [{ label: 'control area', value: shown(section.controlArea), address: section.controlArea }]
          : []),
        ...(section && section.file !== 0n
          ? [{ label: 'file object', value: shown(section.file), address: section.file }]
          : []),
      ],
    },
  ];
}
