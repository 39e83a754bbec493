import { expect, test } from 'vitest';
import { violations } from './support/axe.js';
import { useBrowser } from './support/browser.js';
import { ask, expectOutput, openNewDump, output } from './support/debugger.js';
import { MENU, row } from './support/task-manager.js';
import { targets } from './support/targets.js';

const openPage = useBrowser();
const SCHEMES = {
  light: { colorScheme: 'light' },
  dark: { colorScheme: 'dark' },
  'forced colours': { forcedColors: 'active' },
} as const;

test(
  'a lab is started, solved with a dump in the debugger, remembered and left',
  { timeout: 180_000 },
  async () => {
    const page = await openPage();
    await row(page, 'System').waitFor();
    const labs = page.getByRole('region', { name: 'Labs', exact: true });
    await page.getByRole('button', { name: 'Labs', exact: true }).click();
    await labs.getByRole('button', { name: 'Start: A shell with too many rights' }).click();
    await page.getByRole('dialog', { name: 'Start the machine anew?' }).waitFor();
    await page.keyboard.press('Escape');
    await labs.getByRole('button', { name: 'Start: A shell with too many rights' }).click();
    await page.getByRole('button', { name: 'Start the machine' }).click();
    await labs.getByRole('heading', { name: 'A shell with too many rights' }).waitFor();
    const answers = labs.getByLabel('Your answer');
    await answers.first().fill('4096');
    await answers.first().press('Enter');
    await labs.getByText('Not yet. Look again, or open a hint.').waitFor();
    await labs.getByText('Hint 1').first().click();
    await labs.getByText('!process 0 1 prints its address', { exact: false }).waitFor();

    await page.getByRole('button', { name: 'Task Manager', exact: true }).first().click();
    await openNewDump(page, MENU.stacks);
    await ask(page, '!process 0 1 explorer.exe');
    await expectOutput(page, /Token +[0-9a-f]{16}/);
    const shell = await output(page).locator('.sheet').innerText();
    const pid = /Cid: ([0-9a-f]+)/.exec(shell)![1]!;
    const token = /Token +([0-9a-f]{16})/.exec(shell)![1]!;

    await page.getByRole('button', { name: 'Labs', exact: true }).click();
    await answers.first().fill(`0x${pid.toUpperCase()}`);
    await answers.first().press('Enter');
    await labs.getByText('1 of 2 solved', { exact: false }).waitFor();
    await answers.nth(1).fill(`${token.slice(0, 8)}\`${token.slice(8)}`);
    await answers.nth(1).press('Enter');
    await labs.getByText('All tasks are solved. Well done!').waitFor();

    await labs.getByRole('button', { name: 'Leave the lab' }).click();
    await page.getByRole('button', { name: 'Start the machine' }).click();
    await row(page, 'System').waitFor();
    expect(new URL(page.url()).searchParams.has('lab')).toBe(false);
    await page.getByRole('button', { name: 'Labs', exact: true }).click();
    await labs.getByText('2 of 2 solved', { exact: false }).waitFor();
  },
);

test.each(Object.entries(SCHEMES))('axe finds nothing in the list and in a lab, in %s', async (_, scheme) => {
  const page = await openPage({ ...scheme, reducedMotion: 'reduce' });
  await row(page, 'System').waitFor();
  await page.getByRole('button', { name: 'Labs', exact: true }).click();
  const labs = page.getByRole('region', { name: 'Labs', exact: true });
  await labs
    .getByRole('button', { name: /^Start: / })
    .first()
    .waitFor();
  expect(await violations(page)).toEqual([]);
  await page.goto(`${page.url()}?scenario=handle-leak&lab=handle-leak`);
  await labs.getByRole('heading', { name: 'Task 1' }).waitFor();
  await labs.getByText('Hint 1').first().click();
  expect(await violations(page)).toEqual([]);
  expect((await targets(page)).small).toEqual([]);
});

test('Task Manager stands beside the tasks of a lab', async () => {
  const page = await openPage({}, '?scenario=handle-leak&lab=handle-leak');
  await row(page, 'System').waitFor();
  const box = async (name: string) => (await page.getByRole('region', { name, exact: true }).boundingBox())!;
  const [taskManager, labs] = [await box('Task Manager'), await box('Labs')];
  expect(taskManager.width).toBeGreaterThanOrEqual(640);
  expect(taskManager.x + taskManager.width).toBeLessThanOrEqual(labs.x);
  expect(labs.x + labs.width).toBeLessThanOrEqual(1280);
});

test('on a narrow screen a lab fills it', async () => {
  const page = await openPage(
    { viewport: { width: 320, height: 640 } },
    '?scenario=handle-leak&lab=handle-leak',
  );
  const labs = page.getByRole('region', { name: 'Labs', exact: true });
  await labs.getByRole('heading', { name: 'Task 1' }).waitFor();
  const check = await labs.getByRole('button', { name: 'Check' }).first().boundingBox();
  expect(check!.x + check!.width).toBeLessThanOrEqual(320);
  const wide = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  expect(wide).toBe(0);
});
