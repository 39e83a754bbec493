import { Interrupted } from '../../../sim/debugger/index.js';

/** How often a command that runs looks up, milliseconds: each look takes some of them. */
const BETWEEN_LOOKS = 200;

/**
 * Ctrl+Break. A command runs without ever letting messages in, so it looks at something that the page can change
 * meanwhile: a blob's address, which the page revokes. (Shared memory would need headers that static hosts do not send.)
 */
export class InterruptFlag {
  #url = '';
  #looked = 0;
  #isRaised = false;

  /** A command starts; the page revokes `url` to interrupt it. */
  arm(url: string): void {
    this.#url = url;
    this.#looked = performance.now();
    this.#isRaised = false;
  }

  disarm(): void {
    this.#url = '';
    this.#isRaised = false;
  }

  /** @throws Interrupted once the page wants the command to end, each time until it has */
  readonly check = (): void => {
    if (this.#isRaised) throw new Interrupted();
    if (this.#url === '' || performance.now() - this.#looked < BETWEEN_LOOKS) return;
    const request = new XMLHttpRequest();
    request.open('GET', this.#url, false);
    try {
      request.send();
    } catch {
      this.#isRaised = true;
      throw new Interrupted();
    }
    this.#looked = performance.now();
  };
}
