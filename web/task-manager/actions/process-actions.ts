import { LitElement, html, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { ProcessAction, ProcessRow, WaitChain } from '../../../sim/worker/sim-api.js';
import '../../controls/button/button.js';
import '../../controls/checkbox/checkbox.js';
import type { LabCheckbox } from '../../controls/checkbox/checkbox.js';
import '../../controls/dialog/dialog.js';
import type { Lab } from '../../lab.js';
import type { PriorityId, ProcessCommand } from '../process-command.js';
import { texts } from '../text.js';
import { affinityBoxes } from './affinity-boxes.js';
import { waitChainView } from './wait-chain-view.js';

const text = texts.actions;
type PriorityClass = Extract<ProcessAction, { do: 'priority' }>['priorityClass'];

const CLASSES: Readonly<Record<PriorityId, PriorityClass>> = {
  realtime: 'Realtime',
  high: 'High',
  aboveNormal: 'Above normal',
  normal: 'Normal',
  belowNormal: 'Below normal',
  low: 'Idle',
};

/** What is asked or told. */
type Dialog =
  | { kind: 'ask'; title: string; body: string; yes: string; action: ProcessAction }
  | { kind: 'critical'; abandon: boolean; action: ProcessAction }
  | { kind: 'affinity'; chosen: ReadonlySet<number> }
  | { kind: 'wait-chain'; chains: readonly WaitChain[] }
  | { kind: 'tell'; title: string; body: string };

/** What Task Manager does to a process, with the questions that come before it and what is said when it cannot be. */
@customElement('tm-process-actions')
export class ProcessActions extends LitElement {
  @property({ attribute: false }) lab!: Lab;
  @state() private process: ProcessRow | null = null;
  @state() private dialog: Dialog | null = null;

  /** Begins what a command asks for; returns whether it is one of those that are done here. */
  perform(command: ProcessCommand, process: ProcessRow): boolean {
    const name = process.imageName;
    if (command.startsWith('priority-')) {
      const priorityClass = CLASSES[command.slice('priority-'.length) as PriorityId];
      this.#ask(process, text.priorityTitle(name), text.priority, text.changePriority, {
        do: 'priority',
        priorityClass,
      });
    } else if (command === 'efficiency-mode') {
      const action = { do: 'efficiency', on: !process.throttled } as const;
      const { askBeforeEfficiencyMode } = this.lab.settings.value;
      if (action.on && askBeforeEfficiencyMode)
        this.#ask(process, text.efficiencyTitle(name), text.efficiency, text.turnOn, action);
      else void this.#act(process, action);
    } else if (command === 'affinity') void this.#showAffinity(process);
    else if (command === 'wait-chain') void this.#showWaitChain(process);
    else if (command === 'end-task' || command === 'end-process' || command === 'end-tree')
      this.#end(command, process);
    else return false;
    return true;
  }

  /** Windows asks before the system goes down with a process, and on the Details page before every end. */
  #end(command: 'end-task' | 'end-process' | 'end-tree', process: ProcessRow): void {
    const name = process.imageName;
    const action = { do: 'end', ...(command === 'end-tree' && { tree: true }) } as const;
    if (process.critical) {
      this.process = process;
      this.dialog = { kind: 'critical', abandon: false, action };
    } else if (command === 'end-task') void this.#act(process, action);
    else if (command === 'end-tree')
      this.#ask(process, text.endTreeTitle(name), text.endTree, text.endProcessTree, action);
    else this.#ask(process, text.endTitle(name), text.end, text.endProcess, action);
  }

  #ask(process: ProcessRow, title: string, body: string, yes: string, action: ProcessAction): void {
    this.process = process;
    this.dialog = { kind: 'ask', title, body, yes, action };
  }

  async #showAffinity(process: ProcessRow): Promise<void> {
    const chosen = new Set(await this.lab.processes.affinity(process.pid));
    this.process = process;
    this.dialog = { kind: 'affinity', chosen };
  }

  async #showWaitChain(process: ProcessRow): Promise<void> {
    const chains = await this.lab.processes.waitChains(process.pid);
    this.process = process;
    this.dialog = { kind: 'wait-chain', chains };
  }

  async #act(process: ProcessRow, action: ProcessAction): Promise<void> {
    const name = process.imageName;
    const result = await this.lab.processes.act(process.pid, action);
    this.process = process;
    // After a bug check the screen says what has happened.
    const isSaid = result === 'done' || result === 'bug-check';
    this.dialog = isSaid
      ? null
      : { kind: 'tell', title: text.failedTitle[action.do], body: text[result](name) };
  }

  #close(): void {
    this.dialog = null;
  }

  #button(label: string, click: () => void, reason = '', isFirst = false): TemplateResult {
    return html`<ll-button ?data-first=${isFirst} disabled-reason=${reason} @click=${click}
      >${label}</ll-button
    >`;
  }

  get #heading(): string {
    switch (this.dialog?.kind) {
      case 'ask':
      case 'tell':
        return this.dialog.title;
      case 'critical':
        return text.criticalTitle(this.process!.description);
      case 'affinity':
        return text.affinityTitle;
      case 'wait-chain':
        return text.waitChainTitle;
      default:
        return '';
    }
  }

  #content(process: ProcessRow, dialog: Dialog): TemplateResult {
    switch (dialog.kind) {
      case 'affinity':
        return html`<p>${text.affinity(process.imageName)}</p>
          ${affinityBoxes(this.lab.machine.processors, dialog.chosen, (chosen) => {
            this.dialog = { kind: 'affinity', chosen };
          })}`;
      case 'critical':
        return html`<p>${text.criticalBody}</p>
          <ll-checkbox
            label=${text.abandon}
            .checked=${dialog.abandon}
            @change=${(event: Event) => {
              this.dialog = { ...dialog, abandon: (event.target as LabCheckbox).checked };
            }}
          ></ll-checkbox>`;
      case 'wait-chain':
        return waitChainView(process.imageName, dialog.chains, this.lab.sampler.value?.processes ?? []);
      case 'tell':
        return html`<p>${text.notCompleted}</p>
          <p>${dialog.body}</p>`;
      default:
        return html`<p>${dialog.body}</p>`;
    }
  }

  #buttons(process: ProcessRow, dialog: Dialog): TemplateResult {
    const close = () => this.#close();
    if (dialog.kind === 'ask')
      return html`${this.#button(dialog.yes, () => void this.#act(process, dialog.action), '', true)}
      ${this.#button(text.cancel, close)}`;
    if (dialog.kind === 'critical')
      return html`${this.#button(
        text.shutDown,
        () => void this.#act(process, dialog.action),
        dialog.abandon ? '' : text.abandonFirst,
      )}
      ${this.#button(text.cancel, close, '', true)}`;
    if (dialog.kind !== 'affinity') return this.#button(text.ok, close, '', true);
    const action = { do: 'affinity', processors: [...dialog.chosen] } as const;
    const reason = dialog.chosen.size === 0 ? text.oneAtLeast : '';
    return html`${this.#button(text.ok, () => void this.#act(process, action), reason)}
    ${this.#button(text.cancel, close)}`;
  }

  override render() {
    const { process, dialog } = this;
    const isOpen = process !== null && dialog !== null;
    return html`<ll-dialog
      heading=${isOpen ? this.#heading : ''}
      ?alert=${dialog?.kind === 'tell'}
      .open=${isOpen}
      .content=${isOpen ? this.#content(process, dialog) : html`${nothing}`}
      .buttons=${isOpen ? this.#buttons(process, dialog) : html`${nothing}`}
      @ll-cancel=${this.#close}
    ></ll-dialog>`;
  }
}
