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
