import type { SettingsStore } from './storage/settings.js';

/** Keeps the page's colours at the *App theme* setting. theme.css does the rest. */
export function followTheme(settings: SettingsStore): void {
  const apply = () => {
    document.documentElement.dataset.theme = settings.value.theme;
  };
  settings.subscribe(apply);
  apply();
}
