import type { FileEntry } from '../../sim/worker/sim-api.js';
import type { Disk } from '../lab.js';
import { dumpCatalogue, type DumpRecord } from '../storage/dump-catalogue.js';
import { Store } from '../storage/store.js';
import { FileHash } from './file-hash.js';

/** What File Explorer shows. */
export interface FolderState {
  folder: string;
  files: readonly FileEntry[];
  /** Path of the selected file, or empty. */
  selected: string;
  records: ReadonlyMap<string, DumpRecord>;
}

/** The folder that File Explorer is in. */
export class Folder extends Store<FolderState> {
  readonly #hash = new FileHash();
  /** Path of the file whose SHA-256 is being made. */
  #hashed: string | undefined;

  constructor(
    private readonly disk: Disk,
    folder: string,
  ) {
    super({ folder, files: [], selected: '', records: new Map() });
  }

  get selectedFile(): FileEntry | undefined {
    return this.value.files.find(({ path }) => path === this.value.selected);
  }

  /** What is known of the selected dump, if the file is still the one that was made then. */
  get selectedRecord(): DumpRecord | undefined {
    const record = this.value.records.get(this.value.selected);
    return record?.bytes === this.selectedFile?.size ? record : undefined;
  }

  async open(folder: string, selected = ''): Promise<void> {
    const [files, records] = await Promise.all([this.disk.list(folder), dumpCatalogue.all()]);
    this.set({ folder, files, selected, records });
  }

  select(selected: string): void {
    this.set({ ...this.value, selected });
  }

  /** Nobody looks at the folder any more. */
  leave(): void {
    this.#hash.forget();
    this.#hashed = undefined;
  }

  /** Makes the selected dump's SHA-256 when it is not known yet, and keeps it. */
  async hashSelected(): Promise<void> {
    const record = this.selectedRecord;
    const path = record?.sha256 === undefined ? record?.path : undefined;
    if (path === this.#hashed) return;
    this.#hashed = path;
    this.#hash.forget();
    if (!record || path === undefined) return;
    const sha256 = await this.#hash.of(await this.disk.read(record.path));
    if (sha256 === undefined) return;
    const known = { ...record, sha256 };
    await dumpCatalogue.add(known);
    this.set({ ...this.value, records: new Map(this.value.records).set(record.path, known) });
  }

  async delete(file: FileEntry): Promise<void> {
    await this.disk.delete(file.path);
    await this.open(this.value.folder);
  }
}
