import { html, render } from 'lit';
import { bootOptions } from './boot-options.js';
import './desktop/boot-screen.js';
import './desktop/desktop.js';
import { Lab } from './lab.js';
import { SettingsStore } from './storage/settings.js';
import { followTheme } from './theme.js';

/** Boots the machine that the address names and shows its desktop, or says why it cannot. */
async function main(): Promise<void> {
  const settings = await SettingsStore.open();
  followTheme(settings);
  render(html`<ll-boot-screen></ll-boot-screen>`, document.body);
  try {
    performance.mark('machine-boot-start');
    const lab = await Lab.start(bootOptions(location.search), settings);
    performance.measure('machine-boot', 'machine-boot-start');
    render(html`<ll-desktop .lab=${lab}></ll-desktop>`, document.body);
  } catch (error) {
    render(html`<ll-boot-screen .error=${(error as Error).message}></ll-boot-screen>`, document.body);
  }
}

void main();
