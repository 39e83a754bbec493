import { html, type TemplateResult } from 'lit';
import { unsafeHTML } from 'lit/directives/unsafe-html.js';

/** The drawings of this folder by file name. They are ours, drawn in the thin-line manner of Windows 11. */
const drawings = import.meta.glob<string>('./svg/*.svg', { query: '?raw', import: 'default', eager: true });

/**
 * One icon as decoration: hidden from assistive technology, because the label beside it says the same.
 * @param name File name in `icons/svg` without its ending.
 * @throws Error when there is no such drawing.
 */
export function icon(name: string): TemplateResult {
  const drawing = drawings[`./svg/${name}.svg`];
  if (drawing === undefined) throw new Error(`No icon is named ${name}`);
  return html`<span class="icon" data-icon=${name} aria-hidden="true">${unsafeHTML(drawing)}</span>`;
}
