import { chromium } from 'playwright';
import { preview } from 'vite';

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/**
 * Serves the built page and opens the system's Chromium (CHROMIUM names another) while `work` runs.
 * @param work gets the browser and the page's address
 */
export async function withServedPage(work) {
  const server = await preview({ configFile: 'vite.config.ts', logLevel: 'error' });
  const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
  const browser = await chromium.launch({ executablePath, args: FLAGS });
  try {
    return await work(browser, `http://localhost:${server.httpServer.address().port}/`);
  } finally {
    await browser.close();
    await server.close();
  }
}
