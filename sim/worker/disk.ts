import type { FileEntry } from './sim-api.js';

/** The emulated machine's disk, as far as files hold real bytes: folders and files of the browser's private file system. */
export class Disk {
  /**
   * Creates a file and the folders above it, empty.
   * @throws DOMException NoModificationAllowedError when another tab writes it
   */
  async create(path: string): Promise<DiskFile> {
    const [folders, name] = split(path);
    const release = await claim(parts(path));
    if (!release) throw new DOMException(`${path} is being written`, 'NoModificationAllowedError');
    try {
      const directory = await this.#directory(folders, true);
      const handle = await directory!.getFileHandle(name, { create: true });
      return new DiskFile(directory!, name, await handle.createSyncAccessHandle(), release);
    } catch (error) {
      release();
      throw error;
    }
  }

  /** Removes what tabs that were closed or crashed amidst it have left half-written. */
  async removeUnfinished(): Promise<void> {
    await sweep(await navigator.storage.getDirectory(), []);
  }

  /** What a folder holds; nothing where there is no such folder. */
  async list(folder: string): Promise<FileEntry[]> {
    const directory = await this.#directory(parts(folder), false);
    const entries: FileEntry[] = [];
    if (!directory) return entries;
    for await (const [name, handle] of directory.entries()) {
      if (name.endsWith(UNFINISHED)) continue;
      const path = inFolder(folder, name);
      if (handle.kind === 'directory') entries.push({ name, path, folder: true, size: 0, modified: 0 });
      else {
        const file = await (handle as FileSystemFileHandle).getFile();
        entries.push({ name, path, folder: false, size: file.size, modified: file.lastModified });
      }
    }
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** @throws Error with a sentence when there is no such file */
  async handle(path: string): Promise<FileSystemFileHandle> {
    const [folders, name] = split(path);
    const directory = await this.#directory(folders, false);
    try {
      return await directory!.getFileHandle(name);
    } catch {
      throw new Error(`${path} is not on the disk any more.`);
    }
  }

  /** @throws Error with a sentence when there is no such file */
  async read(path: string): Promise<Blob> {
    return (await this.handle(path)).getFile();
  }

  /** @throws DOMException NoModificationAllowedError while somebody has the file open */
  async delete(path: string): Promise<void> {
    const [folders, name] = split(path);
    await (await this.#directory(folders, false))?.removeEntry(name);
  }

  /**
   * Gives a file another name in its folder.
   * @returns Its path then
   * @throws Error with a sentence when there is no such file or its folder has one of that name already
   */
  async rename(path: string, name: string): Promise<string> {
    const [folders, old] = split(path);
    const folder = path.slice(0, path.length - old.length);
    const taken = (await this.list(folder.replace(/\\$/, ''))).some(
      (other) => other.name !== old && other.name.toLowerCase() === name.toLowerCase(),
    );
    // The browser would write over it.
    if (taken || name.endsWith(UNFINISHED)) throw new Error(`${folder} cannot have a file named ${name}.`);
    const directory = await this.#directory(folders, false);
    if (!directory) throw new Error(`${path} is not on the disk any more.`);
    await moveTo(await directory.getFileHandle(old), name);
    return `${folder}${name}`;
  }

  async #directory(folders: string[], create: boolean): Promise<FileSystemDirectoryHandle | undefined> {
    let directory = await navigator.storage.getDirectory();
    try {
      for (const folder of folders) directory = await directory.getDirectoryHandle(folder, { create });
    } catch (error) {
      if (!create && (error as DOMException).name === 'NotFoundError') return undefined;
      throw error;
    }
    return directory;
  }
}

/** Name's ending of a file that is still being written. */
export const UNFINISHED = '.part';

/**
 * Claims a file for this tab, among all tabs of the page, until what is returned is called or the tab is gone. Nothing
 * is returned when another one has it.
 */
function claim(path: readonly string[]): Promise<(() => void) | undefined> {
  return new Promise((resolve, reject) => {
    navigator.locks
      .request(path.join('/'), { ifAvailable: true }, (lock) => {
        if (!lock) return resolve(undefined);
        return new Promise<void>((release) => resolve(() => release()));
      })
      .catch(reject);
  });
}

async function sweep(directory: FileSystemDirectoryHandle, above: readonly string[]): Promise<void> {
  for await (const [name, handle] of directory.entries()) {
    const path = [...above, name];
    if (handle.kind === 'directory') await sweep(handle as FileSystemDirectoryHandle, path);
    else if (name.endsWith(UNFINISHED)) {
      const release = await claim(path);
      if (!release) continue;
      // Another tab may have been quicker.
      await directory.removeEntry(name).catch(() => undefined);
      release();
    }
  }
}

/** A file that is being written, from start to end. */
export class DiskFile {
  readonly #directory: FileSystemDirectoryHandle;
  readonly #name: string;
  readonly #handle: FileSystemSyncAccessHandle;
  readonly #release: () => void;
  #position = 0;

  /** @param release lets other tabs have the file */
  constructor(
    directory: FileSystemDirectoryHandle,
    name: string,
    handle: FileSystemSyncAccessHandle,
    release: () => void,
  ) {
    this.#directory = directory;
    this.#name = name;
    this.#handle = handle;
    this.#release = release;
    handle.truncate(0);
  }

  /** Appends bytes. @throws DOMException QuotaExceededError when the browser gives no more space */
  write(bytes: Uint8Array<ArrayBuffer>): void {
    const written = this.#handle.write(bytes, { at: this.#position });
    if (written !== bytes.length) throw new DOMException('the disk is full', 'QuotaExceededError');
    this.#position += written;
  }

  /** Gives the file its final name; until then folders do not show it. */
  async finish(name: string): Promise<void> {
    this.#handle.flush();
    this.#handle.close();
    await moveTo(await this.#directory.getFileHandle(this.#name), name);
    this.#release();
  }

  async discard(): Promise<void> {
    try {
      this.#handle.close();
      await this.#directory.removeEntry(this.#name);
    } finally {
      this.#release();
    }
  }
}

/** `C:\pagefile.sys`, `C:\Users\x`: only a drive ends in a backslash of its own. */
export function inFolder(folder: string, name: string): string {
  return folder.endsWith('\\') ? `${folder}${name}` : `${folder}\\${name}`;
}

/** What TypeScript's library does not know of files yet. */
function moveTo(handle: FileSystemFileHandle, name: string): Promise<void> {
  return (handle as FileSystemFileHandle & { move(name: string): Promise<void> }).move(name);
}

/** `C:\Users\x` as its parts; the drive is a folder without its colon, which file systems do not take. */
function parts(path: string): string[] {
  return path
    .split('\\')
    .filter(Boolean)
    .map((part) => part.replace(':', ''));
}

function split(path: string): [folders: string[], name: string] {
  const all = parts(path);
  return [all.slice(0, -1), all.at(-1)!];
}
