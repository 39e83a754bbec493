/** The user wants a command to run: typed at the prompt, or behind a link. */
export class CommandEvent extends Event {
  constructor(readonly command: string) {
    super('dbg-command', { bubbles: true, composed: true });
  }
}
