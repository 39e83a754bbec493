import type * as english from '../strings/en/event-viewer.js';
import { language, type Language } from '../strings/index.js';

type Texts = typeof english;

const LOADERS: Readonly<Record<Language, () => Promise<Texts>>> = {
  en: () => import('../strings/en/event-viewer.js'),
  de: () => import('../strings/de/event-viewer.js'),
};

/** What Event Viewer says, in the page's language. It is loaded with the program. */
export const { eventViewer: text } = await LOADERS[language]();
