import type { Locator, Page } from 'playwright';
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
/** Programs beside Task Manager, and what tells that they are there. */
const READY: Readonly<Record<string, string>> = {
  Memory: '[role=slider]',
  Labs: 'h2',
  'Event Viewer': '[role=grid]',
};
/** A desktop of 1280 px at 400 %. */
const ZOOMED = { viewport: { width: 320, height: 256 } };

async function goTo(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name, exact: true }).click();
  await page.getByRole('heading', { name, exact: true }).waitFor();
}

/** Opens a program from Start. */
async function openProgram(page: Page, name: string): Promise<Locator> {
  await page.getByRole('button', { name: 'Start', exact: true }).click();
  await page.getByRole('menuitem', { name, exact: true }).click();
  const program = page.getByRole('region', { name, exact: true });
  await program.locator(READY[name]!).first().waitFor();
  return program;
}

/** What of the page can be scrolled sideways, but for tables and code, which have to. */
function wideParts(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const tables = '[role=grid], [role=treegrid], table';
    const found: string[] = [];
    const visit = (root: Document | ShadowRoot) => {
      for (const element of root.querySelectorAll<HTMLElement>('*')) {
        if (element.shadowRoot) visit(element.shadowRoot);
        const scrolls = /auto|scroll/.test(getComputedStyle(element).overflowX);
        const isTable = element.matches(tables) || element.querySelector(tables);
        if (scrolls && !isTable && element.checkVisibility() && element.scrollWidth > element.clientWidth + 1)
          found.push(
            `${element.localName}.${element.className} ${element.scrollWidth} > ${element.clientWidth}`,
          );
      }
    };
    visit(document);
    return found;
  });
}

/** Controls of a program that scrolling does not bring to where they can be pressed. */
function lostControls(program: Locator): Promise<{ count: number; lost: string[] }> {
  return program.evaluate((region) => {
    const lost: string[] = [];
    let count = 0;
    const hitAt = (x: number, y: number) => {
      let hit = document.elementFromPoint(x, y);
      for (;;) {
        const inner = hit?.shadowRoot?.elementFromPoint(x, y);
        if (!inner || inner === hit) return hit;
        hit = inner;
      }
    };
    const isWithin = (node: Node | null, ancestor: Node): boolean => {
      for (let at = node; at; at = (at as Element).assignedSlot ?? at.parentNode ?? (at as ShadowRoot).host)
        if (at === ancestor) return true;
      return false;
    };
    const visit = (root: ShadowRoot) => {
      for (const element of root.querySelectorAll<HTMLElement>('*')) {
        if (element.shadowRoot) visit(element.shadowRoot);
        if (!element.matches('button, input, select') || !element.checkVisibility()) continue;
        element.scrollIntoView({ block: 'nearest', inline: 'nearest' });
        const { left, right, top, bottom } = element.getBoundingClientRect();
        if (right - left <= 1) continue;
        count++;
        const hit = hitAt((left + right) / 2, (top + bottom) / 2);
        // The text of a button of ours is its host's.
        const { host } = element.getRootNode() as ShadowRoot;
        const isHit = hit === host || isWithin(hit, element.closest('label') ?? element);
        if (left < 0 || right > innerWidth + 1 || !isHit)
          lost.push(
            `${element.localName} "${element.ariaLabel ?? element.textContent?.trim()}" at ${left}, ${top}: ${hit?.localName}.${hit?.className}`,
          );
      }
    };
    // The window lies in its program's tree, as what stands in it does.
    visit(region.getRootNode() as ShadowRoot);
    return { count, lost: [...new Set(lost)] };
  });
}

describe.each(Object.entries(SCHEMES))('in %s', (_, scheme) => {
  test(
    'axe finds nothing on any page of Task Manager, in Start, About, Memory, Labs and Event Viewer',
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
      for (const name of ['Labs', 'Event Viewer']) {
        await openProgram(page, name);
        expect(await violations(page), name).toEqual([]);
      }
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
  await page.keyboard.press('Escape');
  for (const name of Object.keys(READY)) {
    await openProgram(page, name);
    expect((await targets(page)).small, name).toEqual([]);
  }
});

test('at 400 % only tables are wider than the screen', { timeout: 120_000 }, async () => {
  const page = await openPage(ZOOMED);
  await row(page, 'System').waitFor();
  for (const name of PAGES) {
    await goTo(page, name);
    expect(await wideParts(page), name).toEqual([]);
    const heading = await page.getByRole('heading', { name, exact: true }).boundingBox();
    expect(heading!.x + heading!.width, name).toBeLessThanOrEqual(320);
  }
});

describe.each([
  ['at 400 %', ZOOMED],
  ['on a narrow screen', { viewport: { width: 400, height: 800 }, hasTouch: true }],
])('%s', (_, options) => {
  test.each(Object.keys(READY))('%s fits, and all of it can be reached', async (name) => {
    const page = await openPage(options);
    await row(page, 'System').waitFor();
    const program = await openProgram(page, name);
    expect(await wideParts(page)).toEqual([]);
    const { width } = options.viewport;
    expect(await program.boundingBox()).toMatchObject({ x: 0, y: 0, width });
    const { count, lost } = await lostControls(program);
    expect(count).toBeGreaterThan(4);
    expect(lost).toEqual([]);
  });
});
