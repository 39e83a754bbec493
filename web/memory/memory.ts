import { LitElement, html, nothing, type TemplateResult } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { FrameDetails, FrameMap } from '../../sim/worker/sim-api.js';
import '../controls/button/button.js';
import '../controls/checkbox/checkbox.js';
import { focusStyles } from '../controls/control.styles.js';
import '../controls/window/window.js';
import type { LabWindow, WindowPlace } from '../controls/window/window.js';
import { icon } from '../icons/icon.js';
import { iconStyles } from '../icons/icon.styles.js';
import type { Lab } from '../lab.js';
import { strings } from '../strings/index.js';
import './address-bar.js';
import type { GoToEvent } from './address-bar.js';
import './frame-map.js';
import type { ChooseFrameEvent, ZoomEvent } from './frame-map.js';
import './frame-pane.js';
import type { WalkEvent } from './frame-pane.js';
import { hex } from './hex.js';
import { KIND_ORDER, titleOf } from './kinds.js';
import './legend.js';
import './map-table.js';
import {
  CELLS,
  cellOf,
  frameOfCell,
  revealing,
  scrolled,
  wholeView,
  zoomedIn,
  zoomedOut,
} from './map-view.js';
import type { MapView } from './map-view.js';
import { styles } from './memory.styles.js';
import { frameCount, frameSize } from './sizes.js';
import { text } from './text.js';
import './walk-table.js';
import type { ShownWalk } from './walk-table.js';

const PAGE_SHIFT = 12n;
const NOTHING: MapView = { first: 0, frames: 1 };

/** Memory: a map of the machine's physical memory, and each frame of it. */
@customElement('mem-app')
export class Memory extends LitElement {
  static override styles = [focusStyles, iconStyles, styles];

  @property({ attribute: false }) lab!: Lab;
  @property({ attribute: false }) place!: WindowPlace;
  @property({ type: Boolean }) active = false;
  @property({ type: Boolean }) minimized = false;

