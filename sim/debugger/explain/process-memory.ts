import { address as shown, hex } from '../format/numbers.js';
import type { Session } from '../session.js';
import type { UserTarget } from '../target/user-target.js';
import { protectionText } from '../format/memory-information.js';
import { environmentOf } from './environment.js';
import { place, range, type Finding } from './explanation.js';
import { imageOf } from './owners.js';
import { frameOf } from './stacks.js';
import { sharedData } from './system-structures.js';

const FREE = 0x10000; // MEM_FREE
const RESERVED = 0x2000; // MEM_RESERVE
const LAST_USER = 0x7fffffffffffn;
const FIRST_SYSTEM = 0xffff800000000000n;
const KINDS: Readonly<Record<number, string>> = {
  0x20000: 'private memory',
  0x40000: 'view of a section',
  0x1000000: 'view of an image',
};

/** What a dump of a process tells of an address: its region, image and stack. */
export function processFindings(session: Session, user: UserTarget, at: bigint): Finding[] {
  const [region] = regionFinding(user, at);
  if (at > LAST_USER) return [elsewhere(at)];
  return [
    region ?? { kind: 'absent', title: 'the dump tells of no region there', evidence: [] },
    ...sharedData(session, at),
    ...environmentOf(session, at),
    ...stackFinding(session, user, at),
    ...imageOf(session, at),
  ];
}

/** What is no address of a process. */
function elsewhere(at: bigint): Finding {
  const title =
    at >= FIRST_SYSTEM
      ? "an address of the kernel's half: a dump of a process has nothing of it"
      : 'not an address: bits 47 to 63 differ';
  return { kind: 'absent', title, evidence: [] };
}

function regionFinding(user: UserTarget, at: bigint): Finding[] {
  const region = user.dump
    .regions()
    .find(({ BaseAddress, RegionSize }) => at >= BaseAddress && at < BaseAddress + RegionSize);
  if (!region) return [];
  const kind = KINDS[region.Type] ?? 'memory';
  const protection = protectionText(region.Protect);
  const what =
    region.State === FREE
      ? 'free addresses'
      : region.State === RESERVED
        ? `${kind}, reserved`
        : `${kind} (${protection})`;
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
        ...(region.State === FREE ? [] : [place('allocation', region.AllocationBase)]),
      ],
    },
  ];
}

/** Of a thread whose TEB the dump lacks, what it says of its stack. */
function stackFinding(session: Session, user: UserTarget, at: bigint): Finding[] {
  const thread = user.threads.find(
    ({ Teb, StackStart, StackBytes }) =>
      session.memory.read(Teb, 1).length === 0 && at >= StackStart && at < StackStart + BigInt(StackBytes),
  );
  if (!thread) return [];
  const { number, ThreadId, StackStart, StackBytes } = thread;
  const stack = { limit: StackStart, base: StackStart + BigInt(StackBytes) };
  return [
    {
      kind: 'stack',
      title: `stack of thread ${number} (${hex(ThreadId)})`,
      evidence: [range('stack', stack.limit, stack.base, { command: `~${number}s; k` })],
    },
    ...frameOf(session, at, stack, user.contextOf(thread)),
  ];
}
