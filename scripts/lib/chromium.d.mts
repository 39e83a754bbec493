import type { Browser } from 'playwright';

/** Opens the system's Chromium; CHROMIUM names another. */
export function launchChromium(executablePath?: string): Promise<Browser>;
