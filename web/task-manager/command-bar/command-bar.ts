import { LitElement, html, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import '../../controls/button/button.js';
import type { LabButton } from '../../controls/button/button.js';
import '../../controls/menu/menu.js';
import type { LabMenu } from '../../controls/menu/menu.js';
import type { MenuEntry } from '../../controls/menu/menu-entry.js';
import { icon } from '../../icons/icon.js';
import { iconStyles } from '../../icons/icon.styles.js';
import { strings } from '../../strings/index.js';
import { styles } from './command-bar.styles.js';

const { commands } = strings;

/** A button of a page's command bar. */
export interface BarCommand {
  /** What `ll-command` reports. */
  id: string;
  /** Name of its icon. */
  icon: string;
  label: string;
  /** Why it cannot be used now. */
  disabledReason?: string | undefined;
}

/** What every page's bar begins with. */
export const RUN_NEW_TASK: BarCommand = {
  id: 'run',
  icon: 'run-new-task',
  label: commands.runNewTask,
};

/** The user wants to run a program. */
export class RunTaskEvent extends Event {
  constructor() {
    super('ll-run-task', { bubbles: true, composed: true });
  }
}

/** The user pressed the button `id` of the command bar. */
export class BarCommandEvent extends Event {
  constructor(readonly id: string) {
    super('ll-command');
  }
}

/**
 * A page's title and buttons. The first button stands apart, as *Run new task* does.
 * @fires ll-command The user pressed a button; see `BarCommandEvent`.
 * @fires ll-run-task The user pressed *Run new task*.
 * @fires ll-select The user chose a line of the menu of more commands.
 */
@customElement('tm-command-bar')
export class CommandBar extends LitElement {
  static override styles = [iconStyles, styles];

  @property() heading = '';
  @property({ attribute: false }) commands: readonly BarCommand[] = [];

  /** The menu behind the three dots; without lines there is none. */
  @property({ attribute: false }) more: readonly MenuEntry[] = [];

  @state() private menuOpen = false;
  @query('ll-menu') private readonly menu!: LabMenu;

  #openMenu(event: Event): void {
    const button = event.currentTarget as LabButton;
    const { right, bottom } = button.getBoundingClientRect();
    this.menuOpen = true;
    void this.menu.openAt({ left: right - 200, top: bottom + 2 }, button);
  }

  #button({ id, icon: picture, label, disabledReason }: BarCommand) {
    return html`<ll-button
      variant="subtle"
      data-command=${id}
      disabled-reason=${disabledReason ?? ''}
      @click=${() => this.dispatchEvent(id === RUN_NEW_TASK.id ? new RunTaskEvent() : new BarCommandEvent(id))}
    >
      ${icon(picture)}<span class="label">${label}</span>
    </ll-button>`;
  }

  #moreButton() {
    return html`
      <ll-button variant="subtle" label=${commands.more} .menuOpen=${this.menuOpen} @click=${this.#openMenu}>
        ${icon('more')}
      </ll-button>
      <ll-menu
        style="--menu-width: 200px"
        label=${commands.more}
        .entries=${this.more}
        @ll-close=${() => (this.menuOpen = false)}
      ></ll-menu>
    `;
  }

  override render() {
    const [first, ...rest] = this.commands;
    return html`
      <h1>${this.heading}</h1>
      ${first ? this.#button(first) : nothing}
      ${first && (rest.length > 0 || this.more.length > 0) ? html`<span class="divider"></span>` : nothing}
      ${rest.map((command) => this.#button(command))} ${this.more.length > 0 ? this.#moreButton() : nothing}
    `;
  }
}
