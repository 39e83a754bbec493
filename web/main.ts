import { SettingsStore } from './storage/settings.js';
import { preferredLanguage, useLanguage } from './strings/index.js';
import { followTheme } from './theme.js';

/** Chooses colours and language, then loads and shows the desktop of the machine that the address names. */
async function main(): Promise<void> {
  const settings = await SettingsStore.open();
  followTheme(settings);
  const { language } = settings.value;
  await useLanguage(language === 'system' ? preferredLanguage(navigator.languages) : language);
  // Modules read the language's texts as they are loaded.
  const { showDesktop } = await import('./desktop/show-desktop.js');
  await showDesktop(settings);
}

void main();
