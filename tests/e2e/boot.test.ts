import { expect, test } from 'vitest';
import { useBrowser } from './support/browser.js';
import { row } from './support/task-manager.js';

const openPage = useBrowser();

test('the address without a query boots the baseline machine', async () => {
  const page = await openPage();
  await page.getByRole('region', { name: 'Task Manager' }).waitFor();
  await row(page, 'System').waitFor();
});

test('an unknown scenario is one clear sentence with a way back', async () => {
  const page = await openPage({}, '?scenario=atlantis&seed=1');
  const alert = page.getByRole('alert');
  await alert.waitFor();
  expect(await alert.innerText()).toMatch(/atlantis/);
  await page.getByRole('link', { name: 'Start the baseline machine' }).click();
  await row(page, 'System').waitFor();
});

test('a seed that is no number is one clear sentence', async () => {
  const page = await openPage({}, '?seed=seven');
  expect(await page.getByRole('alert').innerText()).toContain('“seven”');
});

test('a core that does not come is one clear sentence, in place of the desktop', async () => {
  const page = await openPage();
  // What a network does that wants a log-on first.
  const answer = { contentType: 'text/html', body: '<p>Log on</p>' };
  await page.route('**/*.wasm', (route) => route.fulfill(answer));
  await page.reload();
  const alert = page.getByRole('alert');
  expect(await alert.innerText()).toMatch(/could not be loaded. Reload the page/);
  expect(await page.getByRole('navigation', { name: 'Taskbar' }).count()).toBe(0);
  await page.unroute('**/*.wasm');
  await page.getByRole('link', { name: 'Start the baseline machine' }).click();
  await row(page, 'System').waitFor();
});
