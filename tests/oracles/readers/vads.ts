// The tree of virtual address descriptors of a process, as vadinfo walks it.
import type { Kernel } from './kernel.js';
import { offsetOf } from './layouts.js';
import { poolTag } from './objects.js';

const PAGE_SHIFT = 12n;
const HIGH_SHIFT = 32n;
const DEEPEST = 100;
const PARENT_MASK = ~7n;

export interface Vad {
  address: bigint;
  tag: string;
  start: bigint;
  /** First address after it. */
  end: bigint;
  protection: number;
  isPrivate: boolean;
  type: number;
  commitCharge: number;
  /** All of it was committed when it was reserved. */
  isWhole: boolean;
}

/** The view of a section that a descriptor of a mapped range describes. */
export interface View {
  /** First SUBSECTION. */
  subsection: bigint;
  controlArea: bigint;
  firstPrototype: bigint;
  lastPrototype: bigint;
  /** EPROCESS. */
  process: bigint;
}

/** What a descriptor that is not private says of its section. */
export function viewOf(kernel: Kernel, vad: bigint): View {
  const get = (path: string) => kernel.get(vad, '_MMVAD', path);
  const subsection = get('Subsection');
  return {
    subsection,
    controlArea: kernel.get(subsection, '_SUBSECTION', 'ControlArea'),
    firstPrototype: get('FirstPrototypePte'),
    lastPrototype: get('LastContiguousPte'),
    process: get('VadsProcess'),
  };
}

/** Descriptors of a process in order of address. @throws when a link to a parent or the balance of a node is wrong */
export function vadsOf(kernel: Kernel, process: bigint): Vad[] {
  const root = kernel.space.u64(process + BigInt(offsetOf('_EPROCESS', 'VadRoot')));
  const found: Vad[] = [];
  walk(kernel, root, 0n, 0, found);
  return found;
}

/** Returns the height of the tree under `node`. */
function walk(kernel: Kernel, node: bigint, parent: bigint, depth: number, found: Vad[]): number {
  if (node === 0n) return 0;
  if (depth > DEEPEST) throw new Error('a tree too deep');
  const link = (name: string) => kernel.get(node, '_RTL_BALANCED_NODE', name);
  if ((link('ParentValue') & PARENT_MASK) !== parent) throw new Error(`parent of VAD 0x${node.toString(16)}`);
  const left = walk(kernel, link('Left'), node, depth + 1, found);
  found.push(read(kernel, node));
  const right = walk(kernel, link('Right'), node, depth + 1, found);
  const balance = Number(BigInt.asIntN(2, link('Balance')));
  if (balance !== right - left) throw new Error(`balance of VAD 0x${node.toString(16)}: ${balance}`);
  return 1 + Math.max(left, right);
}

function read(kernel: Kernel, node: bigint): Vad {
  const get = (path: string) => kernel.get(node, '_MMVAD_SHORT', path);
  const vpn = (name: string) => get(name) | (get(`${name}High`) << HIGH_SHIFT);
  return {
    address: node,
    tag: poolTag(kernel, node),
    start: vpn('StartingVpn') << PAGE_SHIFT,
    end: (vpn('EndingVpn') + 1n) << PAGE_SHIFT,
    protection: Number(get('u.VadFlags.Protection')),
    isPrivate: get('u.VadFlags.PrivateMemory') === 1n,
    type: Number(get('u.VadFlags.VadType')),
    commitCharge: Number(get('u1.VadFlags1.CommitCharge')),
    isWhole: get('u1.VadFlags1.MemCommit') === 1n,
  };
}
