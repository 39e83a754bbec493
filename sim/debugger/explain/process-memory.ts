import { address as shown, hex } from '../format/numbers.js';
import type { Session } from '../session.js';
import type { UserTarget } from '../target/user-target.js';
import type { Finding } from './explanation.js';
import { imageOf } from './owners.js';

const FREE = 0x10000; // MEM_FREE
const KINDS: Readonly<Record<number, string>> = {
  0x20000: 'private memory',
  0x40000: 'view of a section',
  0x1000000: 'view of an image',
};

/** What a dump of a process tells of an address: its region, image and stack. */
export function processFindings(session: Session, user: UserTarget, at: bigint): Finding[] {
  return [...regionFinding(user, at), ...imageOf(session, at), ...stackFinding(session, user, at)];
}

function regionFinding(user: UserTarget, at: bigint): Finding[] {
  const region = user.dump
    .regions()
    .find(({ BaseAddress, RegionSize }) => at >= BaseAddress && at < BaseAddress + RegionSize);
  if (!region) return [];
  const what = region.State === FREE ? 'free addresses' : (KINDS[region.Type] ?? 'memory');
  return [
    {
      kind: 'vad',
      title: what,
      evidence: [
        {
          label: 'region',
          value: `${shown(region.BaseAddress)}, 0x${hex(region.RegionSize)} bytes`,
          address: region.BaseAddress,
          command: `!address ${hex(at)}`,
        },
        { label: 'allocation', value: shown(region.AllocationBase), address: region.AllocationBase },
      ],
    },
  ];
}

function stackFinding(session: Session, user: UserTarget, at: bigint): Finding[] {
  for (const { Teb, ThreadId, number, StackStart, StackBytes } of user.threads) {
    const bytes = session.memory.read(Teb + 8n, 16);
    const tib = bytes.length === 16 ? new DataView(bytes.slice().buffer) : undefined;
    const base = tib ? tib.getBigUint64(0, true) : StackStart + BigInt(StackBytes);
    const limit = tib ? tib.getBigUint64(8, true) : StackStart;
    if (at < limit || at >= base) continue;
    return [
      {
        kind: 'stack',
        title: `stack of thread ${number} (${hex(ThreadId)})`,
        evidence: [
          { label: 'TEB', value: shown(Teb), address: Teb, command: `!teb ${hex(Teb)}` },
          {
            label: 'stack',
            value: `${shown(limit)} to ${shown(base)}`,
            address: limit,
            command: `~${number}s; k`,
          },
        ],
      },
    ];
  }
  return [];
}
