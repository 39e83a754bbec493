import { LitElement, css, html, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import '../../controls/button/button.js';
import '../../controls/dialog/dialog.js';
import '../../controls/progress-bar/progress-bar.js';
import { strings } from '../../strings.js';
import { formatCount } from '../processes/format.js';
import { OpenLocationEvent } from '../task-manager-events.js';
import { adviceFor } from './advice.js';
import type { DumpState } from './dump-flow.js';

const text = strings.dump;

/** The user presses Cancel, or closes the dialog of an outcome. */
export type DumpDialogAction = 'll-dump-cancel' | 'll-dump-close';

/**
 * The dialogs of a live kernel dump: progress, success, failure.
 * @fires ll-dump-cancel | ll-dump-close | ll-open-location
 */
@customElement('tm-dump-dialogs')
export class DumpDialogs extends LitElement {
  static override styles = css`
    p {
      margin: 0 0 12px;
    }

    .pages {
      min-height: 20px;
      margin: 12px 0 0;
      color: var(--text-secondary);
      font-size: 12px;
    }

    .path {
      user-select: all;
    }

    p:last-child {
      margin-bottom: 0;
    }
  `;

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
    return html`
      <ll-dialog
        heading=${text.title[running?.kind ?? 'full']}
        .open=${running !== null}
        @ll-cancel=${() => this.#tell('ll-dump-cancel')}
      >
        <p role="status">${progress ? text.phases[progress.phase] : text.starting}</p>
        <ll-progress-bar label=${text.progress} .value=${percent}></ll-progress-bar>
        <p class="pages">
          ${progress ? text.pages(formatCount(progress.pagesDone), formatCount(progress.pagesTotal)) : nothing}
        </p>
        <ll-button
          slot="buttons"
          data-first
          disabled-reason=${running?.isCancelling ? text.cancelling : ''}
          @click=${() => this.#tell('ll-dump-cancel')}
        >
          ${running?.isCancelling ? text.cancelling : text.cancel}
        </ll-button>
      </ll-dialog>
    `;
  }

  #renderCreated(state: DumpState): TemplateResult {
    const created = state.step === 'created' ? state : null;
    const path = created?.outcome.path ?? '';
    return html`
      <ll-dialog
        heading=${text.title[created?.kind ?? 'full']}
        .open=${created !== null}
        @ll-cancel=${() => this.#tell('ll-dump-close')}
      >
        <p>${text.created}</p>
        <p class="path">${path}</p>
        <ll-button slot="buttons" variant="accent" data-first @click=${() => this.#openLocation(path)}>
          ${text.openFileLocation}
        </ll-button>
        <ll-button slot="buttons" @click=${() => this.#tell('ll-dump-close')}>${text.ok}</ll-button>
      </ll-dialog>
    `;
  }

  #renderFailed(state: DumpState): TemplateResult {
    const failed = state.step === 'failed' ? state.outcome : null;
    return html`
      <ll-dialog
        alert
        heading=${text.failedTitle}
        .open=${failed !== null}
        @ll-cancel=${() => this.#tell('ll-dump-close')}
      >
        <p>${failed?.message}</p>
        <p>${text.status}: ${failed?.status}</p>
        <p>${failed ? adviceFor(failed.status) : nothing}</p>
        <ll-button slot="buttons" data-first @click=${() => this.#tell('ll-dump-close')}
          >${text.close}</ll-button
        >
      </ll-dialog>
    `;
  }

  override render() {
    return [
      this.#renderProgress(this.state),
      this.#renderCreated(this.state),
      this.#renderFailed(this.state),
    ];
  }
}
