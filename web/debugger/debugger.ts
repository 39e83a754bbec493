import { LitElement, html, nothing, type TemplateResult } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { FileEntry } from '../../sim/worker/sim-api.js';
import '../controls/button/button.js';
import { focusStyles } from '../controls/control.styles.js';
import '../controls/dialog/dialog.js';
import '../controls/window/window.js';
import type { LabWindow, WindowPlace } from '../controls/window/window.js';
import { baseName } from '../explorer/path.js';
import { icon } from '../icons/icon.js';
import { iconStyles } from '../icons/icon.styles.js';
import type { Lab } from '../lab.js';
import { Follow } from '../storage/store.js';
import { strings } from '../strings/index.js';
import { debug as text } from './text.js';
import type { CommandWindow } from './command-window/command-window.js';
import type { CommandEvent } from './debugger-events.js';
import { DebuggerSession } from './debugger-session.js';
import type { SymbolFile } from './worker/debugger-api.js';
import { styles } from './debugger.styles.js';
import { takeDrop, type Drop } from './drop.js';
import { chosenFiles, droppedFiles } from './dropped-files.js';
import { CommandHistory } from './history.js';
import { Layout } from './panes/layout.js';
import './start-page.js';
import type { OpenEvent } from './start-page.js';
import './workspace.js';
import type { Workspace } from './workspace.js';

/** The debugger: opens dumps, of this machine and of others, and answers WinDbg's commands. */
@customElement('dbg-app')
export class Debugger extends LitElement {
  static override styles = [focusStyles, iconStyles, styles];

  @property({ attribute: false }) lab!: Lab;
  @property({ attribute: false }) place!: WindowPlace;
  @property({ type: Boolean }) active = false;
  @property({ type: Boolean }) minimized = false;

  @state() private dumps: readonly FileEntry[] = [];
  @state() private kept: { history: CommandHistory; layout: Layout } | null = null;
  @state() private isDropping = false;
  @state() private announcement = '';
  @query('ll-window') private readonly window!: LabWindow;
  @query('dbg-workspace') private readonly workspace!: Workspace | null;
  @query('input.dump') private readonly dumpInput!: HTMLInputElement;
  @query('input.symbols') private readonly symbolsInput!: HTMLInputElement;
  #session!: DebuggerSession;
  #endFollowingDumps: (() => void) | undefined;

  protected readonly follow = new Follow(this, () => [this.#session]);

  override connectedCallback(): void {
    this.#session = new DebuggerSession(this.lab.disk);
    super.connectedCallback();
    this.#endFollowingDumps = this.lab.dumpFlow.subscribe(() => {
      if (this.lab.dumpFlow.value.step === 'created') void this.#listDumps();
    });
    void this.#listDumps();
    void this.#openKept();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#endFollowingDumps?.();
    this.#session.close();
  }

  override focus(): void {
    void this.updateComplete.then(() => (this.workspace ?? this.window).focus());
  }

  /** Opens a dump on the machine's disk. */
  async openFile(path: string): Promise<void> {
    await this.#session.open(path, () => this.lab.disk.handle(path));
    await this.updateComplete;
    this.focus();
  }

  /** Opens what was dropped, here or elsewhere on the page. */
  async takeDrop(drop: Drop): Promise<void> {
    await this.#take(await droppedFiles(drop));
  }

