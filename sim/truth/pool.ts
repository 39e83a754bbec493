import type { Core } from '../machine/core.js';

/** What was allocated and freed under a pool tag, by the core's own count. Bytes are those still allocated, headers included. */
export interface TruthPoolTag {
  /** Four characters, spaces at the end included. */
  tag: string;
  nonPagedAllocs: number;
  nonPagedFrees: number;
  nonPagedBytes: number;
  pagedAllocs: number;
  pagedFrees: number;
  pagedBytes: number;
}

const ENTRY_BYTES = 56;
const HEAD_BYTES = 8;

/** Reads the ledger that the core keeps outside of emulated memory. Tags in alphabetical order. */
export function truthOfPool(core: Core): TruthPoolTag[] {
  const { exports } = core;
  const tags: TruthPoolTag[] = [];
  for (let place = 0, copied = 1; copied > 0;) {
    place = exports.poolLedger(place, exports.exchangeBuffer(), exports.exchangeBytes());
    const { exchange } = core;
    copied = exchange.getUint32(0, true);
    for (let i = 0; i < copied; i++) tags.push(tagAt(exchange, HEAD_BYTES + i * ENTRY_BYTES));
  }
  return tags.sort((a, b) => (a.tag < b.tag ? -1 : 1));
}

function tagAt(view: DataView, at: number): TruthPoolTag {
  const number = (index: number) => Number(view.getBigUint64(at + 8 + index * 8, true));
  return {
    tag: String.fromCharCode(...[0, 1, 2, 3].map((index) => view.getUint8(at + index))),
    nonPagedAllocs: number(0),
    nonPagedFrees: number(1),
    nonPagedBytes: number(2),
    pagedAllocs: number(3),
    pagedFrees: number(4),
    pagedBytes: number(5),
  };
}
