import type * as english from '../strings/en/about.js';
import { language, type Language } from '../strings/index.js';

type Texts = typeof english;

const LOADERS: Readonly<Record<Language, () => Promise<Texts>>> = {
  en: () => import('../strings/en/about.js'),
  de: () => import('../strings/de/about.js'),
};

/** What About says, in the page's language. It is loaded with what shows it. */
export const { about } = await LOADERS[language]();
