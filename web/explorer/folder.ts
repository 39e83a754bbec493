import type { FileEntry } from '../../sim/worker/sim-api.js';
import type { Disk } from '../lab.js';
import { dumpCatalogue, type DumpRecord } from '../storage/dump-catalogue.js';
import { Store } from '../storage/store.js';
import { FileHash } from './file-hash.js';
import { BY_NAME, sorted, type FileOrder } from './file-order.js';
import { folderOf, goTo, startAt, step, type History } from './history.js';
import { withStanding } from './known-folders.js';
import { foldersTo } from './path.js';
import { NOTHING, kept, only, type Selection } from './selection.js';

/** What File Explorer shows. */
export interface FolderState {
  history: History;
  /** In the order that the user chose. */
  files: readonly FileEntry[];
  order: FileOrder;
  selection: Selection;
  records: ReadonlyMap<string, DumpRecord>;
}

/** The folder that File Explorer is in, and the way there. */
export class Folder extends Store<FolderState> {
  readonly #hash = new FileHash();
  /** Path of the file whose SHA-256 is being made. */
  #hashed: string | undefined;

  constructor(
    private readonly disk: Disk,
    private readonly standing: ReadonlySet<string>,
    folder: string,
  ) {
    super({
      history: startAt(folder),
      files: [],
      order: BY_NAME,
      selection: NOTHING,
      records: new Map(),
    });
  }

  get path(): string {
    return folderOf(this.value.history);
  }

  /** Paths in the order in which they are shown. */
  get paths(): string[] {
    return this.value.files.map(({ path }) => path);
  }

  get selectedFiles(): FileEntry[] {
    return this.value.files.filter(({ path }) => this.value.selection.paths.has(path));
  }

  /** The selected file, when it is the only one. */
  get selectedFile(): FileEntry | undefined {
    const { paths } = this.value.selection;
    return paths.size === 1 ? this.selectedFiles[0] : undefined;
  }

  /** What is known of the selected file, if it is still the one that was made then. */
  get selectedRecord(): DumpRecord | undefined {
    const file = this.selectedFile;
    const record = file && this.value.records.get(file.path);
    return record?.bytes === file?.size ? record : undefined;
  }

  /** Whether the machine always has the folder, so that nobody renames or deletes it. */
  isStanding(path: string): boolean {
    return this.standing.has(path);
  }

  open(folder: string, selected = ''): Promise<void> {
    return this.#show(goTo(this.value.history, folder), only(selected));
  }

  /** Back or forward; nothing where there is nothing. The folder that was left is selected in one above it. */
  async travel(steps: -1 | 1): Promise<void> {
    const history = step(this.value.history, steps);
    if (history) await this.#show(history, only(this.path));
  }

  refresh(): Promise<void> {
    return this.#show(this.value.history, this.value.selection);
  }

  select(selection: Selection): void {
    this.set({ ...this.value, selection });
  }

  sort(order: FileOrder): void {
    this.set({ ...this.value, order, files: sorted(this.value.files, order) });
  }

  /** The folder that was typed as `path`, in its own spelling; null when there is none. */
  async find(path: string): Promise<string | null> {
    let found = '';
    for (const wanted of foldersTo(path)) {
      const here = found === '' ? [...this.standing] : (await this.#list(found)).map((file) => file.path);
      const next = here.find((folder) => folder.toLowerCase() === wanted.toLowerCase());
      if (next === undefined) return null;
      found = next;
    }
    return found;
  }

  /** Nobody looks at the folder any more. */
  leave(): void {
    this.#hash.forget();
    this.#hashed = undefined;
  }

  /** Makes the selected file's SHA-256 when it is not known yet, and keeps it. */
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

  async rename(file: FileEntry, name: string): Promise<void> {
    await this.open(this.path, await this.disk.rename(file.path, name));
  }

  async delete(file: FileEntry): Promise<void> {
    await this.disk.delete(file.path);
    await this.refresh();
  }

  async #list(folder: string): Promise<FileEntry[]> {
    return withStanding(folder, await this.disk.list(folder), this.standing);
  }

  async #show(history: History, selection: Selection): Promise<void> {
    const [files, records] = await Promise.all([this.#list(folderOf(history)), dumpCatalogue.all()]);
    const { order } = this.value;
    const paths = files.map(({ path }) => path);
    this.set({ history, order, records, files: sorted(files, order), selection: kept(selection, paths) });
  }
}
