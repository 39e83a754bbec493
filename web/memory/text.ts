import type * as english from '../strings/en/memory.js';
import { language, type Language } from '../strings/index.js';

type Texts = typeof english;

const LOADERS: Readonly<Record<Language, () => Promise<Texts>>> = {
  en: () => import('../strings/en/memory.js'),
  de: () => import('../strings/de/memory.js'),
};

/** What Memory says, in the page's language. It is loaded with the program. */
export const { memory: text } = await LOADERS[language]();
