/** Panes that show what is at an address. */
export type AddressPane = 'memory' | 'disassembly' | 'explain';

/** The user wants to see what is at an address. */
export class ShowEvent extends Event {
  constructor(
    readonly pane: AddressPane,
    /** For the explanation, whatever it may be asked: physical addresses too. */
    readonly address: string,
    /** Structure to lay over memory; '' for none. */
    readonly structure = '',
  ) {
    super('dbg-show', { bubbles: true, composed: true });
  }
}

/** The user wants to see the stack of a thread. */
export class ShowStackEvent extends Event {
  constructor(readonly thread: string) {
    super('dbg-show-stack', { bubbles: true, composed: true });
  }
}
