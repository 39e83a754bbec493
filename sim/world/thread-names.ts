import data from './catalogue/thread-names.json';
import { moduleOf } from './user-mode.js';

const names = data.names as unknown as Readonly<
  Record<string, Readonly<Record<string, readonly string[]>> | undefined>
>;
const families = data.families as Readonly<Record<string, string>>;

/** What the `index`-th thread of a program's process has called itself; `undefined` for most. */
export function threadName(path: string, archetype: string, index: number): string | undefined {
  const module = moduleOf(path);
  const own = names[families[module] ?? module]?.[archetype];
  return own?.[index % own.length];
}
