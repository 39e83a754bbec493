import type { Core } from './core.js';

/** What the network adapter and the sockets have counted since the machine booted. */
export interface NetworkReading {
  /** Bytes of the adapter's frames: NDIS_STATISTICS_INFO.ifHCInOctets and ifHCOutOctets. */
  readonly received: bigint;
  readonly sent: bigint;
  /** Bits a second; 0 on a machine without an adapter. */
  readonly linkSpeed: bigint;
  /** Bytes that the sockets of a process have received, by the address of its EPROCESS. */
  readonly byProcess: ReadonlyMap<bigint, bigint>;
}

const WORD = 8;
const SOCKETS_AT = 3; // words before the first row of assembly/kernel/io/network.ts

/** Reads the network adapter and walks the sockets. */
export function readNetwork(core: Core): NetworkReading {
  const sockets = core.exports.networkRead();
  const { exchange } = core;
  const word = (index: number) => exchange.getBigUint64(index * WORD, true);
  const byProcess = new Map<bigint, bigint>();
  for (let at = SOCKETS_AT; at < SOCKETS_AT + 2 * sockets; at += 2)
    byProcess.set(word(at), (byProcess.get(word(at)) ?? 0n) + word(at + 1));
  return { received: word(0), sent: word(1), linkSpeed: word(2), byProcess };
}
