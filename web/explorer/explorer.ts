import { LitElement, html, nothing, type TemplateResult } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { FileEntry } from '../../sim/worker/sim-api.js';
import '../controls/button/button.js';
import { focusStyles } from '../controls/control.styles.js';
import '../controls/dialog/dialog.js';
import '../controls/menu/menu.js';
import type { LabMenu } from '../controls/menu/menu.js';
import type { MenuEntry, MenuSelectEvent } from '../controls/menu/menu-entry.js';
import '../controls/window/window.js';
import type { LabWindow, WindowPlace } from '../controls/window/window.js';
import { icon } from '../icons/icon.js';
import { iconStyles } from '../icons/icon.styles.js';
import type { Lab } from '../lab.js';
import { Follow } from '../storage/store.js';
import { strings } from '../strings/index.js';
import { formatCount } from '../task-manager/processes/format.js';
import { download } from './download.js';
import { styles } from './explorer.styles.js';
import './file-list.js';
import type { FileEvent, FileList } from './file-list.js';
import { Folder } from './folder.js';
import { OpenDumpEvent } from './open-dump-event.js';
import { baseName, isDump, parentFolder } from './path.js';
import './toolbar.js';

const text = strings.explorer;

/** File Explorer: the files of one folder of the machine's disk. */
@customElement('fe-explorer')
export class Explorer extends LitElement {
  static override styles = [focusStyles, iconStyles, styles];

  @property({ attribute: false }) lab!: Lab;
  @property({ attribute: false }) place!: WindowPlace;
  @property({ type: Boolean }) active = false;
  @property({ type: Boolean }) minimized = false;

  @state() private announcement = '';
  @state() private error = '';
  @state() private isPreparing = false;
  @query('ll-window') private readonly window!: LabWindow;
  @query('fe-file-list') private readonly list!: FileList;
  @query('ll-menu') private readonly menu!: LabMenu;
  #folder!: Folder;

  protected readonly follow = new Follow(this, () => [this.#folder]);
  #endFollowingDumps: (() => void) | undefined;

  override connectedCallback(): void {
    this.#folder ??= new Folder(this.lab.disk, this.lab.machine.liveKernelDumpFolder);
    super.connectedCallback();
    void this.#refresh();
    this.#endFollowingDumps = this.lab.dumpFlow.subscribe(() => {
      if (this.lab.dumpFlow.value.step === 'created') void this.#refresh();
    });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#endFollowingDumps?.();
    this.#folder.leave();
  }

  override updated(): void {
    void this.#try(() => this.#folder.hashSelected());
  }

  override focus(): void {
    void this.updateComplete.then(() => this.window.focus());
  }

  /** Goes to `folder` and selects the file `path` in it. */
  async show(folder: string, path: string): Promise<void> {
    await this.#try(() => this.#folder.open(folder, path));
    await this.updateComplete;
    await this.list.updateComplete;
    this.list.focusSelected();
  }

  #refresh(): Promise<void> {
    const { folder, selected } = this.#folder.value;
    return this.#try(() => this.#folder.open(folder, selected));
  }

  /** Runs what may fail; a failure is shown. */
  async #try(action: () => Promise<void>): Promise<void> {
    try {
      await action();
    } catch (error) {
      this.error = (error as Error).message;
    }
  }

  #download(file: FileEntry): Promise<void> {
    return this.#try(async () => download(await this.lab.disk.read(file.path), file.name));
  }

  #delete(file: FileEntry): Promise<void> {
    return this.#try(async () => {
      await this.#folder.delete(file).catch((error: Error) => {
        throw error.name === 'NoModificationAllowedError' ? new Error(text.inUse(file.name)) : error;
      });
      this.announcement = text.deleted(file.name);
      this.window.focus();
    });
  }

  #open(file: FileEntry): void {
    if (file.folder) void this.#try(() => this.#folder.open(file.path));
    else if (isDump(file.path)) this.dispatchEvent(new OpenDumpEvent(file.path));
    else void this.#download(file);
  }

  async #downloadSymbols(): Promise<void> {
    this.isPreparing = true;
    const { scenario, seed } = this.lab.machine;
    await this.#try(async () =>
      download(await this.lab.disk.symbolsZip(), `symbols-${scenario}-${seed}.zip`),
    );
    this.isPreparing = false;
  }

  #onCommand({ id }: MenuSelectEvent): void {
    const file = this.#folder.selectedFile;
    if (id === 'symbols') void this.#downloadSymbols();
    else if (file && id === 'open') this.#open(file);
    else if (file && id === 'download') void this.#download(file);
    else if (file && id === 'delete') void this.#delete(file);
  }

  #onMenu({ point, origin }: FileEvent): void {
    if (origin) void this.menu.openAt(point, origin);
  }

  get #entries(): MenuEntry[] {
    return [
      { id: 'open', label: text.open },
      { id: 'download', label: text.download },
      'separator',
      { id: 'delete', label: text.delete },
    ];
  }

  #renderAddress(): TemplateResult {
    const { folder } = this.#folder.value;
    const parent = parentFolder(folder);
    return html`
      <div class="bar address-bar">
        <ll-button
          variant="subtle"
          label=${text.up}
          @click=${() => parent && void this.#try(() => this.#folder.open(parent))}
        >
          ${icon('up')}
        </ll-button>
        <input class="address" aria-label=${text.address} readonly .value=${folder} title=${folder} />
      </div>
    `;
  }

  #renderDetails(): TemplateResult | typeof nothing {
    const record = this.#folder.selectedRecord;
    if (!record) return nothing;
    const facts = [text.kind[record.kind], text.pages(formatCount(record.pages))];
    return html`<div class="details" role="group" aria-label=${text.details}>
      ${[...facts, text.madeFrom(record.scenario, record.seed)].join(' · ')}<br />SHA-256
      ${record.sha256 ?? text.hashing}
    </div>`;
  }

  override render() {
    const { folder, files, selected } = this.#folder.value;
    const closeError = () => (this.error = '');
    return html`
      <ll-window
        heading=${`${baseName(folder)} - ${text.title}`}
        .place=${this.place}
        .active=${this.active}
        ?hidden=${this.minimized}
      >
        <span slot="icon">${icon('file-explorer')}</span>
        <div class="frame">
          ${this.#renderAddress()}
          <fe-toolbar
            .hasFile=${this.#folder.selectedFile?.folder === false}
            .isPreparing=${this.isPreparing}
            @ll-select=${this.#onCommand}
          ></fe-toolbar>
          <fe-file-list
            label=${text.files(baseName(folder))}
            .files=${files}
            .selected=${selected}
            .emptyText=${folder === this.lab.machine.liveKernelDumpFolder ? text.empty : text.notKept}
            @ll-file-select=${(event: FileEvent) => this.#folder.select(event.file.path)}
            @ll-file-open=${(event: FileEvent) => this.#open(event.file)}
            @ll-file-menu=${this.#onMenu}
          ></fe-file-list>
          ${this.#renderDetails()}
        </div>
        <p class="visually-hidden" role="status">${this.isPreparing ? text.preparing : this.announcement}</p>
      </ll-window>
      <ll-menu
        style="--menu-width: 200px"
        label=${baseName(selected)}
        .entries=${this.#entries}
        @ll-select=${this.#onCommand}
      ></ll-menu>
      <ll-dialog
        alert
        heading=${text.failed}
        .open=${this.error !== ''}
        .content=${html`${this.error}`}
        .buttons=${html`<ll-button data-first @click=${closeError}>${strings.messages.ok}</ll-button>`}
        @ll-cancel=${closeError}
      ></ll-dialog>
    `;
  }
}
