import { LitElement, css, html, type TemplateResult } from 'lit';
import { property, state } from 'lit/decorators.js';
import { focusStyles } from '../../controls/control.styles.js';
import { iconStyles } from '../../icons/icon.styles.js';
import { Follow } from '../../storage/store.js';
import type { DebuggerSession } from '../debugger-session.js';

/** A pane: asks for what it shows whenever a command may have changed it. */
export abstract class Pane<T> extends LitElement {
  static override styles = [
    focusStyles,
    iconStyles,
    css`
      :host {
        display: flex;
        flex-direction: column;
        min-height: 0;
        height: 100%;
        background: var(--surface-content);
        color: var(--text-table);
        font: 13px/20px var(--font-code);
      }

      dbg-item-list {
        flex: 1;
        min-height: 0;
      }

      form {
        display: flex;
        flex: none;
        flex-wrap: wrap;
        align-items: center;
        gap: 4px;
        padding: 4px 8px;
        border-bottom: 1px solid var(--stroke-bar);
      }

      .steps {
        display: flex;
        flex: none;
        gap: 4px;
      }

      .left {
        display: grid;
        rotate: -90deg;
      }

      input {
        flex: 1 1 96px;
        min-width: 0;
        height: 28px;
        box-sizing: border-box;
        padding: 0 8px;
        border: 1px solid var(--stroke-strong);
        border-radius: var(--radius-control);
        background: var(--surface-content);
        color: inherit;
        font: inherit;
      }

      label {
        font: 12px/16px var(--font-table);
      }

      select {
        flex: 0 1 auto;
        max-width: 112px;
        height: 28px;
        box-sizing: border-box;
        padding: 0 4px;
        border: 1px solid var(--stroke-strong);
        border-radius: var(--radius-control);
        background: var(--surface-content);
        color: inherit;
        font: 12px/16px var(--font-table);
      }

      .problem {
        margin: 12px;
        color: var(--text-secondary);
        font-family: var(--font-text);
      }
    `,
  ];

  @property({ attribute: false }) session!: DebuggerSession;
  @state() protected shown: T | null = null;
  @state() protected problem = '';
  #generation = -1;
  #question = 0;

  protected readonly follow = new Follow(this, () => [this.session]);

  /** Asks the debugger. */
  protected abstract load(): Promise<T>;
  protected abstract renderShown(shown: T): TemplateResult;

  override focus(): void {
    void this.updateComplete.then(() =>
      this.renderRoot.querySelector<HTMLElement>('dbg-item-list, input, [tabindex="0"]')?.focus(),
    );
  }

  protected override willUpdate(): void {
    const { generation } = this.session.value;
    if (generation === this.#generation) return;
    this.#generation = generation;
    void this.refresh();
  }

  protected async refresh(): Promise<void> {
    const question = ++this.#question;
    try {
      const shown = await this.load();
      if (question !== this.#question) return;
      this.shown = shown;
      this.problem = '';
    } catch (error) {
      if (question === this.#question) this.problem = (error as Error).message;
    }
  }

  protected renderHead(): TemplateResult {
    return html``;
  }

  override render() {
    return html`${this.renderHead()}
    ${
      this.problem
        ? html`<p class="problem" role="status">${this.problem}</p>`
        : this.shown === null
          ? html``
          : this.renderShown(this.shown)
    }`;
  }
}
