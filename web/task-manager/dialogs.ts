import { LitElement, html } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { ProcessRow } from '../../sim/worker/sim-api.js';
import '../controls/button/button.js';
import '../controls/dialog/dialog.js';
import type { Lab } from '../lab.js';
import { Follow } from '../storage/store.js';
import { strings } from '../strings/index.js';
import './actions/process-actions.js';
import type { ProcessActions } from './actions/process-actions.js';
import './dump/dump-dialogs.js';
import type { ProcessCommand } from './process-command.js';
import './properties/properties-dialog.js';
import './run/run-dialog.js';

const { messages } = strings;

/**
 * The dialogs of Task Manager, and the commands that they belong to. They are loaded with the first command.
 * @fires ll-open-location
 */
@customElement('tm-dialogs')
export class Dialogs extends LitElement {
  @property({ attribute: false }) lab!: Lab;

  @state() private properties: ProcessRow | null = null;
  @state() private isRunning = false;
  @state() private message: { title: string; body: string } | null = null;
  @query('tm-process-actions') private readonly actions!: ProcessActions;

  protected readonly follow = new Follow(this, () => [this.lab.dumpFlow]);

  /** Begins what a command asks for. */
  perform(command: ProcessCommand, process: ProcessRow): void {
    const { dumpFlow, settings } = this.lab;
    if (command === 'dump-full') void dumpFlow.start('full', settings.value.dumpOptions);
    else if (command === 'dump-stacks') void dumpFlow.start('stacks', settings.value.dumpOptions);
    else if (command === 'dump-process') void dumpFlow.startProcess(process.pid);
    else if (command === 'properties') this.properties = process;
    else if (command === 'feedback')
      this.message = { title: messages.feedbackTitle, body: messages.feedback };
    else this.actions.perform(command, process);
  }

  /** *Create new task*. */
  run(): void {
    this.isRunning = true;
  }

  override render() {
    const { dumpFlow } = this.lab;
    const closeMessage = () => (this.message = null);
    return html`
      <tm-dump-dialogs
        .state=${dumpFlow.value}
        @ll-dump-cancel=${() => dumpFlow.cancel()}
        @ll-dump-close=${() => dumpFlow.close()}
      ></tm-dump-dialogs>
      <tm-process-actions .lab=${this.lab}></tm-process-actions>
      <tm-run-dialog
        .lab=${this.lab}
        .open=${this.isRunning}
        @ll-close=${() => (this.isRunning = false)}
      ></tm-run-dialog>
      <tm-properties-dialog
        .process=${this.properties}
        @ll-close=${() => (this.properties = null)}
      ></tm-properties-dialog>
      <ll-dialog
        heading=${this.message?.title ?? ''}
        .open=${this.message !== null}
        .content=${html`${this.message?.body}`}
        .buttons=${html`<ll-button data-first @click=${closeMessage}>${messages.ok}</ll-button>`}
        @ll-cancel=${closeMessage}
      ></ll-dialog>
    `;
  }
}
