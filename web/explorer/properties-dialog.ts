import { LitElement, html } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { FileEntry } from '../../sim/worker/sim-api.js';
import '../controls/button/button.js';
import '../controls/dialog/dialog.js';
import { formatDateTime } from '../desktop/machine-time.js';
import type { DumpRecord } from '../storage/dump-catalogue.js';
import { strings } from '../strings/index.js';
import { formatCount } from '../task-manager/processes/format.js';
import { dateOf, formatExactSize, typeOf } from './file-format.js';
import { parentFolder } from './path.js';
import { text } from './text.js';

type Fact = [label: string, value: string];

/** What is known of a dump's making, and of the digest that is made of a file that is looked at. */
export function recordFacts(record: DumpRecord): Fact[] {
  const { kind, pages, scenario, seed, sha256 } = record;
  return [
    [text.made, text.kind[kind]],
    ...(pages === undefined ? [] : [[text.memory, text.pages(formatCount(pages))] satisfies Fact]),
    ...(scenario === undefined || seed === undefined
      ? []
      : [[text.source, text.madeFrom(scenario, seed)] satisfies Fact]),
    ['SHA-256', sha256 ?? text.hashing],
  ];
}

function facts(files: readonly FileEntry[], record: DumpRecord | undefined): Fact[] {
  const [file] = files;
  const bytes = files.reduce((sum, { size }) => sum + size, 0);
  if (!file) return [];
  if (files.length > 1)
    return [
      [text.columns.name, text.items(files.length)],
      [text.location, parentFolder(file.path) ?? file.path],
      [text.columns.size, formatExactSize(bytes)],
    ];
  return [
    [text.columns.name, file.name],
    [text.columns.type, typeOf(file)],
    [text.location, parentFolder(file.path) ?? file.path],
    ...(file.folder ? [] : [[text.columns.size, formatExactSize(file.size)] satisfies Fact]),
    ...(record ? [[text.created, formatDateTime(record.time)] satisfies Fact] : []),
    ...(file.modified ? [[text.columns.modified, dateOf(file)] satisfies Fact] : []),
    ...(record ? recordFacts(record) : []),
  ];
}

/**
 * The properties of files.
 * @fires ll-close
 */
@customElement('fe-properties-dialog')
export class FilePropertiesDialog extends LitElement {
  @property({ type: Boolean }) open = false;
  @property({ attribute: false }) files: readonly FileEntry[] = [];
  @property({ attribute: false }) record: DumpRecord | undefined;

  #close(): void {
    this.dispatchEvent(new Event('ll-close'));
  }

  override render() {
    const name = this.files.length === 1 ? this.files[0]!.name : text.items(this.files.length);
    return html`<ll-dialog
      heading=${text.propertiesOf(name)}
      .open=${this.open && this.files.length > 0}
      .content=${html`<dl>
        ${facts(this.files, this.record).map(
          ([label, value]) =>
            html`<dt>${label}</dt>
              <dd>${value}</dd>`,
        )}
      </dl>`}
      .buttons=${html`<ll-button data-first @click=${() => this.#close()}>${strings.messages.ok}</ll-button>`}
      @ll-cancel=${() => this.#close()}
    ></ll-dialog>`;
  }
}
