// Which processors there are: NUMA nodes, each a processor group of its own, and affinities over them.
import { NT } from '../../generated/symbols';
import { ENODE, KAFFINITY_EX, KNODE } from '../../generated/types';
import { offsetOf } from '../../layout/fields';
import { at, setField, write16, write32, write64, write8 } from '../../memory/virtual';
import { allocatePool, NON_PAGED, tag } from '../pool/pool';
import { addressOf } from '../symbols';

const MAXIMUM_GROUPS: u32 = 32;
/** Processors that share a queue of ready threads. */
export const CLUSTER: u32 = 4;

let processors: u32 = 1;
let nodeProcessors: u32 = 1;

/** Sets how many processors the machine has, in how many nodes of equal size. Before anything that has an affinity. */
export function setTopology(count: u32, nodes: u32): void {
  processors = count;
  nodeProcessors = (count + nodes - 1) / nodes;
}

export function processorCount(): u32 {
  return processors;
}

/** How many groups, and so nodes, there are. */
export function groupCount(): u32 {
  return (processors + nodeProcessors - 1) / nodeProcessors;
}

/** Group of a processor, which is also its node. */
export function groupOf(number: u32): u32 {
  return number / nodeProcessors;
}

/** Number of a processor within its group. */
export function indexInGroup(number: u32): u32 {
  return number % nodeProcessors;
}

/** How many processors a group has. */
export function groupSize(group: u32): u32 {
  return min(nodeProcessors, processors - group * nodeProcessors);
}

/** A bit for each of the group's processors. */
export function groupMask(group: u32): u64 {
  return u64.MAX_VALUE >> u64(64 - groupSize(group));
}

/** First processor of those that share a ready queue with `number`, its group's numbers taken over by those of all. */
export function clusterLeader(number: u32): u32 {
  return number - (indexInGroup(number) % CLUSTER);
}

/** How many processors share the ready queue of `leader`. */
export function clusterSize(leader: u32): u32 {
  return min(CLUSTER, groupSize(groupOf(leader)) - indexInGroup(leader));
}

/** Fills a KAFFINITY_EX with all processors of all groups. */
export function fillAffinity(affinity: u64): void {
  setField(affinity, KAFFINITY_EX.Count, groupCount());
  setField(affinity, KAFFINITY_EX.Size, MAXIMUM_GROUPS);
  for (let group: u32 = 0; group < groupCount(); group++)
    write64(at(affinity, KAFFINITY_EX.StaticBitmap) + u64(group) * 8, groupMask(group));
}

/** Fills a KAFFINITY_EX with one processor. */
export function fillSingleAffinity(affinity: u64, number: u32): void {
  setField(affinity, KAFFINITY_EX.Count, groupOf(number) + 1);
  setField(affinity, KAFFINITY_EX.Size, MAXIMUM_GROUPS);
  write64(
    at(affinity, KAFFINITY_EX.StaticBitmap) + u64(groupOf(number)) * 8,
    u64(1) << u64(indexInGroup(number)),
  );
}

/** Publishes the counts of processors and nodes, nt!KeActiveProcessors and the nodes behind nt!KeNodeBlock. */
export function publishTopology(): void {
  write32(addressOf(NT.KeNumberProcessors), processors);
  write8(addressOf(NT.KeNumberProcessorsGroup0), u8(groupSize(0)));
  write16(addressOf(NT.KeNumberNodes), u16(groupCount()));
  fillAffinity(addressOf(NT.KeActiveProcessors));
  for (let group: u32 = 0; group < groupCount(); group++) {
    const node =
      group == 0
        ? addressOf(NT.ExNode0)
        : allocatePool(offsetOf(ENODE.SIZE), tag(0x4b, 0x65, 0x4e, 0x6f), NON_PAGED, 0); // 'KeNo'
    setField(node, KNODE.NodeNumber, group);
    setField(node, KNODE.PrimaryNodeNumber, group);
    setField(node, KNODE.ProximityId, group);
    setField(node, KNODE.MaximumProcessors, groupSize(group));
    setField(node, KNODE.PrimaryGroup, group);
    setField(node, KNODE.GroupSeed, group);
    setField(node, KNODE.Flags_GroupsAssigned, 1);
    setField(node, KNODE.ActiveGroups, u64(1) << group);
    write64(addressOf(NT.KeNodeBlock) + u64(group) * 8, at(node, ENODE.Ncb));
  }
}
