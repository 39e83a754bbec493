import { html, render } from 'lit';
import { bootOptions } from '../boot-options.js';
import { Lab } from '../lab.js';
import { keepForOffline } from '../offline/register.js';
import type { SettingsStore } from '../storage/settings.js';
import './boot-failure.js';
import './desktop.js';
import type { Desktop } from './desktop.js';
import { strings } from '../strings/index.js';
import { PROGRAMS } from './programs.js';

/** A hidden page is not painted; its machine boots all the same. */
const LONGEST_WAIT_MS = 250;

/** Shows the desktop, and then boots the machine that the address names behind it, or says why it cannot. */
export async function showDesktop(settings: SettingsStore): Promise<void> {
  try {
    const options = bootOptions(location.search);
    showFor(settings, null);
    await isUsable(document.body.querySelector('ll-desktop')!);
    performance.mark('desktop-usable');
    performance.mark('machine-boot-start');
    const [lab] = await Promise.all([Lab.start(options, settings), PROGRAMS['task-manager'].load()]);
    performance.measure('machine-boot', 'machine-boot-start');
    showFor(settings, lab);
    keepForOffline();
  } catch (error) {
    render(html`<ll-boot-failure .error=${sentence(error as Error)}></ll-boot-failure>`, document.body);
  }
}

/** What browsers say when a file does not come, or is none of ours, is not for users, but for who looks for the fault. */
function sentence(error: Error): string {
  if (error.name !== 'TypeError' && error.name !== 'CompileError') return error.message;
  console.warn(error);
  return strings.boot.workerFailed;
}

function showFor(settings: SettingsStore, lab: Lab | null): void {
  render(html`<ll-desktop .settings=${settings} .lab=${lab}></ll-desktop>`, document.body);
}

/** When the desktop takes input and has been painted. Nothing that the machine needs is asked for before. */
async function isUsable(desktop: Desktop): Promise<void> {
  await desktop.updateComplete;
  await new Promise((resolve) => {
    requestAnimationFrame(() => setTimeout(resolve));
    setTimeout(resolve, LONGEST_WAIT_MS);
  });
}
