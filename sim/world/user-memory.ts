import type { Kernel } from '../machine/machine.js';
import { apiSetMap } from './api-sets.js';
import data from './catalogue/user-memory.json';
import type { StagedProcess } from './stage.js';

/** Values of the core: Arena in kernel/processes/user-memory.ts, PROTECT_READ_WRITE in kernel/sections/protection.ts. */
const ARENA = { heaps: 1, shared: 2 } as const;
const READ_WRITE = 4;
const NO_ACCESS = 0x18;
const PAGE = 4096;
/** For so many pages of a file that processes have mapped, one that they have let go of. */
const STANDBY_SHARE = 3;
const API_SET_PAGES = 4;
const SMALL_DIVISOR = 8; // of what a small machine keeps in memory of each file

interface Size {
  readonly pages: number;
  readonly present: number;
}

/** A process's kind as far as its memory goes. */
export interface MemoryKind {
  readonly isNative: boolean;
  readonly hasWindows: boolean;
}

/** What the process environment block points to, in the order in which the core wants the addresses. */
const POINTED_TO = [
  'apiSet',
  'ansiCodePage',
  'oemCodePage',
  'caseTable',
  'csr',
  'activationContext',
  'systemActivationContext',
  'gdiHandles',
];

const files: Readonly<Record<string, { path: string; bytes: number; present: number }>> = data.files;
const shared: Readonly<Record<string, Size>> = data.shared;
const perSession: Readonly<Record<string, Size>> = data.perSession;
const perProcess: Readonly<Record<string, Size>> = data.perProcess;

/** Maps files and shared sections into processes, and gives them private memory, as data of the catalogue has it. */
export class UserMemory {
  readonly #kernel: Kernel;
  readonly #isSmall: boolean;
  /** Paths of mapped files on their volume, by control area. */
  readonly files = new Map<bigint, string>();
  /** What the one section for all processes holds was written when the first one mapped it. */
  #hasApiSets = false;
  /** Indexes of sections, by name and session where each session has its own. */
  readonly #sections = new Map<string, number>();

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    this.#isSmall = kernel.size.name === 'tiny';
  }

  /** Maps what every process of its kind maps into the attached process, and points the PEB there. */
  mapViews({ pid, sessionId }: StagedProcess, peb: bigint, { isNative, hasWindows }: MemoryKind): void {
    const { views } = data;
    const isService = !isNative && sessionId === 0;
    const wanted = [
      ...(isNative ? views.native : views.all),
      ...(isNative || this.#isSmall ? [] : views.more),
      ...(isService && !this.#isSmall ? views.service : []),
      ...(hasWindows ? views.windows : []),
      ...(hasWindows && sessionId !== 0 && !this.#isSmall ? views.shell : []),
    ] as [string, number][];
    const { core } = this.#kernel;
    const found = new Map<string, bigint>();
    const view = (name: string, arena: number, touched: number) => {
      const section = this.#section(name, pid, sessionId);
      found.set(name, core.exports.memoryCreateView(section, arena, touched, false));
    };
    view('apiSet', ARENA.heaps, API_SET_PAGES);
    for (const name of ['ansiCodePage', 'oemCodePage', 'caseTable']) view(name, ARENA.heaps, 2);
    if (!isNative) {
      view('csr', ARENA.shared, 3);
      for (const name of Object.keys(perProcess)) view(name, ARENA.heaps, 1);
    }
    for (const [name, touched] of wanted) view(name, ARENA.heaps, touched);
    if (!this.#hasApiSets) {
      this.#hasApiSets = true;
      const map = apiSetMap();
      core.putBytes(map);
      core.exports.memoryWrite(found.get('apiSet')!, map.length);
    }
    core.putList(POINTED_TO.map((name) => found.get(name) ?? 0n));
    core.exports.processSetViews(peb);
  }

  /** Gives the attached process heaps and other private memory, `pages` of it filled. */
  fill({ threads }: StagedProcess, peb: bigint, pages: number): void {
    const { heaps, small, chunks, spare } = data.private;
    if (peb !== 0n) {
      const count = this.#isSmall ? 1 : heaps.length;
      for (const { pages: heapPages, blocks } of heaps.slice(0, count))
        this.#kernel.core.exports.processCreateHeap(peb, heapPages, blocks);
      const extra = this.#isSmall ? 2 : Math.min(3 + threads.length, 24);
      for (let i = 0; i < extra; i++) {
        const range = small[i % small.length]!;
        this.#private(range.pages, range.committed, range.touched);
      }
    }
    for (let left = pages, i = 0; left > 0; i++) {
      const touched = Math.min(left, chunks[i % chunks.length]! * (1 + Math.floor(i / chunks.length)));
      this.#private(touched + spare[i % spare.length]!, touched, touched);
      left -= touched;
    }
  }

  #private(pages: number, committed: number, touched: number): bigint {
    const protection = committed === 0 ? NO_ACCESS : READ_WRITE;
    return this.#kernel.core.exports.memoryCreatePrivate(ARENA.heaps, pages, committed, touched, protection);
  }

  #section(name: string, pid: number, session: number): number {
    const own = name in perProcess;
    const key = own ? `${name} of ${pid}` : name in perSession ? `${name} of session ${session}` : name;
    let index = this.#sections.get(key);
    // One of the page file that nobody has mapped any more is gone.
    if (index === undefined || this.#kernel.core.exports.sectionArea(index) === 0n)
      this.#sections.set(key, (index = this.#create(name, pid)));
    return index;
  }

  #create(name: string, pid: number): number {
    const { core } = this.#kernel;
    const file = files[name];
    if (!file) {
      const { pages, present } = (shared[name] ?? perSession[name] ?? perProcess[name])!;
      return core.exports.sectionCreatePageFile(pid, this.#isSmall ? Math.min(pages, 64) : pages, present);
    }
    const [bytes] = core.putTexts({ text: file.path, wide: true });
    const whole = Math.ceil(file.bytes / PAGE);
    const present = this.#isSmall ? Math.ceil(file.present / SMALL_DIVISOR) : file.present;
    const index = core.exports.sectionCreateFile(
      core.exports.volumeSystem(),
      core.exports.exchangeBuffer(),
      bytes!,
      BigInt(this.#isSmall ? Math.min(file.bytes, 64 * PAGE) : file.bytes),
      Math.min(whole, present),
      Math.ceil(present / STANDBY_SHARE),
    );
    this.files.set(core.exports.sectionArea(index), file.path);
    return index;
  }
}
