// Red-black trees of the heaps: parents, order, colours, and the smallest node.
import { Rule } from '../../generated/rules';
import { RTL_BALANCED_NODE, RTL_RB_TREE } from '../../generated/types';
import { offsetOf } from '../../layout/fields';
import { mapped, value } from '../memory';
import { broken, disagree, disagreeAt } from '../report';

/** What nodes of a tree are sorted by. Equal ones may stand in any order. */
export type KeyOf = (node: u64) => u64;

const RED: u64 = 1; // bit of ParentValue
const PARENT_MASK: u64 = ~u64(7);
const DEEPEST: i32 = 64;

let nodes: u32 = 0;
let lastKey: u64 = 0;
let smallest: u64 = 0;

/** Checks the RTL_RB_TREE at `tree`; returns the number of its nodes. */
export function checkTree(tree: u64, keyOf: KeyOf): u32 {
  nodes = 0;
  lastKey = 0;
  smallest = 0;
  walk(value(tree, RTL_RB_TREE.Root), 0, tree + offsetOf(RTL_RB_TREE.Root), false, 0, keyOf);
  if (broken()) return 0;
  const min = value(tree, RTL_RB_TREE.Min);
  if (min != smallest) disagree(Rule.PoolTreeIsATree, tree, RTL_RB_TREE.Min, smallest, min);
  return nodes;
}

/** Walks a tree in order and returns how many black nodes are on every way down. `link` is where the node's address stands. */
function walk(node: u64, parent: u64, link: u64, parentIsRed: bool, depth: i32, keyOf: KeyOf): i32 {
  if (node == 0 || broken()) return 0;
  if (!mapped(node) || depth > DEEPEST) {
    disagreeAt(Rule.PoolTreeIsATree, RTL_BALANCED_NODE.Left, link, 0, node);
    return 0;
  }
  const parentValue = value(node, RTL_BALANCED_NODE.ParentValue);
  const isRed = (parentValue & RED) != 0;
  if ((parentValue & PARENT_MASK) != parent || (isRed && parentIsRed)) {
    disagree(Rule.PoolTreeIsATree, node, RTL_BALANCED_NODE.ParentValue, parent, parentValue);
    return 0;
  }
  const leftLink = node + offsetOf(RTL_BALANCED_NODE.Left);
  const left = walk(value(node, RTL_BALANCED_NODE.Left), node, leftLink, isRed, depth + 1, keyOf);
  if (broken()) return 0;
  const key = keyOf(node);
  if (key < lastKey) {
    disagree(Rule.PoolTreeIsATree, node, RTL_BALANCED_NODE.Left, lastKey, key);
    return 0;
  }
  lastKey = key;
  if (nodes++ == 0) smallest = node;
  const rightLink = node + offsetOf(RTL_BALANCED_NODE.Right);
  const right = walk(value(node, RTL_BALANCED_NODE.Right), node, rightLink, isRed, depth + 1, keyOf);
  if (left != right) disagree(Rule.PoolTreeIsATree, node, RTL_BALANCED_NODE.Right, left, right);
  return left + (isRed ? 0 : 1);
}
