import type { Locator, Page } from 'playwright';
import { expect, test } from 'vitest';
import { useBrowser } from './support/browser.js';
import { row } from './support/task-manager.js';

const openPage = useBrowser();

async function openMemory(page: Page): Promise<Locator> {
  await row(page, 'System').waitFor();
  await page.getByRole('button', { name: 'Memory', exact: true }).last().click();
  const memory = page.getByRole('region', { name: 'Memory', exact: true });
  await memory.getByRole('slider').waitFor();
  return memory;
}

test('by keyboard alone: the map, closer, a frame, and the way of an address through the page tables', async () => {
  const page = await openPage();
  const memory = await openMemory(page);
  const map = memory.getByRole('slider');
  await map.focus();
  for (const key of ['ArrowRight', 'ArrowDown', 'Enter', 'Enter', 'Enter', 'Enter', 'Enter'])
    await page.keyboard.press(key);
  await memory.getByText(/, 1 \(4 kB\) a cell$/).waitFor();
  const chosen = Number(await map.getAttribute('aria-valuenow'));
  await page.keyboard.press('ArrowRight');
  await memory.getByRole('heading', { name: `Frame 0x${(chosen + 1).toString(16)}`, exact: true }).waitFor();

  await memory.getByLabel('Kind of address').selectOption('Virtual address');
  const address = memory.getByRole('textbox', { name: 'Address', exact: true });
  await address.fill('fffff780`00000000');
  await address.press('Enter');
  const walk = memory.getByRole('table', { name: /^Page walk of fffff780`00000000/ });
  await walk.waitFor();
  expect(await walk.locator('tbody th').allInnerTexts()).toEqual(['PML4', 'PDPT', 'PD', 'PT']);
  // KUSER_SHARED_DATA names the folder of Windows.
  await memory.getByRole('region', { name: 'Bytes' }).getByText('C.:.\\.W.i.n.d.o').waitFor();

  await address.fill('explorer');
  await address.press('Enter');
  await memory.getByText('This is no hexadecimal number.').waitFor();
});

test('its sums are those of Task Manager', async () => {
  const page = await openPage();
  const memory = await openMemory(page);
  const available = await memory
    .getByRole('row', { name: /^Available/ })
    .locator('td')
    .nth(1)
    .innerText();
  await page.getByRole('button', { name: 'Task Manager', exact: true }).first().click();
  await page.getByRole('button', { name: 'Performance', exact: true }).click();
  await page.getByRole('tab', { name: /^Memory/ }).click();
  const gigabytes = page.locator('tm-app').getByText(/^\d(\.\d)? GB$/);
  await gigabytes.first().waitFor();
  const shown = (await gigabytes.allInnerTexts()).map(Number.parseFloat);
  const nearest = Math.min(...shown.map((value) => Math.abs(value - Number.parseFloat(available))));
  expect(nearest, `${available} among ${shown.join(', ')}`).toBeLessThan(0.06);
});

test('on a narrow screen it is one column, and the page itself does not scroll', async () => {
  const page = await openPage({ viewport: { width: 400, height: 800 }, hasTouch: true });
  const memory = await openMemory(page);
  const map = await memory.getByRole('slider').boundingBox();
  const frame = await memory.getByRole('heading', { name: 'Frame 0x0' }).boundingBox();
  expect(frame!.y).toBeGreaterThan(map!.y + map!.height);
  expect(map!.x + map!.width).toBeLessThanOrEqual(400);
  const { scrollWidth, clientWidth } = await page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    return { scrollWidth, clientWidth };
  });
  expect(scrollWidth).toBe(clientWidth);
});
