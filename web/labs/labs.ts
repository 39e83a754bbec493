import { LitElement, html, nothing, type TemplateResult } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { LabText } from '../../sim/worker/sim-api.js';
import '../controls/button/button.js';
import { focusStyles } from '../controls/control.styles.js';
import '../controls/dialog/dialog.js';
import '../controls/window/window.js';
import type { LabWindow, WindowPlace } from '../controls/window/window.js';
import { icon } from '../icons/icon.js';
import { iconStyles } from '../icons/icon.styles.js';
import type { Lab } from '../lab.js';
import { language, strings } from '../strings/index.js';
import { addressOfLab, addressWithoutLab } from './address.js';
import { styles } from './labs.styles.js';
import { keepSolved, readProgress, withSolved, type Progress } from './progress.js';
import './task.js';
import type { SolvedEvent } from './task.js';
import { text } from './text.js';

/** Labs: what there is to learn, and the tasks of the lab that the machine was started for. */
@customElement('lab-app')
export class Labs extends LitElement {
  static override styles = [focusStyles, iconStyles, styles];

  @property({ attribute: false }) lab!: Lab;
  @property({ attribute: false }) place!: WindowPlace;
  @property({ type: Boolean }) active = false;
  @property({ type: Boolean }) minimized = false;

  @state() private labs: readonly LabText[] = [];
  @state() private progress: Progress = {};
  /** Where the user is asked whether to go. */
  @state() private asked: { question: string; address: string } | null = null;
  @query('ll-window') private readonly window!: LabWindow;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#read();
  }

  override focus(): void {
    void this.updateComplete.then(() => this.window.focus());
  }

  async #read(): Promise<void> {
    [this.labs, this.progress] = await Promise.all([this.lab.course.list(), readProgress()]);
  }

  /** The lab that the machine was started for. */
  get #current(): LabText | undefined {
    const name = new URLSearchParams(location.search).get('lab');
    return this.labs.find((lab) => lab.name === name && lab.scenario === this.lab.machine.scenario);
  }

  #solvedOf({ name, tasks }: LabText): number {
    return tasks.filter(({ id }) => this.progress[name]?.includes(id)).length;
  }

  #onSolved(lab: string, { task }: SolvedEvent): void {
    this.progress = withSolved(this.progress, lab, task);
    void keepSolved(lab, task);
  }

  #ask(question: string, address: string): void {
    this.asked = { question, address };
  }

  #renderList(): TemplateResult {
    return html`<h2>${text.list}</h2>
      <p>${text.intro}</p>
      <ul>
        ${this.labs.map(
          (lab) =>
            html`<li>
              <div>
                <h3>${lab.title[language]}</h3>
                <p>${text.levels[lab.level]} · ${text.solved(this.#solvedOf(lab), lab.tasks.length)}</p>
              </div>
              <ll-button
                label=${text.startLab(lab.title[language])}
                @click=${() => this.#ask(text.startQuestion, addressOfLab(location.href, lab))}
                >${text.start}</ll-button
              >
            </li>`,
        )}
      </ul>`;
  }

  #renderLab(lab: LabText): TemplateResult {
    const { name, title, level, story, tasks } = lab;
    const solved = this.#solvedOf(lab);
    return html`<h2>${title[language]}</h2>
      <p class="state">${text.levels[level]} · ${text.solved(solved, tasks.length)}</p>
      <p>${story[language]}</p>
      <div @lab-solved=${(event: SolvedEvent) => this.#onSolved(name, event)}>
        ${tasks.map(
          (task, i) =>
            html`<lab-task
              .number=${i + 1}
              .task=${task}
              .solved=${this.progress[name]?.includes(task.id) ?? false}
              .grade=${(answer: string) => this.lab.course.grade(name, task.id, answer)}
            ></lab-task>`,
        )}
      </div>
      <p role="status">${solved === tasks.length ? text.all : ''}</p>
      <div class="buttons">
        <ll-button @click=${() => this.#ask(text.startQuestion, addressOfLab(location.href, lab))}
          >${text.again}</ll-button
        >
        <ll-button @click=${() => this.#ask(text.leaveQuestion, addressWithoutLab(location.href))}
          >${text.leave}</ll-button
        >
      </div>`;
  }

  #renderQuestion(): TemplateResult {
    const { asked } = this;
    return html`<ll-dialog
      heading=${asked?.question ?? ''}
      .open=${asked !== null}
      .content=${html`<p>${text.lost}</p>`}
      .buttons=${html`<ll-button variant="accent" data-first @click=${() => location.assign(asked!.address)}
          >${text.confirm}</ll-button
        ><ll-button @click=${() => (this.asked = null)}>${text.cancel}</ll-button>`}
      @ll-cancel=${() => (this.asked = null)}
    ></ll-dialog>`;
  }

  override render() {
    const current = this.#current;
    return html`<ll-window
        heading=${strings.desktop.labs}
        .place=${this.place}
        .active=${this.active}
        ?hidden=${this.minimized}
      >
        <span slot="icon">${icon('labs')}</span>
        <div class="frame" tabindex="0" role="group" aria-label=${text.list}>
          ${this.labs.length === 0 ? nothing : current ? this.#renderLab(current) : this.#renderList()}
        </div>
      </ll-window>
      ${this.#renderQuestion()}`;
  }
}
