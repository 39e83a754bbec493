import { hex } from '../format/numbers.js';
import type { Session } from '../session.js';
import { place, range, type Finding } from './explanation.js';
import { frameOf } from './stacks.js';

/** What a small dump (type 4) holds of an address, and as what: it has pieces of virtual memory, and no page tables. */
export function pieceOf(session: Session, at: bigint): Finding[] {
  const { triage, header } = session.target;
  if (!triage) return [];
  const { TopOfStack, SizeOfCallStack, ThreadOffset, ProcessOffset, DebuggerDataSize, DataPageAddress, DataPageSize } =
    triage.header; // prettier-ignore
  const isIn = (start: bigint, bytes: number) => start !== 0n && at >= start && at < start + BigInt(bytes);
  if (isIn(TopOfStack, SizeOfCallStack)) return stackPiece(session, at, TopOfStack, SizeOfCallStack);
  if (isIn(header.KdDebuggerDataBlock, DebuggerDataSize))
    return [piece('the debugger data block, nt!KdDebuggerDataBlock', header.KdDebuggerDataBlock, DebuggerDataSize)];
  const block = triage.blocks().find(({ Address, Size }) => isIn(Address, Size));
  if (block) {
    const title =
      block.Offset === ThreadOffset
        ? 'ETHREAD of the thread that stopped the system'
        : block.Offset === ProcessOffset
          ? 'EPROCESS of the process that stopped the system'
          : 'a piece of memory that the small dump holds';
    return [piece(title, block.Address, block.Size)];
  }
  if (isIn(DataPageAddress, DataPageSize)) return [piece('the page of data that the small dump holds', DataPageAddress, DataPageSize)];
  return [{ kind: 'region', title: 'nothing that the small dump holds', evidence: [] }];
} // prettier-ignore

const piece = (title: string, start: bigint, bytes: number): Finding => ({
  kind: 'structure',
  title,
  evidence: [range('piece', start, start + BigInt(bytes), { command: `dq ${hex(start)}` })],
});

function stackPiece(session: Session, at: bigint, start: bigint, bytes: number): Finding[] {
  const stack = { limit: start, base: start + BigInt(bytes) };
  return [
    {
      kind: 'stack',
      title: 'kernel stack of the thread that stopped the system',
      evidence: [
        range('piece', stack.limit, stack.base, { command: 'k' }),
        place('thread', session.thread, {
          command: `!thread ${hex(session.thread)}`,
          thread: session.thread,
        }),
      ],
    },
    ...frameOf(session, at, stack, session.eventContext),
  ];
}
