/** Text that waits no longer than this, milliseconds, and no more of it than this, characters. */
const LONGEST_WAIT = 50;
const LARGEST_PIECE = 0x10000;

/** Gathers what commands print a few characters at a time into pieces worth a message to the page. */
export class OutputPieces {
  readonly #send: (text: string) => Promise<void>;
  /** Of the piece that was sent last: the page takes them in order. */
  #taken: Promise<void> = Promise.resolve();
  #waiting: string[] = [];
  #length = 0;
  #sent = performance.now();

  constructor(send: (text: string) => Promise<void>) {
    this.#send = send;
  }

  add(text: string): void {
    this.#waiting.push(text);
    this.#length += text.length;
    if (this.#length >= LARGEST_PIECE || performance.now() - this.#sent >= LONGEST_WAIT) void this.flush();
  }

  /**
   * Sends what waits. @returns when the page has all: an answer goes another way than pieces do, and could come there
   * before them
   */
  flush(): Promise<void> {
    if (this.#length > 0) this.#taken = this.#send(this.#waiting.join(''));
    this.#waiting = [];
    this.#length = 0;
    this.#sent = performance.now();
    return this.#taken;
  }
}
