import type { Kernel } from '../../machine/machine.js';
import data from '../catalogue/registry.json';
import { userSid } from './accounts.js';

const ROOT = '\\REGISTRY';
const SERVICES = '\\REGISTRY\\MACHINE\\SYSTEM\\ControlSet001\\Services';

/** The groups of keys that handles of different kinds of process lead to. */
export type KeyGroup = 'everywhere' | 'service' | 'app' | 'system' | 'services';

/** The registry's hives and the keys that are open: each has a key control block, and so have all above it. */
export class Registry {
  readonly #kernel: Kernel;
  /** Key control blocks by path, in the order of creation. */
  readonly #blocks = new Map<string, bigint>();
  readonly #hives = new Map<string, bigint>();
  readonly #groups: Readonly<Record<KeyGroup, readonly bigint[]>>;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    const { exports } = kernel.core;
    exports.keyInitialise(kernel.typeIndex.get('Key')!);
    exports.registryInitialise();
    for (const hive of data.hives) this.#createHive(hive);
    const open = (paths: readonly string[]) => paths.map((path) => this.open(this.#fill(path)));
    this.#groups = {
      everywhere: open(data.everywhere),
      service: open(data.service),
      app: open(data.app),
      system: open(data.system),
      services: open(data.services.map((name) => `${SERVICES}\\${name}`)),
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
  open(path: string): bigint {
    const known = this.#blocks.get(path);
    if (known !== undefined) return known;
    const above = path === ROOT ? 0n : this.open(path.slice(0, path.lastIndexOf('\\')));
    const name = path.slice(path.lastIndexOf('\\') + 1);
    const [bytes] = this.#kernel.core.putTexts({ text: name, wide: false });
    const block = this.#kernel.core.exports.registryCreateKey(above, this.#hiveOf(path), bytes!);
    this.#blocks.set(path, block);
    return block;
  }

  #fill(text: string): string {
    const { system } = this.#kernel.profile;
    return text
      .replaceAll('%user%', userSid(system))
      .replaceAll('%USERNAME%', system.userName)
      .replaceAll('%volume%', system.systemVolume);
  }

  #createHive({ root, file, name, bytes }: (typeof data.hives)[number]): void {
    const path = this.#fill(root);
    const texts = [this.#fill(file), this.#fill(name), path].map((text) => ({ text, wide: true }));
    const [full, user, rootBytes] = this.#kernel.core.putTexts(...texts) as [number, number, number];
    this.#hives.set(path, this.#kernel.core.exports.registryCreateHive(full, user, rootBytes, bytes));
    this.open(path);
  }

  /** The hive that a key is in: the one whose root lies deepest above it. */
  #hiveOf(path: string): bigint {
    for (let root = path; root !== ''; root = root.slice(0, root.lastIndexOf('\\'))) {
      const hive = this.#hives.get(root);
      if (hive !== undefined) return hive;
    }
    throw new Error(`no hive holds ${path}`);
  }
}
