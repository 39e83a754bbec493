import type { Kernel } from '../machine/machine.js';
import data from './catalogue/cached-files.json';

const VIEW_PAGES = 64; // of the system cache: 256 KiB
const VIEWS_PER_MB = 4;
/** On machines with much memory the files of a kind are larger: as many pages more for each GiB. */
const LARGER_PER_GIB = 1 / 8;
const LARGEST = 0x30000; // pages of a file
const GIB = 2 ** 30;
const MULTIPLIER = 0x9e3779b1;

/**
 * Puts files in memory until every frame of the standby and modified lists belongs to one. The first files are open
 * and mapped by views of the system cache, as many as the machine's size asks for.
 */
export function cacheFiles(kernel: Kernel, seed: bigint): void {
  const { core, hardware, size, profile } = kernel;
  const { exports } = core;
  const scale = 1 + (hardware.memory / GIB) * LARGER_PER_GIB;
  let views = size.fileCacheMB * VIEWS_PER_MB;
  let state = Number(BigInt.asUintN(32, seed)) ^ MULTIPLIER;
  const below = (limit: number): number => {
    state = (Math.imul(state ^ (state >>> 15), MULTIPLIER) + 0x6d2b79f5) >>> 0;
    return ((state ^ (state >>> 13)) >>> 0) % limit;
  };
  const create = (path: string, pages: number, mapped: number): void => {
    const listed = Math.max(1, Math.min(pages - mapped * VIEW_PAGES, exports.memoryFramesWithoutFile()));
    const text = path.replaceAll('%USERNAME%', profile.system.userName);
    const [bytes] = core.putTexts({ text, wide: true });
    exports.memoryCreateCachedFile(exports.exchangeBuffer(), bytes!, listed, mapped);
  };
  const used = new Set<string>();
  /** A path that no other file has: a file is in memory once. */
  const unlike = (pattern: string): string => {
    for (;;) {
      const path = pattern.replace('%n', below(0x1000000).toString(16).padStart(6, '0'));
      if (used.has(path)) continue;
      used.add(path);
      return path;
    }
  };
  for (let round = 0; views > 0 && exports.memoryFramesWithoutFile() > 0; round++)
    for (const file of data.viewed) {
      const mapped = Math.min(file.views, views);
      if (exports.memoryFramesWithoutFile() === 0) break;
      const path = round === 0 ? file.path : file.path.replace(/(?=\.\w+$|$)/, `.${round}`);
      if (mapped > 0) create(path, Math.min(file.pages, below(file.pages) + mapped * VIEW_PAGES), mapped);
      views -= mapped;
    }
  for (const { path, pages } of data.listed)
    if (exports.memoryFramesWithoutFile() > 0) create(path, pages, 0);
  while (exports.memoryFramesWithoutFile() > 0) {
    const { path, least, most } = data.more[below(data.more.length)]!;
    const pages = Math.min(LARGEST, Math.round((least + below(most - least)) * scale));
    create(unlike(path), pages, 0);
  }
}
