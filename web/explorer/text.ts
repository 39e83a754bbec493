import type * as english from '../strings/en/explorer.js';
import { language, type Language } from '../strings/index.js';

type Texts = typeof english;

const LOADERS: Readonly<Record<Language, () => Promise<Texts>>> = {
  en: () => import('../strings/en/explorer.js'),
  de: () => import('../strings/de/explorer.js'),
};

/** What File Explorer says, in the page's language. It is loaded with the program: the page's first load is without it. */
export const { explorer: text } = await LOADERS[language]();
