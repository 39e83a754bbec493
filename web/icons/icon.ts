import type { TemplateResult } from 'lit';
import { html, unsafeStatic } from 'lit/static-html.js';

/** The drawings of this folder by file name. They are ours, drawn in the thin-line manner of Windows 11. */
const drawings = import.meta.glob<string>('./svg/*.svg', { query: '?raw', import: 'default', eager: true });

/** Icons that were asked for: each drawing is read by the browser once, however many lines show it. */
const icons = new Map<string, TemplateResult>();

/**
 * One icon as decoration: hidden from assistive technology, because the label beside it says the same.
 * @param name File name in `icons/svg` without its ending.
 * @throws Error when there is no such drawing.
 */
export function icon(name: string): TemplateResult {
  const known = icons.get(name);
  if (known) return known;
  const drawing = drawings[`./svg/${name}.svg`];
  if (drawing === undefined) throw new Error(`No icon is named ${name}`);
  const made = html`<span class="icon" data-icon=${name} aria-hidden="true">${unsafeStatic(drawing)}</span>`;
  icons.set(name, made);
  return made;
}
