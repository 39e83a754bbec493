import { LitElement, html } from 'lit';
import { customElement, query } from 'lit/decorators.js';
import { focusStyles } from '../controls/control.styles.js';
import { icon } from '../icons/icon.js';
import { iconStyles } from '../icons/icon.styles.js';
import { strings } from '../strings/index.js';
import { PROGRAMS, PROGRAM_IDS, type ProgramId } from './programs.js';
import { styles } from './start-menu.styles.js';

/** The user starts `program`, or brings its window to the front. */
export class StartProgramEvent extends Event {
  constructor(readonly program: ProgramId) {
    super('ll-start-program');
  }
}

/** In the order of the alphabet, as Start's list of all programs has them. */
const ALL: readonly ProgramId[] = [...PROGRAM_IDS].sort((a, b) =>
  PROGRAMS[a].title.localeCompare(PROGRAMS[b].title),
);

/**
 * The Start menu: every program of the machine. It closes by itself when something else is pressed.
 * @fires ll-start-program See `StartProgramEvent`.
 * @fires ll-close On Escape: the focus goes back to what opened it.
 * @fires toggle When it opened or closed.
 */
@customElement('ll-start-menu')
export class StartMenu extends LitElement {
  static override styles = [focusStyles, iconStyles, styles];

  @query('[popover]') private readonly panel!: HTMLElement;

  get isOpen(): boolean {
    return this.panel.matches(':popover-open');
  }

  /** Opens with the focus on the first program, or closes. */
  toggle(): void {
    this.panel.togglePopover();
    if (this.isOpen) this.#items[0]?.focus();
  }

  get #items(): HTMLElement[] {
    return [...this.renderRoot.querySelectorAll<HTMLElement>('[role=menuitem]')];
  }

  #start(program: ProgramId): void {
    this.panel.hidePopover();
    this.dispatchEvent(new StartProgramEvent(program));
  }

  #dismiss(): void {
    this.panel.hidePopover();
    this.dispatchEvent(new Event('ll-close'));
  }

  #onKeydown(event: KeyboardEvent): void {
    const items = this.#items;
    const at = items.indexOf(event.target as HTMLElement);
    const letter = event.key.length === 1 ? event.key.toLowerCase() : '';
    const wanted = [...items.slice(at + 1), ...items].find(
      (item) => letter.trim() && item.innerText.trim().toLowerCase().startsWith(letter),
    );
    const next =
      {
        ArrowDown: items[(at + 1) % items.length],
        ArrowUp: items.at(at - 1),
        Home: items[0],
        End: items.at(-1),
      }[event.key] ?? wanted;
    if (event.key === 'Tab') this.panel.hidePopover();
    if (!next && event.key !== 'Escape') return;
    event.preventDefault();
    if (next) next.focus();
    else this.#dismiss();
  }

  override render() {
    return html`
      <div
        popover
        role="menu"
        aria-label=${strings.desktop.start}
        @keydown=${this.#onKeydown}
        @toggle=${() => this.dispatchEvent(new Event('toggle'))}
      >
        <p aria-hidden="true">${strings.desktop.allPrograms}</p>
        ${ALL.map(
          (program) => html`
            <button role="menuitem" tabindex="-1" @click=${() => this.#start(program)}>
              ${icon(program)}<span>${PROGRAMS[program].title}</span>
            </button>
          `,
        )}
      </div>
    `;
  }
}
