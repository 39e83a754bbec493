// The filter manager's frames: minifilters, the volumes that they watch, and an instance of each on each.
import { Rule, Visited } from '../generated/rules';
import {
  CALLBACK_CTRL,
  CALLBACK_NODE,
  FLT_FILTER,
  FLT_INSTANCE,
  FLT_OBJECT,
  FLT_RESOURCE_LIST_HEAD,
  FLT_VOLUME,
  FLTP_FRAME,
  GLOBALS,
} from '../generated/types';
import { filterGlobals } from '../kernel/io/filter-manager';
import { offsetOf } from '../layout/fields';
import { AddressTable } from './address-table';
import { expect, follow, holderOf } from './expect';
import { nextOn } from './lists';
import { value } from './memory';
import { broken, disagree, visit } from './report';

const OPERATIONS: u64 = 50; // of CALLBACK_CTRL
const LIST_BYTES: u64 = 16;

/** Instances of minifilters, each with its volume. */
const instances = new AddressTable();

/** Checks all frames. */
export function checkFilters(): void {
  const globals = filterGlobals();
  if (globals == 0) return; // no filter manager is loaded
  const head = globals + offsetOf(GLOBALS.FrameList);
  const link = FLTP_FRAME.Links;
  const list = head + offsetOf(FLT_RESOURCE_LIST_HEAD.rList);
  let frames: u64 = 0;
  for (let entry = nextOn(list, list, link); entry != 0; entry = nextOn(list, entry, link)) {
    checkFrame(holderOf(entry, link));
    frames++;
  }
  expect(Rule.FilterListsAreCounted, head, FLT_RESOURCE_LIST_HEAD.rCount, frames);
}

function checkFrame(frame: u64): void {
  instances.clear();
  const filters = frame + offsetOf(FLTP_FRAME.RegisteredFilters);
  const link = FLT_OBJECT.PrimaryLink;
  const list = filters + offsetOf(FLT_RESOURCE_LIST_HEAD.rList);
  let count: u64 = 0;
  for (let entry = nextOn(list, list, link); entry != 0; entry = nextOn(list, entry, link)) {
    checkFilter(frame, holderOf(entry, link));
    count++;
  }
  expect(Rule.FilterListsAreCounted, filters, FLT_RESOURCE_LIST_HEAD.rCount, count);
  const volumes = frame + offsetOf(FLTP_FRAME.AttachedVolumes);
  const watched = volumes + offsetOf(FLT_RESOURCE_LIST_HEAD.rList);
  count = 0;
  for (let entry = nextOn(watched, watched, link); entry != 0; entry = nextOn(watched, entry, link)) {
    checkVolume(frame, holderOf(entry, link));
    count++;
  }
  expect(Rule.FilterListsAreCounted, volumes, FLT_RESOURCE_LIST_HEAD.rCount, count);
}

function checkFilter(frame: u64, filter: u64): void {
  expect(Rule.InstanceIsOfItsFilter, filter, FLT_FILTER.Frame, frame);
  const head = filter + offsetOf(FLT_FILTER.InstanceList);
  const link = FLT_INSTANCE.FilterLink;
  const list = head + offsetOf(FLT_RESOURCE_LIST_HEAD.rList);
  let count: u64 = 0;
  for (let entry = nextOn(list, list, link); entry != 0; entry = nextOn(list, entry, link)) {
    const instance = holderOf(entry, link);
    expect(Rule.InstanceIsOfItsFilter, instance, FLT_INSTANCE.Filter, filter);
    instances.set(instance, value(instance, FLT_INSTANCE.Volume));
    count++;
  }
  expect(Rule.FilterListsAreCounted, head, FLT_RESOURCE_LIST_HEAD.rCount, count);
  visit(Visited.Filters);
}

function checkVolume(frame: u64, volume: u64): void {
  expect(Rule.InstanceIsOfItsFilter, volume, FLT_VOLUME.Frame, frame);
  const head = volume + offsetOf(FLT_VOLUME.InstanceList);
  const link = FLT_OBJECT.PrimaryLink;
  const list = head + offsetOf(FLT_RESOURCE_LIST_HEAD.rList);
  let count: u64 = 0;
  for (let entry = nextOn(list, list, link); entry != 0; entry = nextOn(list, entry, link)) {
    const instance = holderOf(entry, link);
    expect(Rule.InstanceIsOfItsFilter, instance, FLT_INSTANCE.Volume, volume);
    if (!broken() && !instances.has(instance))
      disagree(Rule.InstanceIsOfItsFilter, instance, FLT_INSTANCE.Filter, 1, 0); // its filter does not list it
    count++;
  }
  expect(Rule.FilterListsAreCounted, head, FLT_RESOURCE_LIST_HEAD.rCount, count);
  checkCallbacks(volume);
}

/** A callback on a volume is that of an instance there, and the instance has it at the operation's place. */
function checkCallbacks(volume: u64): void {
  const lists = volume + offsetOf(FLT_VOLUME.Callbacks) + offsetOf(CALLBACK_CTRL.OperationLists);
  const link = CALLBACK_NODE.CallbackLinks;
  for (let operation: u64 = 0; operation < OPERATIONS && !broken(); operation++) {
    const list = lists + operation * LIST_BYTES;
    for (let entry = nextOn(list, list, link); entry != 0; entry = nextOn(list, entry, link)) {
      const instance = follow(holderOf(entry, link), CALLBACK_NODE.Instance);
      if (instance != 0 && instances.get(instance) != volume)
        disagree(
          Rule.InstanceIsOfItsFilter,
          holderOf(entry, link),
          CALLBACK_NODE.Instance,
          volume,
          instances.get(instance),
        );
    }
  }
}