  async #take(files: readonly SymbolFile[]): Promise<void> {
    await this.#session.take(files);
    await this.updateComplete;
    this.focus();
  }

  /** What an earlier visit left. */
  async #openKept(): Promise<void> {
    const [history, layout] = await Promise.all([CommandHistory.open(), Layout.open()]);
    this.kept = { history, layout };
  }

  async #listDumps(): Promise<void> {
    const files = await this.lab.disk.list(this.lab.machine.liveKernelDumpFolder).catch(() => []);
    this.dumps = files.filter(({ name }) => /\.dmp$/i.test(name));
  }

  #onOpen({ path }: OpenEvent): void {
    if (path) void this.openFile(path);
    else this.dumpInput.click();
  }

  async #onChosen(event: Event): Promise<void> {
    await this.#take(chosenFiles(event.target as HTMLInputElement));
  }

  #onDragOver(event: DragEvent): void {
    if (!event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = 'copy';
    this.isDropping = true;
  }

  #onDragLeave(event: DragEvent): void {
    if (!(event.currentTarget as Element).contains(event.relatedTarget as Node | null))
      this.isDropping = false;
  }

  async #onDrop(event: DragEvent): Promise<void> {
    this.isDropping = false;
    if (!event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    await this.takeDrop(takeDrop(event.dataTransfer));
  }

  async #onCommand({ command }: CommandEvent): Promise<void> {
    this.workspace?.showCommand();
    this.#commandWindow?.showEnd();
    const { transcript } = this.#session;
    const before = transcript.length + 1;
    await this.#session.execute(command);
    const lines = transcript.length - before;
    this.announcement = lines < 0 ? text.cleared : text.answered(lines);
    if (!this.#session.value.isOpen) await this.#listDumps();
  }

  get #commandWindow(): CommandWindow | undefined {
    return this.workspace?.commandWindow;
  }

  #find(): void {
    this.workspace?.showCommand();
    this.#commandWindow?.find();
  }

  #findNext(step: 1 | -1): void {
    this.workspace?.showCommand();
    this.#commandWindow?.findNext(step);
  }

  #onKeydown(event: KeyboardEvent): void {
    const isControl = event.ctrlKey || event.metaKey;
    const isBreak =
      event.key === 'Cancel' ||
      (event.ctrlKey && event.code === 'Pause') ||
      (event.ctrlKey && event.key === 'c' && !this.#commandWindow?.hasSelection);
    if (isBreak && this.#session.value.isBusy) this.#session.interrupt();
    else if (isControl && event.key === 'f' && this.workspace) this.#find();
    else if (event.key === 'F3' && this.workspace) this.#findNext(event.shiftKey ? -1 : 1);
    else if (event.key === 'F6') this.workspace?.cycle(event.shiftKey ? -1 : 1);
    else return;
    event.preventDefault();
  }

  #button(name: string, label: string, hint: string, reason: string, action: () => void): TemplateResult {
    return html`<ll-button
      class=${name}
      variant="subtle"
      title=${hint}
      disabled-reason=${reason}
      @click=${action}
    >
      ${icon(name)}<span class="word">${label}</span>
    </ll-button>`;
  }

  #renderBar(): TemplateResult {
    const { isBusy } = this.#session.value;
    const isOpen = this.kept?.layout.value.isOpen ?? false;
    return html`<div class="bar" role="toolbar" aria-label=${strings.desktop.debugger}>
      ${this.#button('open', text.open, text.open, '', () => this.dumpInput.click())}
      ${this.#button('zip', text.symbols, text.symbols, '', () => this.symbolsInput.click())}
      ${this.#button('break', text.break, text.breakHint, isBusy ? '' : text.nothingRuns, () => this.#session.interrupt())}
      ${this.#button('search', text.find, text.findHint, '', () => this.#find())}
      ${this.#button('panes', isOpen ? text.panes.hide : text.panes.reveal, text.panes.views, '', () => void this.kept?.layout.change({ isOpen: !isOpen }))}
    </div>`;
  }

  #renderContent(): TemplateResult {
    const { isOpen, isOpening, path, notice } = this.#session.value;
    if (!isOpen || !this.kept)
      return html`<dbg-start-page
        .dumps=${this.dumps}
        .opening=${isOpening ? baseName(path) : ''}
        .notice=${notice}
        @dbg-open=${this.#onOpen}
      ></dbg-start-page>`;
    const { history, layout } = this.kept;
    return html`<dbg-workspace
      .session=${this.#session}
      .history=${history}
      .layout=${layout}
    ></dbg-workspace>`;
  }

  override render() {
    const { isOpen, path, problem } = this.#session.value;
    const dismiss = () => {
      this.#session.dismissProblem();
      this.focus();
    };
    return html`
      <ll-window
        heading=${isOpen ? text.heading(baseName(path)) : strings.desktop.debugger}
        .place=${this.place}
        .active=${this.active}
        ?hidden=${this.minimized}
        @keydown=${this.#onKeydown}
      >
        <span slot="icon">${icon('debugger')}</span>
        <div
          class="frame"
          @dragover=${this.#onDragOver}
          @dragleave=${this.#onDragLeave}
          @drop=${this.#onDrop}
          @dbg-command=${this.#onCommand}
        >
          ${isOpen ? this.#renderBar() : nothing}
          <div class="content">${this.#renderContent()}</div>
          ${this.isDropping ? html`<div class="drop">${text.dropHere}</div>` : nothing}
        </div>
        <p class="visually-hidden" role="status">${this.announcement}</p>
        <input class="dump" type="file" hidden @change=${this.#onChosen} />
        <input
          class="symbols"
          type="file"
          hidden
          multiple
          accept=".pdb,.zip,.exe,.dll,.sys"
          @change=${this.#onChosen}
        />
      </ll-window>
      <ll-dialog
        alert
        heading=${problem?.heading ?? ''}
        .open=${problem !== null}
        .content=${html`${problem?.message}`}
        .buttons=${html`<ll-button data-first @click=${dismiss}>${strings.messages.ok}</ll-button>`}
        @ll-cancel=${dismiss}
      ></ll-dialog>
    `;
  }
}
