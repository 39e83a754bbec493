/** A line of a list that a pane shows. */
export interface Item {
  /** What it is called by: an address, a name. */
  id: string;
  text: string;
  /** Shown behind it, in a quieter colour; '' for nothing. */
  detail: string;
  /** The command that makes it current or tells more of it; '' for none. */
  command: string;
  /** Whether it is where the debugger is. */
  isCurrent: boolean;
  /** An address that memory may be shown from; '' for none. */
  address: string;
  /** Place in the text from which on it tells where the line leads; absent where it leads nowhere. */
  leadsFrom?: number;
  /** Whether it is another than before the last command. */
  isChanged?: boolean;
}
