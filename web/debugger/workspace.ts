import { LitElement, css, html, nothing, type TemplateResult } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { Follow } from '../storage/store.js';
import { debug } from './text.js';
import './address-menu.js';
import type { AddressMenu } from './address-menu.js';
import { addressMeant } from './addresses.js';
import './command-window/command-window.js';
import type { CommandWindow } from './command-window/command-window.js';
import { CommandEvent } from './debugger-events.js';
import type { DebuggerSession } from './debugger-session.js';
import type { CommandHistory } from './history.js';
import './panes/disassembly-pane.js';
import './panes/explain-pane.js';
import { DEFAULT, GROUPS, PANES, type GroupId, type Layout, type PaneId } from './panes/layout.js';
import './panes/list-panes.js';
import type { OrderEvent } from './panes/list-panes.js';
import './panes/memory-pane.js';
import type { FormatEvent } from './panes/memory-pane.js';
import './panes/pane-group.js';
import type { TabEvent, TabId } from './panes/pane-group.js';
import './panes/processes-pane.js';
import { ShowEvent, type ShowStackEvent } from './panes/show-event.js';
import './panes/splitter.js';
import type { SplitEvent } from './panes/splitter.js';

const text = debug.panes;
/** Below it there is room for one thing at a time, CSS px. */
const NARROW = 760;

/** The command window with the panes beside it; in a narrow window, one of all at a time. */
@customElement('dbg-workspace')
export class Workspace extends LitElement {
  static override styles = css`
    :host {
      display: block;
      min-width: 0;
      min-height: 0;
    }

    .wide,
    .side {
      display: grid;
      min-width: 0;
      min-height: 0;
    }

    .wide,
    .narrow {
      height: 100%;
    }

    .wide.alone {
      grid-template-columns: 100%;
    }
  `;

  @property({ attribute: false }) session!: DebuggerSession;
  @property({ attribute: false }) history!: CommandHistory;
  @property({ attribute: false }) layout!: Layout;
  @state() private isNarrow = false;
  /** The tab of a narrow window. */
  @state() private tab: TabId = 'command';
  @query('dbg-address-menu') private readonly menu!: AddressMenu;
  @query('dbg-command-window') readonly commandWindow!: CommandWindow;
  readonly #size = new ResizeObserver(([entry]) => (this.isNarrow = entry!.contentRect.width < NARROW));

  protected readonly follow = new Follow(this, () => [this.layout]);

  override connectedCallback(): void {
    super.connectedCallback();
    this.#size.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#size.disconnect();
  }

  override focus(): void {
    void this.updateComplete.then(() => this.commandWindow.focus());
  }

  /** The command window is in sight. */
  showCommand(): void {
    this.tab = 'command';
  }

  /** F6: the focus goes to the next part of the window, or the one before. */
  cycle(step: 1 | -1): void {
    const parts: HTMLElement[] = [
      this.commandWindow,
      ...this.renderRoot.querySelectorAll<HTMLElement>('.pane'),
    ];
    const inSight = parts.filter((part) => part.checkVisibility());
    const at = inSight.findIndex((part) => part.matches(':focus-within'));
    inSight[(at + step + inSight.length) % inSight.length]?.focus();
  }

