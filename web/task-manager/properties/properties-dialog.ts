import { LitElement, html } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { ProcessRow } from '../../../sim/worker/sim-api.js';
import '../../controls/button/button.js';
import '../../controls/dialog/dialog.js';
import { strings } from '../../strings/index.js';
import { processName } from '../processes/process-name.js';
import { texts } from '../text.js';

const text = texts.properties;

/** What the machine knows of one process, as label and value. */
function facts(process: ProcessRow): [label: string, value: string | number][] {
  return [
    [text.description, process.description],
    [text.imageName, process.imageName],
    [text.publisher, process.publisher],
    [text.location, process.imagePath],
    ...(process.pid < 0 ? [] : ids(process)),
    [text.session, process.sessionId],
    [text.threads, process.threads],
  ];
}

/** What has no process ID, like interrupts, has no parent either. */
function ids({ pid, parentPid }: ProcessRow): [label: string, value: number][] {
  return [
    [text.pid, pid],
    [text.parentPid, parentPid],
  ];
}

/**
 * The properties of a process.
 * @fires ll-close
 */
@customElement('tm-properties-dialog')
export class PropertiesDialog extends LitElement {
  /** Null closes the dialog. */
  @property({ attribute: false }) process: ProcessRow | null = null;

  #close(): void {
    this.dispatchEvent(new Event('ll-close'));
  }

  override render() {
    const { process } = this;
    const lines = process ? facts(process) : [];
    return html`<ll-dialog
      heading=${process ? text.title(processName(process)) : ''}
      .open=${process !== null}
      .content=${html`<dl>
        ${lines.map(
          ([label, value]) =>
            html`<dt>${label}</dt>
              <dd>${value === '' ? text.none : value}</dd>`,
        )}
      </dl>`}
      .buttons=${html`<ll-button data-first @click=${() => this.#close()}>${strings.messages.ok}</ll-button>`}
      @ll-cancel=${this.#close}
    ></ll-dialog>`;
  }
}
