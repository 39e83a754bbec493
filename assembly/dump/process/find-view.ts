// Finding the VAD of an address, as the memory manager does: down the tree from its root.
import { EPROCESS, RTL_BALANCED_NODE } from '../../generated/types';
import { at, getField, read64 } from '../../memory/virtual';
import { View } from './view';

/** Opens the view of a process that holds an address. Returns false when there is none. */
export function findView(process: u64, address: u64, view: View): bool {
  for (let node = read64(at(process, EPROCESS.VadRoot)); node != 0;) {
    view.open(node);
    if (address < view.start) node = getField(node, RTL_BALANCED_NODE.Left);
    else if (address >= view.end) node = getField(node, RTL_BALANCED_NODE.Right);
    else return true;
  }
  return false;
}
