// node scripts/pictures.mjs   takes pictures of the built page in the states and scales that measured pictures of the
// real Task Manager show, each in light and dark, and narrow: test-results/pictures, to look at side by side.
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { withServedPage } from './lib/served-page.mjs';

const FOLDER = 'test-results/pictures';
const WIDE = { width: 1280, height: 800 };
const NARROW = { width: 400, height: 800 };

const system = (page) => page.getByRole('row', { name: 'System', exact: true });
const item = (page, name) => page.getByRole('menuitem', { name, exact: true });

async function openMenu(page) {
  await system(page).click({ button: 'right', position: { x: 60, y: 14 } });
  await item(page, 'Create live kernel memory dump file').click();
}

async function goTo(page, name) {
  await page.getByRole('button', { name, exact: true }).click();
  await page.getByRole('heading', { name, exact: true }).waitFor();
}

async function openProgram(page, name) {
  await page.getByRole('button', { name: 'Start', exact: true }).click();
  await item(page, name).click();
  await page.getByRole('region', { name, exact: true }).waitFor();
}

/** Name, scale in percent, and what leads to it. */
const SCENES = [
  ['processes', 150, async () => {}],
  ['system-menu', 125, openMenu],
  [
    'dump-options',
    125,
    async (page) => {
      await openMenu(page);
      await item(page, 'Change memory dump settings').click();
      await page.getByRole('checkbox').first().waitFor();
    },
  ],
  ['details', 100, (page) => goTo(page, 'Details')],
  ['performance', 200, (page) => goTo(page, 'Performance')],
  ['services', 100, (page) => goTo(page, 'Services')],
  ['startup-apps', 100, (page) => goTo(page, 'Startup apps')],
  ['event-viewer', 100, (page) => openProgram(page, 'Event Viewer')],
  ['memory', 100, (page) => openProgram(page, 'Memory')],
  ['labs', 100, (page) => openProgram(page, 'Labs')],
];

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
mkdirSync(FOLDER, { recursive: true });
const wanted = process.argv.slice(2);

await withServedPage(async (browser, url) => {
  for (const colorScheme of ['light', 'dark'])
    for (const [form, viewport] of [
      ['wide', WIDE],
      ['narrow', NARROW],
    ])
      for (const [name, percent, play] of SCENES) {
        if (wanted.length > 0 && !wanted.includes(name)) continue;
        const page = await browser.newPage({
          viewport,
          colorScheme,
          reducedMotion: 'reduce',
          deviceScaleFactor: percent / 100,
        });
        page.setDefaultTimeout(120_000);
        await page.goto(url);
        await system(page).waitFor();
        await play(page);
        await page.screenshot({ path: `${FOLDER}/${name}-${form}-${colorScheme}.png` });
        await page.close();
      }
});
