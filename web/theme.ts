import type { SettingsStore } from './storage/settings.js';

/** Keeps the page's colours at the *App theme* setting. `light-dark()` in theme.css does the rest. */
export function followTheme(settings: SettingsStore): void {
  const apply = () => {
    const { theme } = settings.value;
    document.documentElement.style.colorScheme = theme === 'system' ? '' : theme;
  };
  settings.subscribe(apply);
  apply();
}