  @state() private map: FrameMap | null = null;
  /** What `map` was read for. */
  @state() private view = NOTHING;
  @state() private selected = 0;
  @state() private frame: FrameDetails | null = null;
  @state() private walk: ShownWalk | null = null;
  @state() private asTable = false;
  @state() private problem = '';
  @query('ll-window') private readonly window!: LabWindow;
  #endFollowing: (() => void) | undefined;
  #isReading = false;
  /** What is wanted next, while the machine is being read. */
  #wanted: { view: MapView; selected: number } | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#endFollowing = this.lab.sampler.subscribe(() => {
      if (!this.minimized) void this.#show(this.#wanted ?? { view: this.view, selected: this.selected });
    });
    void this.#begin();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#endFollowing?.();
  }

  override focus(): void {
    void this.updateComplete.then(() => this.window.focus());
  }

  async #begin(): Promise<void> {
    const { end } = await this.lab.memory.map({ ...NOTHING, cells: 0, part: { first: 0, frames: 0 } });
    await this.#show({ view: wholeView(end), selected: 0 });
  }

  /** Reads the machine for what is to be shown; of several wishes meanwhile the last one counts. */
  async #show(wanted: { view: MapView; selected: number }): Promise<void> {
    this.#wanted = wanted;
    if (this.#isReading) return;
    this.#isReading = true;
    try {
      while (this.#wanted) {
        const { view, selected }: { view: MapView; selected: number } = this.#wanted;
        this.#wanted = null;
        const first = frameOfCell(view, cellOf(view, selected));
        const [map, frame, walk] = await Promise.all([
          this.lab.memory.map({ ...view, cells: CELLS, part: { first, frames: view.frames } }),
          this.lab.memory.frame(selected),
          this.#walkAgain(),
        ]);
        Object.assign(this, { map, frame, walk, view, selected });
      }
    } finally {
      this.#isReading = false;
    }
  }

  /** The walk that is shown, of now; none when its process has ended. */
  async #walkAgain(): Promise<ShownWalk | null> {
    if (!this.walk) return null;
    const { walk, pid } = this.walk;
    const now = await this.lab.memory.walk(pid, walk.address).catch(() => null);
    return now && this.walk && { ...this.walk, walk: now };
  }

  get #next(): { view: MapView; selected: number } {
    return this.#wanted ?? { view: this.view, selected: this.selected };
  }

  #onChoose({ pfn }: ChooseFrameEvent): void {
    if (!this.map || pfn < 0 || pfn >= this.map.end) return;
    this.problem = '';
    void this.#show({ view: revealing(this.#next.view, pfn, this.map.end), selected: pfn });
  }

  #zoom(direction: 1 | -1): void {
    if (!this.map) return;
    const { view, selected } = this.#next;
    const zoomed = direction === 1 ? zoomedIn : zoomedOut;
    void this.#show({ view: zoomed(view, selected, this.map.end), selected });
  }

  #scroll(direction: 1 | -1): void {
    if (!this.map) return;
    const view = scrolled(this.#next.view, direction, this.map.end);
    void this.#show({ view, selected: view.first });
  }

  async #onGo({ kind, value, pid }: GoToEvent): Promise<void> {
    if (kind === 'virtual') await this.#onWalk({ address: value, pid });
    else this.#goTo(kind === 'frame' ? value : value >> PAGE_SHIFT);
  }

  #goTo(pfn: bigint): void {
    if (!this.map) return;
    this.problem = pfn < BigInt(this.map.end) ? '' : text.address.outside(hex(this.map.end - 1));
    if (this.problem) return;
    // As close as can be: who names a frame wants to see that one.
    const view = revealing({ ...zoomedIn(NOTHING, Number(pfn), this.map.end) }, Number(pfn), this.map.end);
    void this.#show({ view, selected: Number(pfn) });
  }

  async #onWalk({ address, pid }: Pick<WalkEvent, 'address' | 'pid'>): Promise<void> {
    try {
      const walk = await this.lab.memory.walk(pid, address);
      this.walk = { walk, pid, process: this.#processes[String(pid)] ?? '' };
      this.problem = '';
      if (walk.physical !== undefined) this.#goTo(walk.physical >> PAGE_SHIFT);
      else if (walk.absent?.is === 'transition') this.#goTo(BigInt(walk.absent.frame));
    } catch {
      this.problem = text.address.gone;
    }
  }

  /** `name (id)` of each process that has page tables of its own. */
  get #processes(): Record<string, string> {
    const rows = this.lab.sampler.value?.processes ?? [];
    return Object.fromEntries(
      rows.filter(({ pid }) => pid > 0).map(({ pid, imageName }) => [String(pid), `${imageName} (${pid})`]),
    );
  }

  #renderHead(map: FrameMap): TemplateResult {
    const { title, range, zoomIn, zoomOut, earlier, later, table } = text.map;
    const { view } = this;
    const last = Math.min(map.end, view.first + view.frames * CELLS) - 1;
    const cell = `${frameCount(view.frames)} (${frameSize(view.frames)})`;
    return html`<div class="head">
      <h2>${title}</h2>
      <p class="range">${range(hex(view.first), hex(last), cell)}</p>
      <ll-button variant="subtle" label=${earlier} @click=${() => this.#scroll(-1)}
        >${icon('chevron-up')}</ll-button
      >
      <ll-button variant="subtle" label=${later} @click=${() => this.#scroll(1)}
        >${icon('chevron-down')}</ll-button
      >
      <ll-button variant="subtle" label=${zoomOut} @click=${() => this.#zoom(-1)}
        >${icon('zoom-out')}</ll-button
      >
      <ll-button variant="subtle" label=${zoomIn} @click=${() => this.#zoom(1)}>${icon('zoom-in')}</ll-button>
      <ll-checkbox
        label=${table}
        .checked=${this.asTable}
        @change=${({ target }: Event) => (this.asTable = (target as HTMLInputElement).checked)}
      ></ll-checkbox>
    </div>`;
  }

  /** What is in the chosen cell, when that is more than a frame. */
  #renderPart({ part, kinds }: FrameMap): TemplateResult | typeof nothing {
    if (this.view.frames === 1) return nothing;
    const found = KIND_ORDER.map((kind) => ({ kind, frames: part[kinds.indexOf(kind)]! }))
      .filter(({ frames }) => frames > 0)
      .sort((a, b) => b.frames - a.frames)
      .map(({ kind, frames }) => `${titleOf(kind)} ${frameCount(frames)}`);
    return html`<p class="part">${text.frame.cell}: ${found.join(', ') || text.noMemory}</p>`;
  }

  #renderMap(map: FrameMap): TemplateResult {
    const { view, selected } = this;
    return html`${this.#renderHead(map)}
      ${
        this.asTable
          ? html`<mem-table .map=${map} .view=${view}></mem-table>`
          : html`<mem-map .map=${map} .view=${view} .selected=${selected}></mem-map>`
      } <mem-legend .map=${map}></mem-legend>`;
  }

  override render() {
    const { map, frame, walk } = this;
    return html`<ll-window
      heading=${strings.desktop.memory}
      .place=${this.place}
      .active=${this.active}
      ?hidden=${this.minimized}
    >
      <span slot="icon">${icon('memory')}</span>
      <div class="room">
        <div class="frame" @mem-choose=${this.#onChoose} @mem-walk=${this.#onWalk}>
          <mem-address
            .processes=${this.#processes}
            .problem=${this.problem}
            @mem-go=${this.#onGo}
          ></mem-address>
          <div class="panes">
            <div
              class="pane"
              tabindex="0"
              role="group"
              aria-label=${text.map.title}
              @mem-zoom=${({ direction }: ZoomEvent) => this.#zoom(direction)}
            >
              ${map && this.#renderMap(map)}
            </div>
            <div class="pane" tabindex="0" role="group" aria-label=${text.frame.title(hex(this.selected))}>
              ${
                walk
                  ? html`<mem-walk .shown=${walk}></mem-walk>
                      <div class="walk">
                        <ll-button variant="subtle" @click=${() => (this.walk = null)}
                          >${text.walk.close}</ll-button
                        >
                      </div>`
                  : nothing
              }
              ${map && this.#renderPart(map)} ${frame && html`<mem-frame .frame=${frame}></mem-frame>`}
            </div>
          </div>
        </div>
      </div>
    </ll-window>`;
  }
}
