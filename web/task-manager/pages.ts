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

export const PAGES: Record<PageId, Page> = {
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
  'app-history': {
    tag: literal`tm-app-history-page`,
    load: () => import('./app-history/app-history-page.js'),
    searchable: true,
  },
  'startup-apps': {
    tag: literal`tm-startup-apps-page`,
    load: () => import('./startup-apps/startup-apps-page.js'),
    searchable: true,
  },
  users: {
    tag: literal`tm-users-page`,
    load: () => import('./users/users-page.js'),
    searchable: true,
  },
  services: {
    tag: literal`tm-services-page`,
    load: () => import('./services/services-page.js'),
    searchable: true,
  },
  settings: {
    tag: literal`tm-settings-page`,
    load: () => import('./settings/settings-page.js'),
    searchable: false,
  },
};
