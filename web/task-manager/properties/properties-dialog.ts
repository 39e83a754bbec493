import { LitElement, css, html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { ProcessRow } from '../../../sim/worker/sim-api.js';
import '../../controls/button/button.js';
import '../../controls/dialog/dialog.js';
import { strings } from '../../strings.js';
import { processName } from '../processes/process-name.js';

const text = strings.properties;

/** What the machine knows of one process, as label and value. */
function facts(process: ProcessRow): [label: string, value: string | number][] {
  return [
    [text.description, process.description],
    [text.imageName, process.imageName],
    [text.publisher, process.publisher],
    [text.location, process.imagePath],
    [text.pid, process.pid],
    [text.parentPid, process.parentPid],
    [text.session, process.sessionId],
    [text.threads, process.threads],
  ];
}

/**
 * The properties of a process.
 * @fires ll-close
 */
@customElement('tm-properties-dialog')
export class PropertiesDialog extends LitElement {
  static override styles = css`
    dl {
      display: grid;
      grid-template-columns: max-content 1fr;
      gap: 6px 20px;
      margin: 0;
      user-select: text;
    }

    dt {
      color: var(--text-secondary);
    }

    dd {
      margin: 0;
    }
  `;

  /** Null closes the dialog. */
  @property({ attribute: false }) process: ProcessRow | null = null;

  #close(): void {
    this.dispatchEvent(new Event('ll-close'));
  }

  override render() {
    const { process } = this;
    return html`
      <ll-dialog
        heading=${process ? text.title(processName(process)) : ''}
        .open=${process !== null}
        @ll-cancel=${this.#close}
      >
        ${
          process
            ? html`<dl>
                ${facts(process).map(
                  ([label, value]) =>
                    html`<dt>${label}</dt>
                      <dd>${value === '' ? text.none : value}</dd>`,
                )}
              </dl>`
            : nothing
        }
        <ll-button slot="buttons" data-first @click=${this.#close}>${strings.messages.ok}</ll-button>
      </ll-dialog>
    `;
  }
}
