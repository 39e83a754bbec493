import { chromium } from 'playwright';

/** Keeps the browser to what the page asks of it; the sandbox does not start for root. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const SYSTEMS = process.env.CHROMIUM ?? '/usr/bin/chromium';

/** Opens the system's Chromium; CHROMIUM names another. */
export function launchChromium(executablePath = SYSTEMS) {
  return chromium.launch({ executablePath, args: FLAGS });
}

/** The same with a profile on the disk: other profiles keep the files of pages in memory. */
export function launchProfile(folder) {
  return chromium.launchPersistentContext(folder, { executablePath: SYSTEMS, args: FLAGS });
}
