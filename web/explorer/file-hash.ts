import { wrap } from 'comlink';

/**
 * Makes SHA-256 digests of files, one at a time, each in a worker that ends with it. A dump is not hashed while it is
 * written: that would take as long again.
 */
export class FileHash {
  #forget: (() => void) | undefined;

  /**
   * Begins with `file`, and leaves the one before. Resolves to its digest in hexadecimal, or to nothing when it was left.
   * @throws Error when the file cannot be read any more
   */
  async of(file: Blob): Promise<string | undefined> {
    this.forget();
    const worker = new Worker(new URL('./sha256-worker.ts', import.meta.url), { type: 'module' });
    const left = new Promise<undefined>((resolve) => (this.#forget = () => resolve(undefined)));
    try {
      return await Promise.race([wrap<(file: Blob) => Promise<string>>(worker)(file), left]);
    } finally {
      worker.terminate();
    }
  }

  /** Nobody waits for the digest any more. */
  forget(): void {
    this.#forget?.();
    this.#forget = undefined;
  }
}
