import type { Core } from './core.js';

const WORD = 8;
const MOST_LINKS = 16; // WCT_MAX_NODE_COUNT of wct.h

/** A thread in a chain. */
export interface ChainLink {
  readonly pid: number;
  readonly tid: number;
  /** What it waits for the next one with; undefined for the last, who waits for nobody. */
  readonly waitsFor?: 'mutant' | 'resource' | 'thread';
}

/** Threads that wait for each other: each link for the next. */
export interface WaitChain {
  readonly links: readonly ChainLink[];
  /** The last link waits for one that is in the chain already. */
  readonly isDeadlock: boolean;
}

const KINDS = [undefined, 'mutant', 'resource', 'thread'] as const;

/** The chains that begin at the threads of a process which wait for other threads. */
export function readWaitChains(core: Core, process: bigint): WaitChain[] {
  const { exports } = core;
  const chains: WaitChain[] = [];
  for (
    let at = exports.processNextThread(process, 0n);
    at !== 0n;
    at = exports.processNextThread(process, at)
  ) {
    const chain = chainFrom(core, at);
    if (chain.links.length > 1) chains.push(chain);
  }
  return chains;
}

function chainFrom(core: Core, first: bigint): WaitChain {
  const seen = new Set<bigint>();
  const links: ChainLink[] = [];
  let thread = first;
  while (thread !== 0n && links.length < MOST_LINKS) {
    if (seen.has(thread)) return { links, isDeadlock: true };
    seen.add(thread);
    core.exports.threadReadWait(thread);
    const word = (index: number) => core.exchange.getBigUint64(index * WORD, true);
    const waitsFor = KINDS[Number(word(4))];
    links.push({ tid: Number(word(0)), pid: Number(word(1)), ...(waitsFor && { waitsFor }) });
    thread = word(5);
  }
  return { links, isDeadlock: false };
}
