import * as english from './en/index.js';

/**
 * The texts that the page shows, by area. One folder a language, one file an area; what English has, every other
 * language has too (the type check sees to it). A module may read `strings` as it is loaded: the page chooses its
 * language before it loads anything that shows text. What only one program needs comes with it (`explorer/text.ts`).
 */
export type Strings = typeof english;

export const LANGUAGES = ['en', 'de'] as const;
export type Language = (typeof LANGUAGES)[number];

/** BCP 47 tag of each language: how numbers, dates and sizes are written. */
const LOCALES: Readonly<Record<Language, string>> = { en: 'en-US', de: 'de-DE' };
const LOADERS: Readonly<Record<Exclude<Language, 'en'>, () => Promise<Strings>>> = {
  de: () => import('./de/index.js'),
};

export let strings: Strings = english;
export let language: Language = 'en';
export let locale = LOCALES.en;

/** The first language of the user's that the page speaks. */
export function preferredLanguage(wanted: readonly string[]): Language {
  const known = wanted.map((tag) => tag.toLowerCase().split('-')[0]);
  return (
    LANGUAGES.find((language) => language === known.find((tag) => LANGUAGES.includes(tag as Language))) ??
    'en'
  );
}

/** Loads `language` and makes it the page's. */
export async function useLanguage(wanted: Language): Promise<void> {
  strings = wanted === 'en' ? english : await LOADERS[wanted]();
  language = wanted;
  locale = LOCALES[language];
  document.documentElement.lang = locale;
}
