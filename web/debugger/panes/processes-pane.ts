import { html, type TemplateResult } from 'lit';
import { customElement } from 'lit/decorators.js';
import { debug } from '../text.js';
import { CommandEvent } from '../debugger-events.js';
import type { Item } from '../worker/debugger-api.js';
import './item-list.js';
import type { ItemEvent, Row } from './item-list.js';
import { Pane } from './pane.js';

/** Processes with their threads; choosing one makes it the current one. */
@customElement('dbg-processes')
export class ProcessesPane extends Pane<Row[]> {
  /** Processes whose threads are shown. */
  readonly #expanded = new Set<string>();

  protected override async load(): Promise<Row[]> {
    const processes = await this.session.look((api) => api.processes());
    const rows = processes.map(async (item): Promise<Row[]> => {
      const isExpanded = this.#expanded.has(item.id);
      const threads = isExpanded ? await this.session.look((api) => api.threads(item.id)) : [];
      return [
        { item, level: 1, isExpanded },
        ...threads.map((thread: Item): Row => ({ item: thread, level: 2 })),
      ];
    });
    return (await Promise.all(rows)).flat();
  }

  #onExpand({ item }: ItemEvent): void {
    if (!this.#expanded.delete(item.id)) this.#expanded.add(item.id);
    void this.refresh();
  }

  protected override renderShown(rows: Row[]): TemplateResult {
    return html`<dbg-item-list
      tree
      label=${debug.panes.processes}
      .rows=${rows}
      @dbg-item=${({ item }: ItemEvent) => this.dispatchEvent(new CommandEvent(item.command))}
      @dbg-expand=${this.#onExpand}
    ></dbg-item-list>`;
  }
}
