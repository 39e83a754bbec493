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

const { commands, taskManager } = strings;

/**
 * A page's title and buttons.
 * @fires ll-select From the view menu: `group-by-type`, `expand-all`, `collapse-all`.
 */
@customElement('tm-command-bar')
export class CommandBar extends LitElement {
  static override styles = [iconStyles, styles];

  @property() heading = '';

  /** Whether the page has the process commands; otherwise it has only its title. */
  @property({ type: Boolean }) processes = false;
  @property({ type: Boolean }) grouped = true;

  @state() private menuOpen = false;
  @query('ll-menu') private readonly menu!: LabMenu;

  #openMenu(event: Event): void {
    const button = event.currentTarget as LabButton;
    const { right, bottom } = button.getBoundingClientRect();
    this.menuOpen = true;
    void this.menu.openAt({ left: right - 200, top: bottom + 2 }, button);
  }

  get #entries(): MenuEntry[] {
    return [
      { id: 'group-by-type', label: commands.groupByType, choice: 'checkbox', checked: this.grouped },
      'separator',
      { id: 'expand-all', label: commands.expandAll },
      { id: 'collapse-all', label: commands.collapseAll },
    ];
  }

  #button(picture: string, label: string) {
    return html`<ll-button variant="subtle" disabled-reason=${taskManager.later}>
      ${icon(picture)}<span class="label">${label}</span>
    </ll-button>`;
  }

  override render() {
    return html`
      <h1>${this.heading}</h1>
      ${
        this.processes
          ? html`
              ${this.#button('run-new-task', commands.runNewTask)}
              <span class="divider"></span>
              ${this.#button('end-task', commands.endTask)}
              ${this.#button('efficiency-mode', commands.efficiencyMode)}
              <ll-button
                variant="subtle"
                label=${commands.more}
                .menuOpen=${this.menuOpen}
                @click=${this.#openMenu}
              >
                ${icon('more')}
              </ll-button>
              <ll-menu
                style="--menu-width: 200px"
                label=${commands.more}
                .entries=${this.#entries}
                @ll-close=${() => (this.menuOpen = false)}
              ></ll-menu>
            `
          : nothing
      }
    `;
  }
}
