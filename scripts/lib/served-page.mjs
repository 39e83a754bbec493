import { preview } from 'vite';
import { launchChromium, launchProfile } from './chromium.mjs';

/**
 * Serves the built page and opens the system's Chromium (CHROMIUM names another) while `work` runs.
 * @param work gets the browser and the page's address
 * @param profile folder of a profile on the disk; `work` gets its context in place of a browser
 */
export async function withServedPage(work, profile) {
  const server = await preview({ configFile: 'vite.config.ts', logLevel: 'error' });
  const browser = await (profile ? launchProfile(profile) : launchChromium());
  try {
    return await work(browser, `http://localhost:${server.httpServer.address().port}/`);
  } finally {
    await browser.close();
    await server.close();
  }
}
