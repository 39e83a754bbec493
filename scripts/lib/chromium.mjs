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

/** Opens the system's Chromium; CHROMIUM names another. */
export function launchChromium(executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium') {
  return chromium.launch({ executablePath, args: FLAGS });
}
