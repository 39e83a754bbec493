// Address descriptors of a process: the tree, and which pages it describes.
import { Rule, Visited } from '../generated/rules';
import { EPROCESS, MMVAD, MMVAD_FLAGS, MMVAD_SHORT, RTL_BALANCED_NODE } from '../generated/types';
import { offsetOf } from '../layout/fields';
import { allocateTable } from '../memory/arena';
import { expect } from './expect';
import { expectCharge, NON_PAGED } from './quotas';
import { checkView } from './sections';
import { mapped, peek64, value } from './memory';
import { broken, disagree, disagreeAt, visit } from './report';

const HIGHEST_USER_PAGE: u64 = 0x7ffffffef;
const PARENT_MASK: u64 = ~u64(7); // ParentValue's low bits are the balance
const DEEPEST: i32 = 64;
const MAXIMUM: u32 = 65536; // descriptors of one process

let ranges: usize = 0; // two u64 each: first and last page, in order
let count: u32 = 0;
let cursor: u32 = 0;
let owner: u64 = 0;
let bytes: u64 = 0; // of pool that the descriptors take
let nextPage: u64 = 0; // no descriptor may start below it

/** Checks a process's tree, and remembers the pages for {@link isDescribed}. */
export function checkVads(process: u64): void {
  if (ranges == 0) ranges = allocateTable(usize(MAXIMUM) * 16);
  count = 0;
  cursor = 0;
  nextPage = 1;
  owner = process;
  bytes = 0;
  walk(peek64(process + offsetOf(EPROCESS.VadRoot)), 0, process + offsetOf(EPROCESS.VadRoot), 0);
  expect(Rule.VadsAreCounted, process, EPROCESS.VadCount, count);
  expectCharge(process, NON_PAGED, bytes);
}

/** Whether a page number lies in a descriptor. To be asked with ascending numbers. */
export function isDescribed(page: u64): bool {
  while (cursor < count && load<u64>(ranges + usize(cursor) * 16, 8) < page) cursor++;
  return cursor < count && load<u64>(ranges + usize(cursor) * 16) <= page;
}

/** Pages of the descriptor that starts at a page number; 0 when none does. */
export function pagesFrom(page: u64): u64 {
  let low: u32 = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (load<u64>(ranges + usize(middle) * 16) < page) low = middle + 1;
    else high = middle;
  }
  if (low == count || load<u64>(ranges + usize(low) * 16) != page) return 0;
  return load<u64>(ranges + usize(low) * 16, 8) - page + 1;
}

/** Walks a tree in order and returns its height. `link` is where the node's address stands. */
function walk(node: u64, parent: u64, link: u64, depth: i32): i32 {
  if (node == 0 || broken()) return 0;
  if (!mapped(node) || depth > DEEPEST) {
    disagreeAt(Rule.VadTreeIsBalanced, RTL_BALANCED_NODE.Left, link, 0, node);
    return 0;
  }
  const parentValue = value(node, RTL_BALANCED_NODE.ParentValue);
  if ((parentValue & PARENT_MASK) != parent) {
    disagree(Rule.VadTreeIsBalanced, node, RTL_BALANCED_NODE.ParentValue, parent, parentValue & PARENT_MASK);
    return 0;
  }
  const left = walk(
    value(node, RTL_BALANCED_NODE.Left),
    node,
    node + offsetOf(RTL_BALANCED_NODE.Left),
    depth + 1,
  );
  describe(node);
  const right = walk(
    value(node, RTL_BALANCED_NODE.Right),
    node,
    node + offsetOf(RTL_BALANCED_NODE.Right),
    depth + 1,
  );
  if (broken()) return 0;
  const balance = value(node, RTL_BALANCED_NODE.Balance);
  const difference = right - left;
  if (difference < -1 || difference > 1 || balance != u64(difference & 3))
    disagree(Rule.VadTreeIsBalanced, node, RTL_BALANCED_NODE.Balance, u64(difference & 3), balance);
  return 1 + max(left, right);
}

function describe(vad: u64): void {
  const rule = Rule.VadsAreInOrder;
  const first = value(vad, MMVAD_SHORT.StartingVpn) | (value(vad, MMVAD_SHORT.StartingVpnHigh) << 32);
  const last = value(vad, MMVAD_SHORT.EndingVpn) | (value(vad, MMVAD_SHORT.EndingVpnHigh) << 32);
  if (broken()) return;
  if (first < nextPage) disagree(rule, vad, MMVAD_SHORT.StartingVpn, nextPage, first);
  else if (last < first) disagree(rule, vad, MMVAD_SHORT.EndingVpn, first, last);
  else if (last > HIGHEST_USER_PAGE) disagree(rule, vad, MMVAD_SHORT.EndingVpn, HIGHEST_USER_PAGE, last);
  if (broken() || count == MAXIMUM) return;
  store<u64>(ranges + usize(count) * 16, first);
  store<u64>(ranges + usize(count) * 16, last, 8);
  nextPage = last + 1;
  count++;
  visit(Visited.Vads);
  const isPrivate = value(vad + offsetOf(MMVAD_SHORT.u), MMVAD_FLAGS.PrivateMemory) != 0;
  bytes += isPrivate ? offsetOf(MMVAD_SHORT.SIZE) : offsetOf(MMVAD.SIZE);
  if (!isPrivate) checkView(vad, owner, last - first + 1);
}
