import { LitElement, html, nothing, type TemplateResult } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { FileEntry } from '../../sim/worker/sim-api.js';
import { focusStyles } from '../controls/control.styles.js';
import '../controls/menu/menu.js';
import type { LabMenu } from '../controls/menu/menu.js';
import type { MenuSelectEvent } from '../controls/menu/menu-entry.js';
import '../controls/progress-bar/progress-bar.js';
import '../controls/window/window.js';
import type { LabWindow, WindowPlace } from '../controls/window/window.js';
import { icon } from '../icons/icon.js';
import { iconStyles } from '../icons/icon.styles.js';
import type { Lab } from '../lab.js';
import { storageSpace, type StorageSpace } from '../storage/storage-space.js';
import { Follow } from '../storage/store.js';
import { strings } from '../strings/index.js';
import './address-bar.js';
import type { AddressBar, TravelEvent } from './address-bar.js';
import { commandOf, menuOf, possible, type Command } from './commands.js';
import { download } from './download.js';
import { styles } from './explorer.styles.js';
import { FileActions, type Report } from './file-actions.js';
import { titleOf } from './file-format.js';
import './file-list.js';
import type { FileEvent, FileList, OrderEvent, RenameEvent, SelectionEvent } from './file-list.js';
import { extensionOf } from './file-name.js';
import { Folder } from './folder.js';
import { knownFolders, standingFolders, type KnownFolders } from './known-folders.js';
import './navigation-pane.js';
import { OpenDumpEvent } from './open-dump-event.js';
import { baseName, cleanPath, isDump, parentFolder } from './path.js';
import './properties-dialog.js';
import { recordFacts } from './properties-dialog.js';
import './questions.js';
import type { AnswerEvent, Question } from './questions.js';
import './status-bar.js';
import './storage-dialog.js';
import type { FreeEvent } from './storage-dialog.js';
import './toolbar.js';
import { text } from './text.js';

/** File Explorer: the files of the machine's disk, a folder at a time. */
@customElement('fe-explorer')
export class Explorer extends LitElement {
  static override styles = [focusStyles, iconStyles, styles];

  @property({ attribute: false }) lab!: Lab;
  @property({ attribute: false }) place!: WindowPlace;
  @property({ type: Boolean }) active = false;
  @property({ type: Boolean }) minimized = false;

  @state() private report: Report = { announcement: '', busy: '' };
  @state() private question: Question | null = null;
  @state() private space: StorageSpace | null = null;
  @state() private renaming = '';
  @state() private showsProperties = false;
  /** All files of the disk while the user chooses which go. */
  @state() private allFiles: readonly FileEntry[] | null = null;
  @query('ll-window') private readonly window!: LabWindow;
  @query('fe-file-list') private readonly list!: FileList;
  @query('fe-address-bar') private readonly address!: AddressBar;
  @query('ll-menu') private readonly menu!: LabMenu;
  @query('input[type=file]') private readonly picker!: HTMLInputElement;
  #known!: KnownFolders;
  #folder!: Folder;
  #actions!: FileActions;
  #onYes: () => void = () => {};
  #endFollowingDumps: (() => void) | undefined;

  protected readonly follow = new Follow(this, () => [this.#folder]);

  override connectedCallback(): void {
    const { disk, machine, dumpFlow } = this.lab;
    this.#known ??= knownFolders(machine);
    this.#folder ??= new Folder(disk, standingFolders(this.#known), machine.liveKernelDumpFolder);
    this.#actions ??= new FileActions(disk, this.#folder, (report) => (this.report = report));
    super.connectedCallback();
    void this.#refresh();
    this.#endFollowingDumps = dumpFlow.subscribe(() => {
      if (dumpFlow.value.step === 'created') void this.#refresh();
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
    await this.#focusList();
  }

  async #focusList(): Promise<void> {
    await this.updateComplete;
    await this.list.updateComplete;
    if (this.#folder.value.files.length > 0) this.list.focusSelected();
    else this.window.focus();
  }

  async #refresh(): Promise<void> {
    await this.#try(() => this.#folder.refresh());
    this.space = await storageSpace();
  }

  /** Runs what may fail; a failure is shown. */
  async #try(action: () => Promise<void>): Promise<void> {
    try {
      await action();
    } catch (error) {
      this.question = { kind: 'error', message: (error as Error).message };
    }
  }

