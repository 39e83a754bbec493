// Virtual address descriptors: what a process has reserved, as a balanced tree.
import { EPROCESS, MMVAD, MMVAD_FLAGS, MMVAD_SHORT, RTL_BALANCED_NODE } from '../../generated/types';
import { offsetOf } from '../../layout/fields';
import { addToField, at, setField, write64 } from '../../memory/virtual';
import { allocatePool, NON_PAGED, tag } from '../pool/pool';

/** MI_VAD_TYPE. */
export const VAD_NONE: u32 = 0;
export const VAD_IMAGE: u32 = 2;

/** Index into nt!MmProtectToValue. */
export const PROTECT_READ_ONLY: u32 = 1;
export const PROTECT_READ_WRITE: u32 = 4;
export const PROTECT_EXECUTE_WRITE_COPY: u32 = 7;

const BALANCE_LEFT_HEAVY: u64 = 3; // RTL_BALANCED_NODE.Balance, 2 bits signed: -1
const MAXIMUM: i32 = 1024;

// Descriptors of the process that is being built, in order of address.
const addresses = new StaticArray<u64>(MAXIMUM);
const starts = new StaticArray<u64>(MAXIMUM);
let count: i32 = 0;

/** Forgets the descriptors gathered so far; to be called before a process's first one. */
export function beginVads(): void {
  count = 0;
}

/** Describes `pages` pages from `start` on, private (short descriptor) or a mapped image. */
export function addVad(start: u64, pages: u32, type: u32, protection: u32, isPrivate: bool): void {
  assert(count < MAXIMUM, 'too many address ranges in a process');
  const isImage = type == VAD_IMAGE;
  const vad = isImage
    ? allocatePool(offsetOf(MMVAD.SIZE), tag(0x56, 0x61, 0x64, 0x20), NON_PAGED, 0) // 'Vad '
    : allocatePool(offsetOf(MMVAD_SHORT.SIZE), tag(0x56, 0x61, 0x64, 0x53), NON_PAGED, 0); // 'VadS'
  const first = start >> 12;
  const last = first + pages - 1;
  setField(vad, MMVAD_SHORT.StartingVpn, first);
  setField(vad, MMVAD_SHORT.StartingVpnHigh, first >> 32);
  setField(vad, MMVAD_SHORT.EndingVpn, last);
  setField(vad, MMVAD_SHORT.EndingVpnHigh, last >> 32);
  const flags = at(vad, MMVAD_SHORT.u_VadFlags);
  setField(flags, MMVAD_FLAGS.VadType, type);
  setField(flags, MMVAD_FLAGS.Protection, protection);
  setField(flags, MMVAD_FLAGS.PrivateMemory, isPrivate ? 1 : 0);
  setField(vad, MMVAD_SHORT.u1_LongFlags1, isPrivate ? pages : 0); // CommitCharge
  let i = count++;
  for (; i > 0 && unchecked(starts[i - 1]) > start; i--) {
    unchecked((starts[i] = starts[i - 1]));
    unchecked((addresses[i] = addresses[i - 1]));
  }
  unchecked((starts[i] = start));
  unchecked((addresses[i] = vad));
}

/** Links the gathered descriptors under EPROCESS.VadRoot. */
export function linkVads(process: u64): void {
  const root = link(0, count, 0);
  write64(at(process, EPROCESS.VadRoot), root);
  addToField(process, EPROCESS.VadCount, count);
}

function heightOf(nodes: i32): i32 {
  return nodes == 0 ? 0 : 32 - clz(nodes);
}

/** Makes a tree of the descriptors `from` to `to` - 1; the middle one is the root, so the sides differ by one at most. */
function link(from: i32, to: i32, parent: u64): u64 {
  if (from >= to) return 0;
  const middle = (from + to) >> 1;
  const node = unchecked(addresses[middle]);
  write64(at(node, RTL_BALANCED_NODE.Left), link(from, middle, node));
  write64(at(node, RTL_BALANCED_NODE.Right), link(middle + 1, to, node));
  const leftHeavy = heightOf(middle - from) > heightOf(to - middle - 1);
  setField(node, RTL_BALANCED_NODE.ParentValue, parent | (leftHeavy ? BALANCE_LEFT_HEAVY : 0));
  return node;
}
