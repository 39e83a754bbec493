/** The user wants to see the dump at `path` in the debugger. */
export class OpenDumpEvent extends Event {
  constructor(readonly path: string) {
    super('ll-open-dump', { bubbles: true, composed: true });
  }
}
