import { literal, type StaticValue } from 'lit/static-html.js';
import type { strings } from '../strings/index.js';

export type PageId = keyof typeof strings.taskManager.pages;

/** A page of Task Manager. Its element is loaded when the page is opened for the first time. */
export interface Page {
  /** Its element takes `lab` and `filter` (what stands in the search box). */
  tag: StaticValue;
  load(): Promise<unknown>;
  /** Whether the search box filters it. */
  searchable: boolean;
}

/** The pages that this version has. */
export const PAGES: Partial<Record<PageId, Page>> = {
  processes: {
    tag: literal`tm-processes-page`,
    load: () => import('./processes/processes-page.js'),
    searchable: true,
  },
  performance: {
    tag: literal`tm-performance-page`,
    load: () => import('./performance/performance-page.js'),
    searchable: false,
  },
  details: {
    tag: literal`tm-details-page`,
    load: () => import('./details/details-page.js'),
    searchable: true,
  },
  settings: {
    tag: literal`tm-settings-page`,
    load: () => import('./settings/settings-page.js'),
    searchable: false,
  },
};
