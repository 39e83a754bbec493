import type * as english from '../strings/en/debugger.js';
import { language, type Language } from '../strings/index.js';

type Texts = typeof english;

const LOADERS: Readonly<Record<Language, () => Promise<Texts>>> = {
  en: () => import('../strings/en/debugger.js'),
  de: () => import('../strings/de/debugger.js'),
};

/** What the debugger says, in the page's language. It is loaded with what shows it. */
export const { debug } = await LOADERS[language]();
