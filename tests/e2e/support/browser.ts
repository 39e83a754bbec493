import type { Browser, BrowserContextOptions, Page } from 'playwright';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { launchChromium } from '../../../scripts/lib/chromium.mjs';
import { useLabUrl } from './lab-url.js';

/** How long a step may take, ms. A busy machine needs more. */
const PATIENCE = Number(process.env.E2E_PATIENCE ?? 20_000);

/** Opens the page; the query string chooses the machine. */
export type OpenPage = (options?: BrowserContextOptions, query?: string) => Promise<Page>;

/**
 * One browser for a test file, a fresh profile for each page, which keeps nothing for later unless the test says so. A page
 * that throws or logs an error fails its test.
 * @returns Opens pages.
 */
export function useBrowser(): OpenPage {
  const url = useLabUrl();
  const faults: string[] = [];
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser.close());
  afterEach(async () => {
    await Promise.all(browser.contexts().map((context) => context.close()));
    expect(faults.splice(0)).toEqual([]);
  });
  return async (options = {}, query = '') => {
    const context = await browser.newContext({
      viewport: { width: 1280, height: 800 },
      serviceWorkers: 'block',
      ...options,
    });
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE);
    page.on('pageerror', (error) => faults.push(error.message));
    page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
    await page.goto(url() + query);
    return page;
  };
}
