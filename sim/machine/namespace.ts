import data from '../profiles/win11-22631/namespace.json';
import type { Core } from './core.js';
import { systemDescriptor } from './security/descriptors.js';
import type { Profile } from './profile.js';

/** An object that has a path. */
export interface NamedObject {
  readonly path: string;
  /** Name of its object type. */
  readonly type: string;
  /** Body. */
  readonly address: bigint;
  /** Of a symbolic link. */
  readonly target?: string;
}

/** Links and objects that data describe. */
interface Contents {
  readonly links: Readonly<Record<string, string>>;
  readonly objects: readonly { type: string; variant: string; paths: string[] }[];
}

const ROOT = '\\';
const NO_SESSION = 0xffffffff;
const LETTER_BEFORE_A = 0x40;
/** Variants of a body in assembly/kernel/objects/body.ts. */
const VARIANTS: Readonly<Record<string, number>> = { notification: 0, synchronization: 1, signalled: 2 };

/** The object manager's directories and what is in them. Paths are compared without regard to case, as Windows does. */
export class Namespace {
  readonly #core: Core;
  readonly #typeIndex: ReadonlyMap<string, number>;
  readonly #byPath = new Map<string, NamedObject>();

  private constructor(core: Core, typeIndex: ReadonlyMap<string, number>) {
    this.#core = core;
    this.#typeIndex = typeIndex;
  }

  /** Creates what every Windows has from its start: directories, links, the system's own events and ports. */
  static create(core: Core, profile: Profile, typeIndex: ReadonlyMap<string, number>): Namespace {
    const namespace = new Namespace(core, typeIndex);
    const descriptor = systemDescriptor();
    core.putBytes(descriptor);
    core.exports.securityUseDescriptor(descriptor.length);
    namespace.#createRoot();
    for (const path of data.directories) namespace.createDirectory(path);
    core.exports.namespaceListTypes(namespace.findDirectory('\\ObjectTypes'));
    namespace.#fill(data, (text) => text.replaceAll('%volume%', profile.system.systemVolume));
    return namespace;
  }

  /** Creates the directories of a session above 0, with their links and window station, where they are not there. */
  createSession(session: number): void {
    const fill = (text: string) => text.replaceAll('%session%', `${session}`);
    if (session === 0 || this.find(fill('\\Sessions\\%session%'))) return;
    for (const path of data.session.directories) this.createDirectory(fill(path));
    this.#fill(data.session, fill);
  }

  /** All that has a path, in the order of creation. */
  get objects(): Iterable<NamedObject> {
    return this.#byPath.values();
  }

  /** Address of a directory's OBJECT_DIRECTORY. @throws Error when there is none of that path */
  findDirectory(path: string): bigint {
    const found = this.find(path);
    if (found?.type !== 'Directory') throw new Error(`there is no object directory ${path}`);
    return found.address;
  }

  /** What is at a path. */
  find(path: string): NamedObject | undefined {
    return this.#byPath.get(path.toLowerCase());
  }

  createDirectory(path: string): bigint {
    const session = /^\\Sessions\\(\d+)(\\|$)/.exec(path)?.[1];
    const { parent, name } = this.#split(path);
    const nameBytes = this.#core.putWordsAndText([], name);
    const address = this.#core.exports.namespaceCreateDirectory(
      parent,
      nameBytes,
      session === undefined ? NO_SESSION : Number(session),
    );
    return this.register(path, 'Directory', address).address;
  }

  createLink(path: string, target: string): bigint {
    const { parent, name } = this.#split(path);
    const [nameBytes, targetBytes] = this.#core.putTexts(
      { text: name, wide: true },
      { text: target, wide: true },
    );
    const drive = /^[A-Z]:$/.test(name) ? name.charCodeAt(0) - LETTER_BEFORE_A : 0;
    const address = this.#core.exports.namespaceCreateLink(parent, nameBytes!, targetBytes!, drive);
    this.#byPath.set(path.toLowerCase(), { path, type: 'SymbolicLink', address, target });
    return address;
  }

  /** Forgets objects that are no more, by their addresses. */
  forget(gone: ReadonlySet<bigint>): void {
    for (const [key, { address }] of this.#byPath) if (gone.has(address)) this.#byPath.delete(key);
  }

  /** Creates an object of a type that the profile describes. `variant` is one that its kind of body knows. */
  createObject(path: string, type: string, variant = 'notification'): bigint {
    return this.#create(path, type, variant, true);
  }

  /** Creates such an object for a process that is about to open it: it goes with the last handle to it. */
  createTemporary(path: string, type: string, variant = 'notification'): bigint {
    return this.#create(path, type, variant, false);
  }

  #create(path: string, type: string, variant: string, isPermanent: boolean): bigint {
    const { parent, name } = this.#split(path);
    const nameBytes = this.#core.putWordsAndText([], name);
    const index = this.#typeIndex.get(type);
    if (index === undefined) throw new Error(`no object type ${type}`);
    const { namespaceCreateObject, namespaceCreateTemporary } = this.#core.exports;
    const create = isPermanent ? namespaceCreateObject : namespaceCreateTemporary;
    return this.register(path, type, create(parent, index, nameBytes, VARIANTS[variant]!)).address;
  }

  /** Notes an object that others have put into a directory: drivers, devices, sections. */
  register(path: string, type: string, address: bigint): NamedObject {
    if (this.find(path)) throw new Error(`there are two objects ${path}`);
    const object = { path, type, address };
    this.#byPath.set(path.toLowerCase(), object);
    return object;
  }

  #fill({ links, objects }: Contents, fill: (text: string) => string): void {
    for (const [path, target] of Object.entries(links)) this.createLink(fill(path), fill(target));
    for (const { type, variant, paths } of objects)
      for (const path of paths) this.createObject(fill(path), type, variant);
  }

  #createRoot(): void {
    const nameBytes = this.#core.putWordsAndText([], ROOT);
    const address = this.#core.exports.namespaceCreateDirectory(0n, nameBytes, NO_SESSION);
    this.register(ROOT, 'Directory', address);
  }

  #split(path: string): { parent: bigint; name: string } {
    const at = path.lastIndexOf('\\');
    return { parent: this.findDirectory(at === 0 ? ROOT : path.slice(0, at)), name: path.slice(at + 1) };
  }
}
