import type { Kernel } from '../../machine/machine.js';
import opened from '../catalogue/registry/opened.json';
import { filler } from '../registry/contents.js';
import type { StagedHives } from '../registry/hives.js';
import { servicePath } from '../registry/services.js';

const ROOT = '\\REGISTRY';

/** The groups of keys that handles of different kinds of process lead to. */
export type KeyGroup = 'everywhere' | 'service' | 'app' | 'system' | 'services';

/** The keys that are open: each has a key control block, and so have all above it. */
export class Registry {
  readonly #kernel: Kernel;
  /** Key control blocks by path, in the order of creation. */
  readonly #blocks = new Map<string, bigint>();
  readonly #groups: Readonly<Record<KeyGroup, readonly bigint[]>>;
  readonly hives: StagedHives;

  /** @param services names of the services that have their keys open */
  constructor(kernel: Kernel, hives: StagedHives, services: readonly string[]) {
    this.#kernel = kernel;
    this.hives = hives;
    const { exports } = kernel.core;
    exports.keyInitialise(kernel.typeIndex.get('Key')!);
    const fill = filler(kernel);
    exports.processAttach(hives.process); // keys are found in the hives' files, which are mapped there
    const open = (paths: readonly string[]) => paths.map((path) => this.#open(fill(path)));
    this.#groups = {
      everywhere: open(opened.everywhere),
      service: open(opened.service),
      app: open(opened.app),
      system: open(opened.system),
      services: open(services.map(servicePath)),
    };
  }

  /** Key control blocks of a group of keys. */
  group(name: KeyGroup): readonly bigint[] {
    return this.#groups[name];
  }

  /** Paths of all keys that have a control block, with its address. */
  get keys(): ReadonlyMap<string, bigint> {
    return this.#blocks;
  }

  /** Key control block of a path; it and those above it are created when they are not there. */
  #open(path: string): bigint {
    const known = this.#blocks.get(path);
    if (known !== undefined) return known;
    const { core } = this.#kernel;
    const above = path === ROOT ? 0n : this.#open(path.slice(0, path.lastIndexOf('\\')));
    const [bytes] = core.putTexts({ text: path.slice(path.lastIndexOf('\\') + 1), wide: false });
    const block =
      path === ROOT
        ? core.exports.registryOpenRoot(this.hives.hives[0]!.address, bytes!)
        : core.exports.registryOpenKey(above, bytes!);
    this.#blocks.set(path, block);
    return block;
  }
}
