import { FileError, type ByteSource } from '../../../sim/debugger/index.js';

/** What TypeScript's library does not know yet: handles that let others read the file meanwhile. */
type SharedHandle = FileSystemSyncAccessHandle & { readonly mode?: string };
type OpenShared = (options: { mode: 'read-only' }) => Promise<SharedHandle>;

/** A file of the machine's disk, read without a detour through another process. */
export class DiskSource implements ByteSource {
  readonly size: number;
  readonly #handle: FileSystemSyncAccessHandle;

  private constructor(handle: FileSystemSyncAccessHandle) {
    this.#handle = handle;
    this.size = handle.getSize();
  }

  /** `undefined` where the browser opens such files for one alone, or not at all. */
  static async open(file: FileSystemFileHandle): Promise<DiskSource | undefined> {
    if (!('mode' in FileSystemSyncAccessHandle.prototype)) return undefined;
    try {
      const open = file.createSyncAccessHandle as OpenShared;
      return new DiskSource(await open.call(file, { mode: 'read-only' }));
    } catch {
      return undefined;
    }
  }

  /** @throws FileError when the disk fails */
  read(offset: number, length: number): Uint8Array {
    const bytes = new Uint8Array(Math.max(0, Math.min(length, this.size - offset)));
    try {
      return bytes.subarray(0, this.#handle.read(bytes, { at: offset }));
    } catch (error) {
      throw new FileError(`The file cannot be read any more: ${(error as Error).message}`);
    }
  }

  /** Until then the file cannot be deleted. */
  close(): void {
    this.#handle.close();
  }
}
