/** Panes that show what is at an address. */
export type AddressPane = 'memory' | 'disassembly' | 'explain';

/** The user wants to see what is at an address. */
export class ShowEvent extends Event {
  constructor(
    readonly pane: AddressPane,
    readonly address: string,
  ) {
    super('dbg-show', { bubbles: true, composed: true });
  }
}
