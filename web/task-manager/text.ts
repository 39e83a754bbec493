import type * as english from '../strings/en/later.js';
import { language, type Language } from '../strings/index.js';

type Texts = typeof english;

const LOADERS: Readonly<Record<Language, () => Promise<Texts>>> = {
  en: () => import('../strings/en/later.js'),
  de: () => import('../strings/de/later.js'),
};

/** What dialogs, and pages but for Processes and Performance, say, in the page's language. It is loaded with the first of them. */
export const texts = await LOADERS[language]();
