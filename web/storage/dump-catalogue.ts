import { del, entries, set } from 'idb-keyval';

/** What is known of a dump beyond its file: how and from which machine it was made. */
export interface DumpRecord {
  path: string;
  kind: 'full' | 'stacks' | 'process';
  bytes: number;
  pages: number;
  /** In hexadecimal, once somebody has asked for it. */
  sha256?: string;
  /** The machine's time when it was captured, milliseconds since 1970 (UTC). */
  time: number;
  scenario: string;
  seed: number;
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

  async remove(path: string): Promise<void> {
    await del(PREFIX + path).catch(() => undefined);
  },
};
