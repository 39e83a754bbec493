import { html, type TemplateResult } from 'lit';
import { styleMap } from 'lit/directives/style-map.js';
import '../../controls/checkbox/checkbox.js';
import type { LabCheckbox } from '../../controls/checkbox/checkbox.js';
import { texts } from '../text.js';

const text = texts.actions;
const LIST = {
  display: 'flex',
  flexDirection: 'column',
  maxHeight: '300px',
  overflow: 'auto',
  padding: '0 4px',
};

/** A check box for each of the machine's `count` processors, and one for all. */
export function affinityBoxes(
  count: number,
  chosen: ReadonlySet<number>,
  choose: (chosen: ReadonlySet<number>) => void,
): TemplateResult {
  const all = Array.from({ length: count }, (_, number) => number);
  const isOn = (event: Event) => (event.currentTarget as LabCheckbox).checked;
  const pick = (number: number, event: Event) => {
    const next = new Set(chosen);
    if (isOn(event)) next.add(number);
    else next.delete(number);
    choose(next);
  };
  return html`<div role="group" aria-label=${text.affinityTitle} style=${styleMap(LIST)}>
    <ll-checkbox
      data-first
      label=${text.allProcessors}
      .checked=${chosen.size === count}
      @change=${(event: Event) => choose(new Set(isOn(event) ? all : []))}
    ></ll-checkbox>
    ${all.map(
      (number) =>
        html`<ll-checkbox
          label=${text.processor(number)}
          .checked=${chosen.has(number)}
          @change=${(event: Event) => pick(number, event)}
        ></ll-checkbox>`,
    )}
  </div>`;
}
