// The graphics adapter: it has worked for as long as it has for all processes together.
import { Rule } from '../generated/rules';
import { EPROCESS, LAB_DXGADAPTER, LAB_DXGPROCESS } from '../generated/types';
import { graphicsAdapter, graphicsProcesses } from '../kernel/io/graphics';
import { expect, follow, holderOf } from './expect';
import { nextOn } from './lists';
import { value } from './memory';
import { broken } from './report';

/** Checks who draws, and the adapter's time. */
export function checkGraphics(): void {
  const adapter = graphicsAdapter();
  if (adapter == 0) return;
  const head = graphicsProcesses();
  const link = LAB_DXGPROCESS.Links;
  let time = value(adapter, LAB_DXGADAPTER.EndedRunningTime);
  for (let entry = nextOn(head, head, link); entry != 0; entry = nextOn(head, entry, link)) {
    const own = holderOf(entry, link);
    const process = follow(own, LAB_DXGPROCESS.Process);
    if (process == 0 || !expect(Rule.DrawerHasProcess, process, EPROCESS.DxgProcess, own)) return;
    time += value(own, LAB_DXGPROCESS.RunningTime);
  }
  if (!broken()) expect(Rule.GraphicsAddUp, adapter, LAB_DXGADAPTER.RunningTime, time);
}
