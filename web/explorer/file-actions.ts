import type { FileEntry } from '../../sim/worker/sim-api.js';
import type { Disk } from '../lab.js';
import { download } from './download.js';
import { formatSize } from './file-format.js';
import { cleanName, faultOf } from './file-name.js';
import type { Folder } from './folder.js';
import { text } from './text.js';

/** What is being done, or was. Both are said to who cannot see it. */
export interface Report {
  announcement: string;
  busy: string;
}

/** What File Explorer does with files. Failures are errors with a sentence for the user. */
export class FileActions {
  constructor(
    private readonly disk: Disk,
    private readonly folder: Folder,
    private readonly tell: (report: Report) => void,
  ) {}

  /** Deletes files, until one of them cannot be. */
  async delete(files: readonly FileEntry[]): Promise<void> {
    for (const file of files)
      await this.disk.delete(file.path).catch((error: Error) => {
        throw error.name === 'NoModificationAllowedError' ? new Error(text.inUse(file.name)) : error;
      });
    const bytes = files.reduce((sum, { size }) => sum + size, 0);
    this.#done(files.length === 1 ? text.deleted(files[0]!.name) : text.freed(formatSize(bytes)));
  }

  isGoodName(file: FileEntry, typed: string): boolean {
    return faultOf(cleanName(typed), this.#othersThan(file)) === null;
  }

  async rename(file: FileEntry, typed: string): Promise<void> {
    const name = cleanName(typed);
    const fault = faultOf(name, this.#othersThan(file));
    if (fault) throw new Error(text.nameFaults[fault]);
    await this.folder.rename(file, name).catch((error: Error) => {
      throw error.name === 'NoModificationAllowedError' ? new Error(text.inUse(file.name)) : error;
    });
    this.#done(text.renamed(name));
  }

  /** Copies files of the user's into the folder; the last one is selected then. */
  async add(files: readonly File[]): Promise<void> {
    for (const file of files) {
      const path = await this.#busy(text.adding(file.name), () =>
        this.disk.add(this.folder.path, file).catch((error: Error) => {
          throw error.name === 'QuotaExceededError' ? new Error(text.diskFull(file.name)) : error;
        }),
      );
      await this.folder.open(this.folder.path, path);
      this.#done(text.added(file.name));
    }
  }

  async symbols(scenario: string, seed: number): Promise<void> {
    const zip = await this.#busy(text.preparing, () => this.disk.symbolsZip());
    download(zip, `symbols-${scenario}-${seed}.zip`);
  }

  /** Every file in `folder` and below, the largest first. */
  async allFiles(folder: string): Promise<FileEntry[]> {
    const entries = await this.disk.list(folder);
    const below = await Promise.all(
      entries.filter((entry) => entry.folder).map(({ path }) => this.allFiles(path)),
    );
    const files = [...entries.filter((entry) => !entry.folder), ...below.flat()];
    return files.sort((a, b) => b.size - a.size);
  }

  #othersThan(file: FileEntry): string[] {
    return this.folder.value.files.filter(({ path }) => path !== file.path).map(({ name }) => name);
  }

  async #busy<T>(busy: string, action: () => Promise<T>): Promise<T> {
    this.tell({ announcement: '', busy });
    try {
      return await action();
    } finally {
      this.#done('');
    }
  }

  #done(announcement: string): void {
    this.tell({ announcement, busy: '' });
  }
}
