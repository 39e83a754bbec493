import { viewOf } from '../files/record.js';
import type { Session } from '../session.js';

/** Gates of an interrupt descriptor table. Source: Intel SDM, volume 3, 6.14.1. */
export const GATE_BYTES = 16;
export const VECTORS = 256;
const IST_MASK = 7;
const PRESENT = 0x80;

/** What a vector leads to. */
export interface Gate {
  vector: number;
  handler: bigint;
  /** Which stack of the task state segment the processor goes to; 0 for the current one. */
  stack: number;
  isPresent: boolean;
}

/** Gates of a processor's table, as far as the dump holds it. */
export function* gatesOf(session: Session, processor: number): Iterable<Gate> {
  const base = session.target.processors[processor]?.special['idtr'] ?? 0n;
  if (base === 0n) return;
  const bytes = session.memory.read(base, VECTORS * GATE_BYTES);
  const view = viewOf(bytes);
  for (let vector = 0; (vector + 1) * GATE_BYTES <= bytes.length; vector++) {
    const at = vector * GATE_BYTES;
    yield {
      vector,
      handler:
        BigInt(view.getUint16(at, true)) |
        (BigInt(view.getUint16(at + 6, true)) << 16n) |
        (BigInt(view.getUint32(at + 8, true)) << 32n),
      stack: view.getUint8(at + 4) & IST_MASK,
      isPresent: (view.getUint8(at + 5) & PRESENT) !== 0,
    };
  }
}

/** Names of the handlers that run on a stack of the task state segment. */
export function handlersOfStack(session: Session, processor: number, stack: number): string[] {
  return [...gatesOf(session, processor)]
    .filter((gate) => gate.isPresent && gate.stack === stack)
    .map(({ handler }) => session.symbolText(handler))
    .filter(Boolean);
}
