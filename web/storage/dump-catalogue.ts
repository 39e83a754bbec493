import { del, entries, set } from 'idb-keyval';

/** What is known of a file beyond its bytes: how and from which machine a dump was made. */
export interface DumpRecord {
  path: string;
  /** `given`: the user brought the file from elsewhere. */
  kind: 'full' | 'stacks' | 'process' | 'given';
  bytes: number;
  /** Only of dumps that this machine made, as are its scenario and seed. */
  pages?: number;
  /** In hexadecimal, once somebody has asked for it. */
  sha256?: string;
  /** The machine's time when it was captured or brought, milliseconds since 1970 (UTC). */
  time: number;
  scenario?: string;
  seed?: number;
}

const PREFIX = 'dump:';

/** Dumps made in this browser, by path. The files themselves lie on the machine's disk. */
export const dumpCatalogue = {
  async all(): Promise<Map<string, DumpRecord>> {
    const kept = await entries<string, DumpRecord>().catch(() => []);
    const records = kept.filter(([key]) => key.startsWith(PREFIX)).map(([, record]) => record);
    return new Map(records.map((record) => [record.path, record]));
  },

  /** Loses only the extra details when the browser refuses to keep them. */
  async add(record: DumpRecord): Promise<void> {
    await set(PREFIX + record.path, record).catch(() => undefined);
  },

  /** The file at `path` is at `to` now. */
  async move(path: string, to: string): Promise<void> {
    const record = (await dumpCatalogue.all()).get(path);
    if (!record) return;
    await dumpCatalogue.add({ ...record, path: to });
    await dumpCatalogue.remove(path);
  },

  async remove(path: string): Promise<void> {
    await del(PREFIX + path).catch(() => undefined);
  },
};
