import { get, set } from 'idb-keyval';
import { Store } from '../../storage/store.js';
import { MEMORY_FORMATS, type MemoryFormat } from './memory-rows.js';
import { MODULE_ORDERS, type ModuleOrder } from './module-order.js';

export const PANES = [
  'registers', 'stack', 'processes', 'modules', 'disassembly', 'memory', 'explain',
] as const; // prettier-ignore
export type PaneId = (typeof PANES)[number];
/** The two groups beside the command window, and the panes of each. */
export const GROUPS = {
  top: ['stack', 'registers', 'processes', 'modules'],
  bottom: ['disassembly', 'memory', 'explain'],
} as const satisfies Record<string, readonly PaneId[]>;
export type GroupId = keyof typeof GROUPS;

export interface LayoutState {
  isOpen: boolean;
  /** Of the panes, percent of the window's width. */
  width: number;
  /** Of the upper group, percent of the height. */
  height: number;
  top: PaneId;
  bottom: PaneId;
  format: MemoryFormat;
  modules: ModuleOrder;
}

/** Before the user changes anything. */
export const DEFAULT: LayoutState = {
  isOpen: true,
  width: 42,
  height: 50,
  top: 'stack',
  bottom: 'disassembly',
  format: 'bytes',
  modules: 'loaded',
};
const KEY = 'debugger:layout';
const SMALLEST = 15;
const LARGEST = 80;

const inRange = (percent: number) => Math.min(LARGEST, Math.max(SMALLEST, percent));

/** How the panes lie, kept in this browser. */
export class Layout extends Store<LayoutState> {
  /** A browser that keeps nothing (private mode) gives the default. */
  static async open(): Promise<Layout> {
    const kept = await get<Partial<LayoutState>>(KEY).catch(() => undefined);
    const state = { ...DEFAULT, ...kept };
    const knows = (group: GroupId) => (GROUPS[group] as readonly PaneId[]).includes(state[group]);
    return new Layout({
      ...state,
      width: inRange(state.width),
      height: inRange(state.height),
      top: knows('top') ? state.top : DEFAULT.top,
      bottom: knows('bottom') ? state.bottom : DEFAULT.bottom,
      format: MEMORY_FORMATS.includes(state.format) ? state.format : DEFAULT.format,
      modules: MODULE_ORDERS.includes(state.modules) ? state.modules : DEFAULT.modules,
    });
  }

  /** @returns Resolves when the browser has kept it, or has refused to. */
  change(part: Partial<LayoutState>): Promise<void> {
    const next = { ...this.value, ...part };
    this.set({ ...next, width: inRange(next.width), height: inRange(next.height) });
    return set(KEY, this.value).catch(() => undefined);
  }
}
