import type { Page } from 'playwright';

/** WCAG 2.2, 2.5.8. CSS px. */
const LEAST = 24;

/**
 * Buttons, fields and links, through all shadow roots: how many there are, and which are smaller than a finger or an
 * unsteady hand needs.
 */
export function targets(page: Page): Promise<{ count: number; small: string[] }> {
  return page.evaluate((least) => {
    const small: string[] = [];
    let count = 0;
    const visit = (root: Document | ShadowRoot) => {
      for (const element of root.querySelectorAll<HTMLElement>('*')) {
        if (element.shadowRoot) visit(element.shadowRoot);
        if (!element.matches('button, input, select, a[href], [role^=menuitem]')) continue;
        // What belongs to a field can be pressed as well.
        const target = element.closest('label') ?? element;
        const { width, height } = target.getBoundingClientRect();
        const isShown = target.checkVisibility({ visibilityProperty: true }) && width > 1 && height > 1;
        if (!isShown) continue;
        count++;
        if (width < least || height < least)
          small.push(
            `${element.localName} "${element.ariaLabel ?? element.textContent?.trim()}" ${width} × ${height}`,
          );
      }
    };
    visit(document);
    return { count, small };
  }, LEAST);
}
