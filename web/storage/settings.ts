import { get, set } from 'idb-keyval';
import type { Language } from '../strings/index.js';
import type { PageId } from '../task-manager/pages.js';
import { Store } from './store.js';

export type UpdateSpeed = 'high' | 'normal' | 'low' | 'paused';
export type StartPage = Exclude<PageId, 'settings'>;
/** Whom Task Manager runs as: only an administrator may dump the kernel's memory. */
export type RunAs = 'administrator' | 'user';
export type Theme = 'system' | 'light' | 'dark';

/** The check boxes under *Live kernel memory dump options (Advanced)*. */
export interface DumpOptions {
  abortIfMemoryPressure: boolean;
  hypervisorPages: boolean;
  /** Kept while `hypervisorPages` is off, so that turning it on again brings the choice back. */
  nonEssentialHypervisorPages: boolean;
  userPages: boolean;
}

export interface Settings {
  /** The page that Task Manager opens with. */
  startPage: StartPage;
  updateSpeed: UpdateSpeed;
  theme: Theme;
  runAs: RunAs;
  /** Task Manager's window lies over all others. */
  alwaysOnTop: boolean;
  /** While it is minimised, the taskbar does not show that it is open. */
  hideWhenMinimized: boolean;
  /** Users and Details show accounts with their domains. */
  showFullAccountName: boolean;
  /** App history shows all programs, not only packaged apps of who is logged on. */
  showHistoryForAllProcesses: boolean;
  /** Whether efficiency mode is asked about before it is turned on. */
  askBeforeEfficiencyMode: boolean;
  language: 'system' | Language;
  dumpOptions: DumpOptions;
  /** Columns that the user chose, by page; pages without an entry show those of a fresh Windows. */
  columns: Readonly<Partial<Record<'processes' | 'details', readonly string[]>>>;
}

/** What a fresh Windows 11 shows: only *Abort if insufficient memory* is on. */
export const DEFAULT_DUMP_OPTIONS: Readonly<DumpOptions> = {
  abortIfMemoryPressure: true,
  hypervisorPages: false,
  nonEssentialHypervisorPages: false,
  userPages: false,
};

const DEFAULTS: Settings = {
  startPage: 'processes',
  // The machine's time stands still until the learner lets it go on: the same link gives everybody the same machine,
  // and the same dump.
  updateSpeed: 'paused',
  theme: 'system',
  runAs: 'administrator',
  alwaysOnTop: false,
  hideWhenMinimized: false,
  showFullAccountName: false,
  showHistoryForAllProcesses: false,
  askBeforeEfficiencyMode: true,
  language: 'system',
  dumpOptions: { ...DEFAULT_DUMP_OPTIONS },
  columns: {},
};
const KEY = 'settings';

/** Task Manager's settings, kept in this browser. */
export class SettingsStore extends Store<Settings> {
  /** Reads what an earlier visit left. A browser that keeps nothing (private mode) gives the defaults. */
  static async open(): Promise<SettingsStore> {
    const kept = await get<Partial<Settings>>(KEY).catch(() => undefined);
    return new SettingsStore({
      ...DEFAULTS,
      ...kept,
      dumpOptions: { ...DEFAULTS.dumpOptions, ...kept?.dumpOptions },
    });
  }

  /** @returns Resolves when the browser has kept it, or has refused to: then it holds for this visit. */
  change(part: Partial<Settings>): Promise<void> {
    this.set({ ...this.value, ...part });
    return set(KEY, this.value).catch(() => undefined);
  }
}
