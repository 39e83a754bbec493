import type { StaticValue } from 'lit/static-html.js';
import { literal } from 'lit/static-html.js';
import { strings } from '../strings/index.js';

/** A program with a window on the desktop. Its element is loaded when it is opened for the first time. */
export interface Program {
  title: string;
  /** The size that its window would like, CSS px. */
  width: number;
  height: number;
  /** Whether the taskbar shows it also while it has no window; true when not given. */
  pinned?: boolean;
  /** Its element takes `lab`, `place`, `active` and `minimized`, and fires the events of `ll-window`. */
  tag: StaticValue;
  load(): Promise<unknown>;
}

const programs = {
  'task-manager': {
    title: strings.taskManager.title,
    width: 1020,
    height: 660,
    tag: literal`tm-app`,
    load: () => import('../task-manager/task-manager.js'),
  },
  'file-explorer': {
    title: strings.desktop.fileExplorer,
    width: 760,
    height: 440,
    tag: literal`fe-explorer`,
    load: () => import('../explorer/explorer.js'),
  },
  'event-viewer': {
    title: strings.desktop.eventViewer,
    width: 820,
    height: 480,
    tag: literal`ev-viewer`,
    load: () => import('../event-viewer/event-viewer.js'),
  },
  debugger: {
    title: strings.desktop.debugger,
    width: 1180,
    height: 680,
    tag: literal`dbg-app`,
    load: () => import('../debugger/debugger.js'),
  },
  memory: {
    title: strings.desktop.memory,
    width: 1120,
    height: 680,
    tag: literal`mem-app`,
    load: () => import('../memory/memory.js'),
  },
  labs: {
    title: strings.desktop.labs,
    width: 420,
    height: 660,
    tag: literal`lab-app`,
    load: () => import('../labs/labs.js'),
  },
  about: {
    title: strings.desktop.about,
    width: 620,
    height: 560,
    pinned: false,
    tag: literal`ab-about`,
    load: () => import('../about/about.js'),
  },
} satisfies Record<string, Program>;

export type ProgramId = keyof typeof programs;
/** The programs of the machine, in the order of the taskbar. Their icons have their names. */
export const PROGRAMS: Readonly<Record<ProgramId, Program>> = programs;
export const PROGRAM_IDS = Object.keys(PROGRAMS) as ProgramId[];
