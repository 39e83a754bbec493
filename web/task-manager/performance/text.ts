import type * as english from '../../strings/en/performance.js';
import { language, type Language } from '../../strings/index.js';

type Texts = typeof english;

const LOADERS: Readonly<Record<Language, () => Promise<Texts>>> = {
  en: () => import('../../strings/en/performance.js'),
  de: () => import('../../strings/de/performance.js'),
};

/** What Task Manager’s page Performance says, in the page's language. It is loaded with what shows it. */
export const { performance } = await LOADERS[language]();
