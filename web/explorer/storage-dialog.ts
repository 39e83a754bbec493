import { LitElement, html, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { FileEntry } from '../../sim/worker/sim-api.js';
import '../controls/button/button.js';
import '../controls/checkbox/checkbox.js';
import type { LabCheckbox } from '../controls/checkbox/checkbox.js';
import '../controls/dialog/dialog.js';
import { formatSize } from './file-format.js';
import { text } from './text.js';

/** The user wants these files gone, to have their room. */
export class FreeEvent extends Event {
  constructor(readonly files: readonly FileEntry[]) {
    super('ll-free');
  }
}

/**
 * All files that take room in the browser, to choose which go.
 * @fires ll-free | ll-close
 */
@customElement('fe-storage-dialog')
export class StorageDialog extends LitElement {
  @property({ type: Boolean }) open = false;
  @property({ attribute: false }) files: readonly FileEntry[] = [];

  @state() private chosen: ReadonlySet<string> = new Set();

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('open')) this.chosen = new Set();
  }

  get #chosenFiles(): FileEntry[] {
    return this.files.filter(({ path }) => this.chosen.has(path));
  }

  #toggle(path: string, isChosen: boolean): void {
    const chosen = new Set(this.chosen);
    if (isChosen) chosen.add(path);
    else chosen.delete(path);
    this.chosen = chosen;
  }

  #close(): void {
    this.dispatchEvent(new Event('ll-close'));
  }

  override render() {
    const files = this.#chosenFiles;
    const bytes = files.reduce((sum, { size }) => sum + size, 0);
    return html`<ll-dialog
      heading=${text.freeUp}
      .open=${this.open}
      .content=${html`<p>${this.files.length > 0 ? text.freeQuestion : text.nothingKept}</p>
        ${this.files.map(
          ({ path, name, size }) =>
            html`<p>
              <ll-checkbox
                label=${`${name} (${formatSize(size)})`}
                hint=${path}
                .checked=${this.chosen.has(path)}
                @change=${(event: Event) => this.#toggle(path, (event.target as LabCheckbox).checked)}
              ></ll-checkbox>
            </p>`,
        )}
        <p class="small" role="status">${text.willBeFreed(formatSize(bytes))}</p>`}
      .buttons=${html`<ll-button
          disabled-reason=${files.length > 0 ? '' : text.selectFile}
          @click=${() => files.length > 0 && this.dispatchEvent(new FreeEvent(files))}
          >${text.delete}</ll-button
        ><ll-button data-first @click=${() => this.#close()}>${text.cancel}</ll-button>`}
      @ll-cancel=${() => this.#close()}
    ></ll-dialog>`;
  }
}
