import { preview } from 'vite';
import { launchChromium } from './chromium.mjs';

/**
 * Serves the built page and opens the system's Chromium (CHROMIUM names another) while `work` runs.
 * @param work gets the browser and the page's address
 */
export async function withServedPage(work) {
  const server = await preview({ configFile: 'vite.config.ts', logLevel: 'error' });
  const browser = await launchChromium();
  try {
    return await work(browser, `http://localhost:${server.httpServer.address().port}/`);
  } finally {
    await browser.close();
    await server.close();
  }
}
