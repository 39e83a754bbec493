/** An expression that cannot be evaluated; `what` and `rest` are the two parts of WinDbg's message. */
export class ExpressionError extends Error {
  override name = 'ExpressionError';

  readonly #what: string;
  readonly rest: string;

  constructor(what: string, rest: string) {
    super(messageOf(what, rest));
    this.#what = what;
    this.rest = rest;
  }

  /** The same where something particular is missing: `Address expression`, `Length of range`. */
  missing(what: string): ExpressionError {
    return /^Numeric expression missing/.test(this.#what)
      ? new ExpressionError(`${what} missing from`, this.rest)
      : this;
  }

  /** The message where more text stands behind the expression: debuggers show all that is left of the line. */
  messageBefore(tail: string): string {
    return messageOf(this.#what, this.rest + tail);
  }
}

function messageOf(what: string, rest: string): string {
  const head = / (?:in|from|token)$/.test(what) ? what : `${what} error at`;
  return `${head} '${rest || '<EOL>'}'`;
}

/** Reads an expression from left to right. */
export class Scanner {
  readonly text: string;
  at: number;

  constructor(text: string, at = 0) {
    this.text = text;
    this.at = at;
  }

  get rest(): string {
    return this.text.slice(this.at);
  }

  skipSpace(): void {
    while (this.text[this.at] === ' ' || this.text[this.at] === '\t') this.at++;
  }

  get ended(): boolean {
    this.skipSpace();
    return this.at >= this.text.length;
  }

  /** Takes the text if it comes next. */
  take(text: string): boolean {
    this.skipSpace();
    if (!this.text.startsWith(text, this.at)) return false;
    this.at += text.length;
    return true;
  }

  /** What a sticky pattern matches next. */
  match(pattern: RegExp): string | undefined {
    this.skipSpace();
    const sticky = new RegExp(pattern, 'iy');
    sticky.lastIndex = this.at;
    const found = sticky.exec(this.text)?.[0];
    if (found) this.at += found.length;
    return found || undefined;
  }

  /** @throws ExpressionError when something else comes next */
  expect(text: string): void {
    if (!this.take(text)) throw new ExpressionError('Syntax', this.rest);
  }

  /** Text between matching brackets; the opening one has been taken. */
  bracketed(open: string, close: string): string {
    const start = this.at;
    for (let depth = 1; this.at < this.text.length; this.at++) {
      if (this.text[this.at] === open) depth++;
      else if (this.text[this.at] === close && --depth === 0) return this.text.slice(start, this.at++);
    }
    throw new ExpressionError('Syntax', '');
  }
}
