// Red-black trees of RTL_BALANCED_NODEs in emulated memory, as the heaps keep their free chunks and page ranges.
// A node's ParentValue is its parent's address; bit 0 says that the node is red. The tree knows its root and smallest.
import { RTL_BALANCED_NODE, RTL_RB_TREE } from '../../generated/types';
import { offsetOf } from '../../layout/fields';
import { hostFor, read64, write64 } from '../../memory/virtual';

/** What a node is sorted by; no two nodes of a tree have the same. */
export type KeyOf = (node: u64) => u64;

const RED: u64 = 1;
const FLAGS: u64 = 7;

let leftAt: u32 = 0;
let rightAt: u32 = 0;
let parentAt: u32 = 0;
let rootAt: u32 = 0;
let minAt: u32 = 0;

/** Looks the layouts up. To be called before the first tree. */
export function initialiseTrees(): void {
  leftAt = offsetOf(RTL_BALANCED_NODE.Left);
  rightAt = offsetOf(RTL_BALANCED_NODE.Right);
  parentAt = offsetOf(RTL_BALANCED_NODE.ParentValue);
  rootAt = offsetOf(RTL_RB_TREE.Root);
  minAt = offsetOf(RTL_RB_TREE.Min);
}

function parentOf(node: u64): u64 {
  return read64(node + parentAt) & ~FLAGS;
}

function setParent(node: u64, parent: u64): void {
  const host = hostFor(node + parentAt);
  store<u64>(host, parent | (load<u64>(host) & RED));
}

function isRed(node: u64): bool {
  return node != 0 && (read64(node + parentAt) & RED) != 0;
}

function paint(node: u64, red: bool): void {
  const host = hostFor(node + parentAt);
  store<u64>(host, (load<u64>(host) & ~RED) | (red ? RED : 0));
}

/** Puts `by` where `node` hangs. */
function replace(tree: u64, node: u64, by: u64): void {
  const parent = parentOf(node);
  if (parent == 0) write64(tree + rootAt, by);
  else write64(parent + (read64(parent + leftAt) == node ? leftAt : rightAt), by);
  if (by != 0) setParent(by, parent);
}

/** Turns the tree at `node` so that its child on the side `from` takes its place. */
function rotate(tree: u64, node: u64, from: u32, to: u32): void {
  const child = read64(node + from);
  const inner = read64(child + to);
  write64(node + from, inner);
  if (inner != 0) setParent(inner, node);
  replace(tree, node, child);
  write64(child + to, node);
  setParent(node, child);
}

/** Puts a node into the tree. */
export function insertNode(tree: u64, node: u64, keyOf: KeyOf): void {
  const key = keyOf(node);
  let parent: u64 = 0;
  let side = leftAt;
  let smallest = true;
  for (let at = read64(tree + rootAt); at != 0; at = read64(at + side)) {
    parent = at;
    side = key < keyOf(at) ? leftAt : rightAt;
    if (side == rightAt) smallest = false;
  }
  write64(node + leftAt, 0);
  write64(node + rightAt, 0);
  write64(node + parentAt, parent | RED);
  if (parent == 0) write64(tree + rootAt, node);
  else write64(parent + side, node);
  if (smallest) write64(tree + minAt, node);
  balanceInserted(tree, node);
}

function balanceInserted(tree: u64, inserted: u64): void {
  let node = inserted;
  for (let parent = parentOf(node); isRed(parent); parent = parentOf(node)) {
    const grand = parentOf(parent); // a red node is never the root
    const from = read64(grand + leftAt) == parent ? leftAt : rightAt;
    const to = from == leftAt ? rightAt : leftAt;
    const uncle = read64(grand + to);
    if (isRed(uncle)) {
      paint(parent, false);
      paint(uncle, false);
      paint(grand, true);
      node = grand;
      continue;
    }
    if (read64(parent + to) == node) {
      rotate(tree, parent, to, from);
      node = parent;
      parent = parentOf(node);
    }
    paint(parent, false);
    paint(grand, true);
    rotate(tree, grand, from, to);
  }
  paint(read64(tree + rootAt), false);
}

/** Takes a node out of the tree. */
export function removeNode(tree: u64, node: u64): void {
  if (read64(tree + minAt) == node) write64(tree + minAt, nextNode(node));
  const left = read64(node + leftAt);
  const right = read64(node + rightAt);
  let moved: u64;
  let above: u64;
  let wasRed: bool;
  if (left == 0 || right == 0) {
    moved = left != 0 ? left : right;
    above = parentOf(node);
    wasRed = isRed(node);
    replace(tree, node, moved);
  } else {
    const heir = lowest(right);
    moved = read64(heir + rightAt);
    above = parentOf(heir);
    wasRed = isRed(heir);
    if (above == node) above = heir;
    else {
      replace(tree, heir, moved);
      write64(heir + rightAt, right);
      setParent(right, heir);
    }
    const red = isRed(node);
    replace(tree, node, heir);
    write64(heir + leftAt, left);
    setParent(left, heir);
    paint(heir, red);
  }
  if (!wasRed) balanceRemoved(tree, moved, above);
}

function balanceRemoved(tree: u64, moved: u64, parent: u64): void {
  let node = moved;
  let above = parent;
  while (above != 0 && !isRed(node)) {
    const from = read64(above + leftAt) == node ? leftAt : rightAt;
    const to = from == leftAt ? rightAt : leftAt;
    let sibling = read64(above + to);
    if (isRed(sibling)) {
      paint(sibling, false);
      paint(above, true);
      rotate(tree, above, to, from);
      sibling = read64(above + to);
    }
    if (!isRed(read64(sibling + from)) && !isRed(read64(sibling + to))) {
      paint(sibling, true);
      node = above;
      above = parentOf(node);
      continue;
    }
    if (!isRed(read64(sibling + to))) {
      paint(read64(sibling + from), false);
      paint(sibling, true);
      rotate(tree, sibling, from, to);
      sibling = read64(above + to);
    }
    paint(sibling, isRed(above));
    paint(above, false);
    paint(read64(sibling + to), false);
    rotate(tree, above, to, from);
    node = read64(tree + rootAt);
    above = 0;
  }
  if (node != 0) paint(node, false);
}

function lowest(node: u64): u64 {
  let at = node;
  for (let left = read64(at + leftAt); left != 0; left = read64(at + leftAt)) at = left;
  return at;
}

/** The node after another in the tree's order, or 0. */
export function nextNode(node: u64): u64 {
  const right = read64(node + rightAt);
  if (right != 0) return lowest(right);
  let at = node;
  let parent = parentOf(at);
  while (parent != 0 && read64(parent + rightAt) == at) {
    at = parent;
    parent = parentOf(at);
  }
  return parent;
}

/** The first node whose key is `key` or more, or 0. */
export function firstFrom(tree: u64, key: u64, keyOf: KeyOf): u64 {
  let found: u64 = 0;
  let at = read64(tree + rootAt);
  while (at != 0) {
    if (keyOf(at) >= key) {
      found = at;
      at = read64(at + leftAt);
    } else at = read64(at + rightAt);
  }
  return found;
}