  async #onShow({ pane, address, structure }: ShowEvent): Promise<void> {
    this.tab = pane;
    await this.layout.change({ bottom: pane, isOpen: true });
    await this.updateComplete;
    const shows = this.renderRoot.querySelector<
      HTMLElement & { show(address: string, type?: string): Promise<void> }
    >(`dbg-${pane}`);
    await shows?.show(address, structure);
    shows?.focus();
  }

  /** The thread becomes the current one, whose stack the pane shows. */
  async #onShowStack({ thread }: ShowStackEvent): Promise<void> {
    this.dispatchEvent(new CommandEvent(`.thread ${thread}`));
    this.tab = 'stack';
    await this.layout.change({ top: 'stack', isOpen: true });
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>('dbg-stack')?.focus();
  }

  /** Alt+Enter, as on what has properties: what is this address? */
  #onKeydown(event: KeyboardEvent): void {
    if (event.key !== 'Enter' || !event.altKey) return;
    const address = addressMeant(event);
    if (address === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    void this.#onShow(new ShowEvent('explain', address));
  }

  #renderPane(pane: PaneId): TemplateResult {
    const { session } = this;
    switch (pane) {
      case 'registers':
        return html`<dbg-registers class="pane" .session=${session}></dbg-registers>`;
      case 'stack':
        return html`<dbg-stack class="pane" .session=${session}></dbg-stack>`;
      case 'processes':
        return html`<dbg-processes class="pane" .session=${session}></dbg-processes>`;
      case 'modules':
        return html`<dbg-modules
          class="pane"
          .session=${session}
          .order=${this.layout.value.modules}
          @dbg-order=${({ order }: OrderEvent) => void this.layout.change({ modules: order })}
        ></dbg-modules>`;
      case 'disassembly':
        return html`<dbg-disassembly class="pane" .session=${session}></dbg-disassembly>`;
      case 'explain':
        return html`<dbg-explain class="pane" .session=${session}></dbg-explain>`;
      case 'memory':
        return html`<dbg-memory
          class="pane"
          .session=${session}
          .format=${this.layout.value.format}
          @dbg-format=${({ format }: FormatEvent) => void this.layout.change({ format })}
        ></dbg-memory>`;
    }
  }

  #renderGroup(group: GroupId): TemplateResult {
    const active = this.layout.value[group];
    return html`<dbg-pane-group
      label=${text.group[group]}
      .tabs=${GROUPS[group]}
      .active=${active}
      @dbg-tab=${({ tab }: TabEvent) => void this.layout.change({ [group]: tab })}
    >
      ${this.#renderPane(active)}
    </dbg-pane-group>`;
  }

  #renderCommand(): TemplateResult {
    return html`<dbg-command-window
      ?hidden=${this.isNarrow && this.tab !== 'command'}
      .session=${this.session}
      .history=${this.history}
    ></dbg-command-window>`;
  }

  #renderNarrow(): TemplateResult {
    return html`<dbg-pane-group
      class="narrow"
      label=${text.views}
      .tabs=${['command', ...PANES] as const}
      .active=${this.tab}
      @dbg-tab=${({ tab }: TabEvent) => (this.tab = tab)}
    >
      ${this.#renderCommand()} ${this.tab === 'command' ? nothing : this.#renderPane(this.tab as PaneId)}
    </dbg-pane-group>`;
  }

  #renderWide(): TemplateResult {
    const { isOpen, width, height } = this.layout.value;
    if (!isOpen) return html`<div class="wide alone">${this.#renderCommand()}</div>`;
    return html`<div
      class="wide"
      style="grid-template-columns: minmax(0, ${100 - width}fr) 5px minmax(0, ${width}fr)"
    >
      ${this.#renderCommand()}
      <dbg-splitter
        label=${text.resizeWidth}
        .percent=${100 - width}
        .first=${100 - DEFAULT.width}
        @dbg-split=${({ percent }: SplitEvent) => void this.layout.change({ width: 100 - percent })}
      ></dbg-splitter>
      <div class="side" style="grid-template-rows: minmax(0, ${height}fr) 5px minmax(0, ${100 - height}fr)">
        ${this.#renderGroup('top')}
        <dbg-splitter
          orientation="horizontal"
          label=${text.resizeHeight}
          .percent=${height}
          .first=${DEFAULT.height}
          @dbg-split=${({ percent }: SplitEvent) => void this.layout.change({ height: percent })}
        ></dbg-splitter>
        ${this.#renderGroup('bottom')}
      </div>
    </div>`;
  }

  override render() {
    return html`<div
      style="display: contents"
      @dbg-show=${this.#onShow}
      @dbg-show-stack=${this.#onShowStack}
      @contextmenu=${(event: PointerEvent) => void this.menu.open(event)}
      @keydown=${{ handleEvent: (event: KeyboardEvent) => this.#onKeydown(event), capture: true }}
    >
      ${this.isNarrow ? this.#renderNarrow() : this.#renderWide()}
      <dbg-address-menu></dbg-address-menu>
    </div>`;
  }
}
