import { html, render } from 'lit';
import { bootOptions } from '../boot-options.js';
import { Lab } from '../lab.js';
import type { SettingsStore } from '../storage/settings.js';
import './boot-screen.js';
import './desktop.js';
import { keepForOffline } from '../offline/register.js';
import { PROGRAMS } from './programs.js';

/** Boots the machine that the address names and shows its desktop, or says why it cannot. */
export async function showDesktop(settings: SettingsStore): Promise<void> {
  render(html`<ll-boot-screen></ll-boot-screen>`, document.body);
  try {
    performance.mark('machine-boot-start');
    const [lab] = await Promise.all([
      Lab.start(bootOptions(location.search), settings),
      PROGRAMS['task-manager'].load(),
    ]);
    performance.measure('machine-boot', 'machine-boot-start');
    render(html`<ll-desktop .lab=${lab}></ll-desktop>`, document.body);
    keepForOffline();
  } catch (error) {
    render(html`<ll-boot-screen .error=${(error as Error).message}></ll-boot-screen>`, document.body);
  }
}
