import { LitElement, html, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import '../../controls/button/button.js';
import '../../controls/dialog/dialog.js';
import '../../controls/progress-bar/progress-bar.js';
import { formatCount } from '../processes/format.js';
import { OpenLocationEvent } from '../task-manager-events.js';
import { texts } from '../text.js';
import { adviceFor } from './advice.js';
import type { DumpState } from './dump-flow.js';

const text = texts.dump;

/** The user presses Cancel, or closes the dialog of an outcome. */
export type DumpDialogAction = 'll-dump-cancel' | 'll-dump-close';

function megabytes(bytes: number): string {
  return formatCount(Math.round(bytes / 2 ** 20));
}

/**
 * The dialogs of a dump: progress, success, failure.
 * @fires ll-dump-cancel | ll-dump-close | ll-open-location
 */
@customElement('tm-dump-dialogs')
export class DumpDialogs extends LitElement {
  @property({ attribute: false }) state: DumpState = { step: 'idle' };

  #tell(action: DumpDialogAction): void {
    this.dispatchEvent(new Event(action));
  }

  #openLocation(path: string): void {
    this.#tell('ll-dump-close');
    this.dispatchEvent(OpenLocationEvent.ofFile(path));
  }

  #renderProgress(state: DumpState): TemplateResult {
    const running = state.step === 'running' ? state : null;
    const progress = running?.progress;
    const percent =
      progress && progress.pagesTotal > 0 ? (100 * progress.pagesDone) / progress.pagesTotal : null;
    const cancel = () => this.#tell('ll-dump-cancel');
    const cancelling = running?.isCancelling ? text.cancelling : '';
    const isKnown = progress && progress.pagesTotal > 0;
    const pages = isKnown && text.pages(formatCount(progress.pagesDone), formatCount(progress.pagesTotal));
    const bytes = isKnown && text.bytes(megabytes(progress.bytesDone), megabytes(progress.bytesTotal));
    return html`<ll-dialog
      heading=${text.title[running?.kind ?? 'full']}
      .open=${running !== null}
      .content=${html`
        <p role="status">
          ${progress ? text.phases[progress.phase] : text.starting[running?.kind ?? 'full']}
        </p>
        <ll-progress-bar label=${text.progress[running?.kind ?? 'full']} .value=${percent}></ll-progress-bar>
        <p class="small">${pages || nothing}</p>
        <p class="small">${bytes || nothing}</p>
      `}
      .buttons=${html`<ll-button data-first disabled-reason=${cancelling} @click=${cancel}>
        ${cancelling || text.cancel}
      </ll-button>`}
      @ll-cancel=${cancel}
    ></ll-dialog>`;
  }

  #renderCreated(state: DumpState): TemplateResult {
    const created = state.step === 'created' ? state : null;
    const path = created?.outcome.path ?? '';
    const close = () => this.#tell('ll-dump-close');
    return html`<ll-dialog
      heading=${text.title[created?.kind ?? 'full']}
      .open=${created !== null}
      .content=${html`
        <p>${text.created}</p>
        <p class="path">${path}</p>
      `}
      .buttons=${html`
        <ll-button variant="accent" data-first @click=${() => this.#openLocation(path)}>
          ${text.openFileLocation}
        </ll-button>
        <ll-button @click=${close}>${text.ok}</ll-button>
      `}
      @ll-cancel=${close}
    ></ll-dialog>`;
  }

  #renderFailed(state: DumpState): TemplateResult {
    const failed = state.step === 'failed' ? state.outcome : null;
    const close = () => this.#tell('ll-dump-close');
    return html`<ll-dialog
      alert
      heading=${text.failedTitle[state.step === 'failed' ? state.kind : 'full']}
      .open=${failed !== null}
      .content=${html`
        <p>${failed?.message}</p>
        <p>${text.status}: ${failed?.status}</p>
        <p>${failed ? adviceFor(failed.status) : nothing}</p>
      `}
      .buttons=${html`<ll-button data-first @click=${close}>${text.close}</ll-button>`}
      @ll-cancel=${close}
    ></ll-dialog>`;
  }

  override render() {
    return [
      this.#renderProgress(this.state),
      this.#renderCreated(this.state),
      this.#renderFailed(this.state),
    ];
  }
}
