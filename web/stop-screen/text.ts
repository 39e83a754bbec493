import type * as english from '../strings/en/stop-screen.js';
import { language, type Language } from '../strings/index.js';

type Texts = typeof english;

const LOADERS: Readonly<Record<Language, () => Promise<Texts>>> = {
  en: () => import('../strings/en/stop-screen.js'),
  de: () => import('../strings/de/stop-screen.js'),
};

/** What the stop screen says, in the page's language. It is loaded when a machine stops. */
export const { stopScreen: text } = await LOADERS[language]();
