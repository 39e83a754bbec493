import type * as english from '../strings/en/labs.js';
import { language, type Language } from '../strings/index.js';

type Texts = typeof english;

const LOADERS: Readonly<Record<Language, () => Promise<Texts>>> = {
  en: () => import('../strings/en/labs.js'),
  de: () => import('../strings/de/labs.js'),
};

/** What Labs says besides the labs' own texts, in the page's language. It is loaded with the program. */
export const { labs: text } = await LOADERS[language]();