  async #travel({ where, path }: Pick<TravelEvent, 'where' | 'path'>): Promise<void> {
    await this.#try(async () => {
      const folder = this.#folder;
      const parent = parentFolder(folder.path);
      if (where === 'back' || where === 'forward') await folder.travel(where === 'back' ? -1 : 1);
      else if (where === 'up') await (parent && folder.open(parent, folder.path));
      else if (where === 'refresh') await this.#refresh();
      else await this.#goTo(path);
    });
    await this.#focusList();
  }

  async #goTo(typed: string): Promise<void> {
    const found = await this.#folder.find(cleanPath(typed));
    if (found === null) throw new Error(text.cannotFind(typed));
    await this.#folder.open(found);
  }

  #open(): void {
    const files = this.#folder.selectedFiles;
    const [file] = files;
    if (files.length === 1 && file?.folder) void this.#travel({ where: 'path', path: file.path });
    else
      for (const { folder, path } of files)
        if (!folder && isDump(path)) return void this.dispatchEvent(new OpenDumpEvent(path));
        else if (!folder) return void this.#run('download');
  }

  #ask(question: Question, onYes: () => void): void {
    this.question = question;
    this.#onYes = onYes;
  }

  #onAnswer({ yes }: AnswerEvent): void {
    this.question = null;
    if (yes) this.#onYes();
    // What had the focus before may be gone: the field of a name, for one.
    else void this.#focusList();
  }

  #run(command: Command): void {
    const folder = this.#folder;
    const files = folder.selectedFiles;
    if (this.#possible[command]) return;
    if (command === 'open') this.#open();
    else if (command === 'add') this.picker.click();
    else if (command === 'rename') this.renaming = files[0]!.path;
    else if (command === 'properties') this.showsProperties = true;
    else if (command === 'delete') this.#ask({ kind: 'delete', files }, () => void this.#delete(files));
    else if (command === 'symbols')
      void this.#try(() => this.#actions.symbols(this.lab.machine.scenario, this.lab.machine.seed));
    else
      void this.#try(async () => {
        for (const { path, name } of files) download(await this.lab.disk.read(path), name);
      });
  }

  async #delete(files: readonly FileEntry[]): Promise<void> {
    await this.#try(() => this.#actions.delete(files));
    await this.#refresh();
    await this.#focusList();
  }

  async #add(files: readonly File[]): Promise<void> {
    await this.#try(() => this.#actions.add(files));
    await this.#refresh();
    await this.#focusList();
  }

  async #onRename({ name }: RenameEvent): Promise<void> {
    const file = this.#folder.value.files.find(({ path }) => path === this.renaming);
    this.renaming = '';
    if (file && name !== null && name !== file.name) {
      const rename = async () => {
        await this.#try(() => this.#actions.rename(file, name));
        await this.#focusList();
      };
      const keepsType = extensionOf(name).toLowerCase() === extensionOf(file.name).toLowerCase();
      if (!keepsType && this.#actions.isGoodName(file, name))
        return this.#ask({ kind: 'extension', name }, () => void rename());
      return rename();
    }
    await this.#focusList();
  }

  async #showStorage(): Promise<void> {
    await this.#try(async () => {
      this.allFiles = await this.#actions.allFiles(this.#known.drive);
    });
  }

  #onKeydown(event: KeyboardEvent): void {
    const [target] = event.composedPath() as Element[];
    if (target?.matches('input') || event.ctrlKey !== (event.key === 'l')) return;
    const command = commandOf(event);
    const where = ({ Backspace: 'back', F5: 'refresh' } as const)[event.key];
    if (command && event.composedPath().includes(this.list)) this.#run(command);
    else if (where) void this.#travel({ where, path: '' });
    else if (event.key === 'l' || event.key === 'F4') void this.address.type();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  #onDrop(event: DragEvent): void {
    event.preventDefault();
    event.stopPropagation();
    const files = [...(event.dataTransfer?.files ?? [])];
    if (files.length > 0) void this.#add(files);
  }

  #onPick(): void {
    const files = [...(this.picker.files ?? [])];
    this.picker.value = ''; // so that the same file can be chosen again
    void this.#add(files);
  }

  get #possible() {
    return possible(this.#folder.selectedFiles, this.report.busy !== '');
  }

  #renderDetails(): TemplateResult | typeof nothing {
    const record = this.#folder.selectedRecord;
    if (!record) return nothing;
    const [sha256, ...facts] = recordFacts(record).toReversed();
    return html`<div class="details" role="group" aria-label=${text.details}>
      ${facts
        .toReversed()
        .map(([, value]) => value)
        .join(' · ')}<br />${sha256?.join(' ')}
    </div>`;
  }

  #renderFolder(): TemplateResult {
    const folder = this.#folder;
    const { files, selection, order } = folder.value;
    const isEmptyByNature =
      folder.path.startsWith(this.#known.profile) || folder.path === this.#known.liveKernelReports;
    return html`<fe-file-list
      label=${text.files(titleOf(folder.path))}
      .files=${files}
      .order=${order}
      .selection=${selection}
      .renaming=${this.renaming}
      .emptyText=${isEmptyByNature ? text.empty : text.notKept}
      @ll-file-select=${(event: SelectionEvent) => folder.select(event.selection)}
      @ll-file-order=${(event: OrderEvent) => folder.sort(event.order)}
      @ll-file-open=${this.#open}
      @ll-file-menu=${({ point, origin }: FileEvent) => origin && void this.menu.openAt(point, origin)}
      @ll-file-rename=${this.#onRename}
    ></fe-file-list>`;
  }

  #renderFrame(): TemplateResult {
    const folder = this.#folder;
    const { history, files } = folder.value;
    const { busy } = this.report;
    return html`<div
      class="frame"
      @keydown=${this.#onKeydown}
      @dragover=${(event: Event) => event.preventDefault()}
      @drop=${this.#onDrop}
    >
      <fe-address-bar
        .folder=${folder.path}
        .canGoBack=${history.at > 0}
        .canGoForward=${history.at < history.visited.length - 1}
        .canGoUp=${parentFolder(folder.path) !== null}
        @ll-travel=${this.#travel}
      ></fe-address-bar>
      <fe-toolbar
        .possible=${this.#possible}
        @ll-select=${({ id }: MenuSelectEvent) => this.#run(id as Command)}
      ></fe-toolbar>
      ${busy ? html`<ll-progress-bar label=${busy}></ll-progress-bar>` : nothing}
      <div class="panes">
        <fe-navigation-pane
          .folders=${this.#known}
          .folder=${folder.path}
          @ll-travel=${this.#travel}
        ></fe-navigation-pane>
        ${this.#renderFolder()}
      </div>
      ${this.#renderDetails()}
      <fe-status-bar
        .count=${files.length}
        .selected=${folder.selectedFiles}
        .space=${this.space}
        @ll-free-up=${this.#showStorage}
      ></fe-status-bar>
    </div>`;
  }

  #renderDialogs(): TemplateResult {
    const folder = this.#folder;
    const free = ({ files }: FreeEvent) => {
      this.allFiles = null;
      void this.#delete(files);
    };
    return html`<ll-menu
        style="--menu-width: 200px"
        label=${baseName(folder.value.selection.current)}
        .entries=${menuOf(this.#possible)}
        @ll-select=${({ id }: MenuSelectEvent) => this.#run(id as Command)}
      ></ll-menu>
      <fe-questions .question=${this.question} @ll-answer=${this.#onAnswer}></fe-questions>
      <fe-properties-dialog
        .open=${this.showsProperties}
        .files=${folder.selectedFiles}
        .record=${folder.selectedRecord}
        @ll-close=${() => (this.showsProperties = false)}
      ></fe-properties-dialog>
      <fe-storage-dialog
        .open=${this.allFiles !== null}
        .files=${this.allFiles ?? []}
        @ll-free=${free}
        @ll-close=${() => (this.allFiles = null)}
      ></fe-storage-dialog>
      <input type="file" hidden multiple accept=".dmp,.hdmp,.mdmp" @change=${this.#onPick} />`;
  }

  override render() {
    const { busy, announcement } = this.report;
    return html`
      <ll-window
        heading=${`${titleOf(this.#folder.path)} - ${strings.desktop.fileExplorer}`}
        .place=${this.place}
        .active=${this.active}
        ?hidden=${this.minimized}
      >
        <span slot="icon">${icon('file-explorer')}</span>
        ${this.#renderFrame()}
        <p class="visually-hidden" role="status">${busy || announcement}</p>
      </ll-window>
      ${this.#renderDialogs()}
    `;
  }
}
