// Virtual address descriptors: what a process has reserved, as a balanced tree.
import {
  CONTROL_AREA,
  EPROCESS,
  MMVAD,
  MMVAD_FLAGS,
  MMVAD_FLAGS1,
  MMVAD_SHORT,
  RTL_BALANCED_NODE,
} from '../../generated/types';
import { offsetOf } from '../../layout/fields';
import { PAGE_SIZE } from '../../memory/arena';
import { addToField, at, getField, insertTail, read64, setField, write64 } from '../../memory/virtual';
import { allocatePool, freePool, NON_PAGED, tag } from '../pool/pool';
import { NON_PAGED_POOL_QUOTA, returnQuota } from '../processes/quota-block';
import { chargeCommit, chargeDescriptor, chargeVirtual } from './charges';
import { prototypeOf, subsectionOf } from './control-area';
import { forgetRanges, noteRange } from './range-ledger';
import { enterArea, leaveView } from './section-end';

/** _MI_VAD_TYPE. */
export const VAD_NONE: u32 = 0;
export const VAD_IMAGE: u32 = 2;

const BALANCE_LEFT_HEAVY: u64 = 3; // RTL_BALANCED_NODE.Balance, 2 bits signed: -1
const PARENT_MASK: u64 = ~u64(7);
const MAXIMUM: i32 = 8192;

// Descriptors of the process that is being built, in order of address.
const addresses = new StaticArray<u64>(MAXIMUM);
const starts = new StaticArray<u64>(MAXIMUM);
let count: i32 = 0;
let owner: u64 = 0; // their process

/** Forgets the descriptors gathered so far; to be called before the first one of `process`. */
export function beginVads(process: u64): void {
  count = 0;
  owner = process;
}

/** Gathers the descriptors of a process that has a tree already, so that more can be added. */
export function reopenVads(process: u64): void {
  beginVads(process);
  gather(read64(at(process, EPROCESS.VadRoot)));
}

function gather(node: u64): void {
  if (node == 0) return;
  gather(getField(node, RTL_BALANCED_NODE.Left));
  unchecked((starts[count] = startOf(node)));
  unchecked((addresses[count++] = node));
  gather(getField(node, RTL_BALANCED_NODE.Right));
}

/** First address after all ranges below `limit`, 0 when there are none. */
export function endBelow(limit: u64): u64 {
  for (let i = count - 1; i >= 0; i--)
    if (unchecked(starts[i]) < limit) return endOf(unchecked(addresses[i]));
  return 0;
}

function endOf(vad: u64): u64 {
  const low = getField(vad, MMVAD_SHORT.EndingVpn);
  return ((low | (getField(vad, MMVAD_SHORT.EndingVpnHigh) << 32)) + 1) << 12;
}

function startOf(vad: u64): u64 {
  const low = getField(vad, MMVAD_SHORT.StartingVpn);
  return (low | (getField(vad, MMVAD_SHORT.StartingVpnHigh) << 32)) << 12;
}

/**
 * Describes private memory: `pages` pages from `start` on, of which `committed` count against the commit limit.
 * `isWhole` says that they were committed when they were reserved, all of them.
 */
export function addPrivateVad(start: u64, pages: u32, committed: u32, isWhole: bool, protection: u32): u64 {
  const vad = allocatePool(offsetOf(MMVAD_SHORT.SIZE), tag(0x56, 0x61, 0x64, 0x53), NON_PAGED, 0); // 'VadS'
  chargeDescriptor(offsetOf(MMVAD_SHORT.SIZE));
  describe(vad, start, pages, VAD_NONE, protection, committed);
  setField(at(vad, MMVAD_SHORT.u), MMVAD_FLAGS.PrivateMemory, 1);
  setField(at(vad, MMVAD_SHORT.u1), MMVAD_FLAGS1.MemCommit, isWhole ? 1 : 0);
  noteRange(owner, start, pages, 0, VAD_NONE, protection, committed);
  return vad;
}

/**
 * Describes a view of the section of control area `area`, from its page `firstPage` on; `committed` pages of it may become the process's own.
 */
export function addViewVad(
  start: u64,
  pages: u32,
  type: u32,
  protection: u32,
  area: u64,
  firstPage: u32,
  committed: u32,
): u64 {
  enterArea(area);
  const vad = allocatePool(offsetOf(MMVAD.SIZE), tag(0x56, 0x61, 0x64, 0x20), NON_PAGED, 0); // 'Vad '
  chargeDescriptor(offsetOf(MMVAD.SIZE));
  describe(vad, start, pages, type, protection, committed);
  setField(vad, MMVAD.Subsection, subsectionOf(area, 0));
  setField(vad, MMVAD.FirstPrototypePte, prototypeOf(area, firstPage));
  setField(vad, MMVAD.LastContiguousPte, prototypeOf(area, firstPage + pages - 1));
  setField(vad, MMVAD.VadsProcess, owner);
  insertTail(at(area, CONTROL_AREA.ListHead), at(vad, MMVAD.ViewLinks));
  noteRange(owner, start, pages, area, type, protection, committed);
  addToField(area, CONTROL_AREA.NumberOfMappedViews, 1);
  addToField(area, CONTROL_AREA.NumberOfUserReferences, 1);
  return vad;
}

function describe(vad: u64, start: u64, pages: u32, type: u32, protection: u32, committed: u32): void {
  assert(count < MAXIMUM, 'too many address ranges in a process');
  const first = start >> 12;
  const last = first + pages - 1;
  setField(vad, MMVAD_SHORT.StartingVpn, first);
  setField(vad, MMVAD_SHORT.StartingVpnHigh, first >> 32);
  setField(vad, MMVAD_SHORT.EndingVpn, last);
  setField(vad, MMVAD_SHORT.EndingVpnHigh, last >> 32);
  const flags = at(vad, MMVAD_SHORT.u);
  setField(flags, MMVAD_FLAGS.VadType, type);
  setField(flags, MMVAD_FLAGS.Protection, protection);
  setField(at(vad, MMVAD_SHORT.u1), MMVAD_FLAGS1.CommitCharge, committed);
  chargeVirtual(u64(pages) * PAGE_SIZE);
  chargeCommit(committed);
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
  write64(at(process, EPROCESS.VadHint), root);
  setField(process, EPROCESS.VadCount, count);
}

/** Takes a process's tree of descriptors down, whose pages are unmapped already: their views are gone. */
export function deleteVads(process: u64): void {
  returnQuota(process, NON_PAGED_POOL_QUOTA, deleteBelow(read64(at(process, EPROCESS.VadRoot))));
  write64(at(process, EPROCESS.VadRoot), 0);
  write64(at(process, EPROCESS.VadHint), 0);
  setField(process, EPROCESS.VadCount, 0);
  forgetRanges(process);
}

/** Returns the bytes of pool that the descriptors took. */
function deleteBelow(node: u64): u64 {
  if (node == 0) return 0;
  const below =
    deleteBelow(getField(node, RTL_BALANCED_NODE.Left)) +
    deleteBelow(getField(node, RTL_BALANCED_NODE.Right));
  const isView = getField(at(node, MMVAD_SHORT.u), MMVAD_FLAGS.PrivateMemory) == 0;
  if (isView) leaveView(node);
  freePool(node);
  return below + (isView ? offsetOf(MMVAD.SIZE) : offsetOf(MMVAD_SHORT.SIZE));
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
  setField(
    node,
    RTL_BALANCED_NODE.ParentValue,
    (parent & PARENT_MASK) | (leftHeavy ? BALANCE_LEFT_HEAVY : 0),
  );
  return node;
}
