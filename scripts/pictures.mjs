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
  await page.getByRole('region', { name: new RegExp(`${name}$`) }).waitFor();
}

const device = (name) => async (page) => {
  await goTo(page, 'Performance');
  await page.getByRole('tab', { name: new RegExp(`^${name}`) }).click();
};

async function run(page) {
  await goTo(page, 'Settings');
  await page.getByLabel('Real time update speed').selectOption('High');
  await page.waitForTimeout(3000);
}

const running = (play) => async (page) => {
  await run(page);
  await play(page);
};

const cell = (page, name) => page.getByRole('gridcell', { name, exact: true }).first();

const dialogShown = (page) => page.getByRole('dialog').or(page.getByRole('alertdialog')).first().waitFor();

/** Name, scale in percent, and what leads to it. */
const SCENES = [
  ['processes', 150, async () => {}],
  ['processes-running', 100, running((page) => goTo(page, 'Processes'))],
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
  [
    'details-menu',
    100,
    async (page) => {
      await goTo(page, 'Details');
      await cell(page, 'lsass.exe').click({ button: 'right' });
      await item(page, 'Set priority').click();
    },
  ],
  [
    'select-columns',
    100,
    async (page) => {
      await goTo(page, 'Details');
      await page.getByRole('columnheader', { name: 'PID' }).click({ button: 'right' });
      await item(page, 'Select columns').click();
      await dialogShown(page);
    },
  ],
  ['cpu', 100, running(device('CPU'))],
  ['memory-graph', 100, running(device('Memory'))],
  ['disk', 100, running(device('Disk'))],
  ['ethernet', 100, running(device('Ethernet'))],
  ['gpu', 100, running(device('GPU'))],
  ['performance', 200, (page) => goTo(page, 'Performance')],
  ['app-history', 100, (page) => goTo(page, 'App history')],
  ['users', 100, (page) => goTo(page, 'Users')],
  ['settings', 100, (page) => goTo(page, 'Settings')],
  ['services', 100, (page) => goTo(page, 'Services')],
  ['startup-apps', 100, (page) => goTo(page, 'Startup apps')],
  [
    'run-task',
    100,
    async (page) => {
      await page.getByRole('button', { name: 'Run new task' }).click();
      await dialogShown(page);
    },
  ],
  [
    'properties',
    100,
    async (page) => {
      await system(page).click({ button: 'right', position: { x: 60, y: 14 } });
      await item(page, 'Properties').click();
      await dialogShown(page);
    },
  ],
  [
    'dump-created',
    100,
    async (page) => {
      await openMenu(page);
      await item(page, 'Kernel stacks memory dump').click();
      await page.getByRole('button', { name: 'Open file location' }).waitFor();
    },
  ],
  [
    'explorer-dump',
    100,
    async (page) => {
      await openMenu(page);
      await item(page, 'Kernel stacks memory dump').click();
      await page.getByRole('button', { name: 'Open file location' }).click();
      await page.getByRole('region', { name: /File Explorer$/ }).waitFor();
      await page.waitForTimeout(500);
    },
  ],
  ['file-explorer', 100, (page) => openProgram(page, 'File Explorer')],
  ['debugger', 100, (page) => openProgram(page, 'Debugger')],
  ['event-viewer', 100, (page) => openProgram(page, 'Event Viewer')],
  [
    'memory',
    100,
    async (page) => {
      await openProgram(page, 'Memory');
      await page.getByRole('slider').waitFor();
      await page.waitForTimeout(1000);
    },
  ],
  ['labs', 100, (page) => openProgram(page, 'Labs')],
  ['about', 100, (page) => openProgram(page, 'About livedump-lab')],
  ['start', 100, (page) => page.getByRole('button', { name: 'Start', exact: true }).click()],
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
        page.setDefaultTimeout(60_000);
        await page.goto(url);
        await system(page).waitFor();
        await play(page).catch((error) =>
          console.error(`${name}, ${form}, ${colorScheme}: ${error.message}`),
        );
        await page.screenshot({ path: `${FOLDER}/${name}-${form}-${colorScheme}.png` });
        await page.close();
      }
});
