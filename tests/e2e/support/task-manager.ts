import type { Locator, Page } from 'playwright';

/** Making a dump takes its time on a slow machine. */
export const DUMP_TIMEOUT = 45_000;

/** The texts that a user reads, by which these tests find everything. */
export const MENU = {
  create: 'Create live kernel memory dump file',
  full: 'Full live kernel memory dump',
  stacks: 'Kernel stacks memory dump',
  settings: 'Change memory dump settings',
};

export function row(page: Page, name: string): Locator {
  return page.getByRole('row', { name, exact: true });
}

export function menuItem(page: Page, name: string): Locator {
  return page.getByRole('menuitem', { name, exact: true });
}

/** Right-clicks System and chooses `item` of the live dump submenu. */
export async function chooseDump(page: Page, item: string): Promise<void> {
  await row(page, 'System').click({ button: 'right', position: { x: 60, y: 14 } });
  await menuItem(page, MENU.create).click();
  await menuItem(page, item).click();
}

/** Accessible name and role of what has the focus, through all shadow roots. */
export function focused(page: Page): Promise<{ role: string; text: string }> {
  return page.evaluate(() => {
    let element = document.activeElement;
    while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
    const host = (element?.getRootNode() as ShadowRoot).host as HTMLElement | undefined;
    const isInButton = element instanceof HTMLButtonElement && element.querySelector('slot') !== null;
    const labelled = element?.getAttribute('aria-labelledby');
    const label = labelled ? (element?.getRootNode() as ShadowRoot).getElementById(labelled) : null;
    const text = (label ?? (isInButton ? host : element))?.textContent ?? '';
    return {
      role: element?.getAttribute('role') ?? element?.localName ?? '',
      text: (element?.getAttribute('aria-label') ?? text).trim().replace(/\s+/g, ' '),
    };
  });
}
