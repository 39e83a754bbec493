import type { Page } from 'playwright';
import { describe, expect, test } from 'vitest';
import { violations } from './support/axe.js';
import { useBrowser } from './support/browser.js';
import { row } from './support/task-manager.js';
import { targets } from './support/targets.js';

const openPage = useBrowser();
const PAGES = [
  'Processes',
  'Performance',
  'App history',
  'Startup apps',
  'Users',
  'Details',
  'Services',
  'Settings',
];
const SCHEMES = {
  light: { colorScheme: 'light' },
  dark: { colorScheme: 'dark' },
  'forced colours': { forcedColors: 'active' },
} as const;
/** A desktop of 1280 px at 400 %. */
const ZOOMED = { viewport: { width: 320, height: 256 } };

async function goTo(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name, exact: true }).click();
  await page.getByRole('heading', { name, exact: true }).waitFor();
}

describe.each(Object.entries(SCHEMES))('in %s', (_, scheme) => {
  test(
    'axe finds nothing on any page of Task Manager, in Start, About and Memory',
    { timeout: 240_000 },
    async () => {
      const page = await openPage({ ...scheme, reducedMotion: 'reduce' });
      await row(page, 'System').waitFor();
      for (const name of PAGES) {
        await goTo(page, name);
        expect(await violations(page), name).toEqual([]);
      }
      await page.getByRole('button', { name: 'Start', exact: true }).click();
      await page.getByRole('menu').waitFor();
      expect(await violations(page), 'Start').toEqual([]);
      await page.getByRole('menuitem', { name: /^About/ }).click();
      await page.getByRole('region', { name: /^About/ }).waitFor();
      expect(await violations(page), 'About').toEqual([]);
      await page.getByRole('button', { name: 'Memory', exact: true }).last().click();
      const memory = page.getByRole('region', { name: 'Memory', exact: true });
      await memory.getByRole('slider').waitFor();
      expect(await violations(page), 'Memory').toEqual([]);
      await memory.getByLabel('Show as table').check();
      await memory.getByRole('table', { name: 'Frames of the map' }).waitFor();
      expect(await violations(page), 'Memory as a table').toEqual([]);
    },
  );
});

test('everything that can be pressed is at least 24 px wide and high', { timeout: 120_000 }, async () => {
  const page = await openPage();
  await row(page, 'System').waitFor();
  for (const name of PAGES) {
    await goTo(page, name);
    const { count, small } = await targets(page);
    expect(count, name).toBeGreaterThan(PAGES.length);
    expect(small, name).toEqual([]);
  }
  await page.getByRole('button', { name: 'Start', exact: true }).click();
  await page.getByRole('menu').waitFor();
  expect((await targets(page)).small, 'Start').toEqual([]);
  await page.getByRole('menuitem', { name: 'Memory', exact: true }).click();
  await page.getByRole('slider').waitFor();
  expect((await targets(page)).small, 'Memory').toEqual([]);
});

test('at 400 % only tables are wider than the screen', { timeout: 120_000 }, async () => {
  const page = await openPage(ZOOMED);
  await row(page, 'System').waitFor();
  for (const name of PAGES) {
    await goTo(page, name);
    const wide = await page.evaluate(() => {
      const found: string[] = [];
      const visit = (root: Document | ShadowRoot) => {
        for (const element of root.querySelectorAll<HTMLElement>('*')) {
          if (element.shadowRoot) visit(element.shadowRoot);
          const scrolls = /auto|scroll/.test(getComputedStyle(element).overflowX);
          const isTable =
            element.matches('[role=grid], [role=treegrid]') ||
            element.querySelector('[role=grid], [role=treegrid]');
          if (scrolls && !isTable && element.scrollWidth > element.clientWidth + 1)
            found.push(
              `${element.localName}.${element.className} ${element.scrollWidth} > ${element.clientWidth}`,
            );
        }
      };
      visit(document);
      return found;
    });
    expect(wide, name).toEqual([]);
    const heading = await page.getByRole('heading', { name, exact: true }).boundingBox();
    expect(heading!.x + heading!.width, name).toBeLessThanOrEqual(320);
  }
});
