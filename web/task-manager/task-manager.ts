import { LitElement, html, nothing, type TemplateResult } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { html as staticHtml } from 'lit/static-html.js';
import '../controls/window/window.js';
import type { LabWindow, WindowPlace } from '../controls/window/window.js';
import { icon } from '../icons/icon.js';
import { iconStyles } from '../icons/icon.styles.js';
import type { Lab } from '../lab.js';
import { Follow } from '../storage/store.js';
import { strings } from '../strings/index.js';
import type { DetailsPage } from './details/details-page.js';
import type { Dialogs } from './dialogs.js';
import './nav/nav.js';
import type { NavigateEvent } from './nav/nav.js';
import { PAGES, type PageId } from './pages.js';
import { filePath, processName } from './processes/process-name.js';
import './search-box/search-box.js';
import type { SearchBox } from './search-box/search-box.js';
import { searchOnline } from './search-online.js';
import type { ServicesPage } from './services/services-page.js';
import type { SettingsPage } from './settings/settings-page.js';
import { styles } from './task-manager.styles.js';
import {
  OpenLocationEvent,
  type ProcessCommandEvent,
  type SettingsChangeEvent,
} from './task-manager-events.js';

const text = strings.taskManager;

/**
 * Task Manager: its window, pages and dialogs.
 * @fires ll-open-location And the events of `ll-window`.
 */
@customElement('tm-app')
export class TaskManager extends LitElement {
  static override styles = [iconStyles, styles];

  @property({ attribute: false }) lab!: Lab;
  @property({ attribute: false }) place!: WindowPlace;
  @property({ type: Boolean }) active = false;
  @property({ type: Boolean }) minimized = false;

  /** Null until the first page's element is there. */
  @state() private page: PageId | null = null;
  @state() private filter = '';
  @state() private hasDialogs = false;
  /** Of the window's contents as they were last seen, CSS px; 0 before that. */
  @state() private width = 0;
  @query('.frame') private readonly frame!: HTMLElement;
  @query('ll-window') private readonly window!: LabWindow;
  @query('tm-details-page') private readonly detailsPage!: DetailsPage;
  @query('tm-services-page') private readonly servicesPage!: ServicesPage;
  @query('tm-dialogs') private readonly dialogs!: Dialogs;
  @query('tm-search-box') private readonly searchBox!: SearchBox;
  @query('tm-settings-page') private readonly settingsPage!: SettingsPage;

  protected readonly follow = new Follow(this, () => [this.lab.sampler, this.lab.settings]);

  readonly #measured = new ResizeObserver(([entry]) => {
    const { width } = entry!.contentRect;
    if (width > 0) this.width = width; // a minimised window has none
  });

  protected override firstUpdated(): void {
    this.#measured.observe(this.frame);
    void this.#goTo(this.lab.settings.value.startPage);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#measured.disconnect();
  }

  override focus(): void {
    void this.updateComplete.then(() => this.window.focus());
  }

  async #showDumpSettings(): Promise<void> {
    await this.#goTo('settings');
    await this.settingsPage.showDumpOptions();
  }

  async #showDetails(pid: number): Promise<void> {
    this.filter = '';
    await this.#goTo('details');
    await this.detailsPage.selectProcess(pid);
  }

  async #showServices(pid: number): Promise<void> {
    this.filter = '';
    await this.#goTo('services');
    await this.servicesPage.selectServicesOf(pid);
  }

  #onProcessCommand({ command, process }: ProcessCommandEvent): void {
    if (command === 'dump-settings') void this.#showDumpSettings();
    else if (command === 'details') void this.#showDetails(process.pid);
    else if (command === 'services') void this.#showServices(process.pid);
    else if (command === 'open-location') this.dispatchEvent(OpenLocationEvent.ofFile(filePath(process)));
    // As Windows does: the process name and the description.
    else if (command === 'search-online') searchOnline(`${process.imageName} ${processName(process)}`);
    else void this.#withDialogs((dialogs) => dialogs.perform(command, process));
  }

  async #withDialogs(show: (dialogs: Dialogs) => void): Promise<void> {
    await import('./dialogs.js');
    this.hasDialogs = true;
    await this.updateComplete;
    await this.dialogs.updateComplete;
    show(this.dialogs);
  }

  #onSettingsChange({ change }: SettingsChangeEvent): void {
    void this.lab.settings.change(change);
  }

  /** Goes to a page; its element is there when this resolves. */
  async #goTo(page: PageId): Promise<void> {
    await PAGES[page].load();
    this.page = page;
    await this.updateComplete;
  }

  #renderPage(): TemplateResult | typeof nothing {
    const page = this.page && PAGES[this.page];
    if (!page) return nothing;
    return staticHtml`<${page.tag} .lab=${this.lab} .filter=${page.searchable ? this.filter : ''}></${page.tag}>`;
  }

  /** Alt+F and Ctrl+F go to the search box where there is one, F5 reads the machine again. */
  #onKeydown(event: KeyboardEvent): void {
    const isFind = event.key.toLowerCase() === 'f' && (event.ctrlKey || event.altKey) && !event.shiftKey;
    const isRefresh = event.key === 'F5' && !event.ctrlKey && !event.shiftKey;
    if (isFind && this.#isSearchable) this.searchBox.focus();
    else if (isRefresh) void this.lab.sampler.refresh();
    else return;
    event.preventDefault();
  }

  get #isSearchable(): boolean {
    return this.page !== null && PAGES[this.page].searchable;
  }

  override render() {
    return html`
      <ll-window
        heading=${text.title}
        .place=${this.place}
        .active=${this.active}
        ?hidden=${this.minimized}
        @keydown=${this.#onKeydown}
      >
        <span slot="icon">${icon('task-manager')}</span>
        <tm-search-box
          slot="titlebar"
          ?hidden=${!this.#isSearchable}
          .value=${this.filter}
          @input=${(event: Event) => (this.filter = (event.currentTarget as SearchBox).value)}
        ></tm-search-box>
        <div class="frame">
          <tm-nav
            .page=${this.page}
            .room=${this.width}
            @ll-navigate=${(event: NavigateEvent) => void this.#goTo(event.page)}
          ></tm-nav>
          <div
            class="page"
            @ll-process-command=${this.#onProcessCommand}
            @ll-settings-change=${this.#onSettingsChange}
            @ll-run-task=${() => void this.#withDialogs((dialogs) => dialogs.run())}
          >
            ${this.#renderPage()}
          </div>
        </div>
      </ll-window>
      ${this.hasDialogs ? html`<tm-dialogs .lab=${this.lab}></tm-dialogs>` : nothing}
    `;
  }
}
