import type { Namespace } from '../../machine/namespace.js';

const NO_DIRECTORY = 0n;
const ROOT = '\\';

/** Where objects of the I/O system lie in the namespace, and the names that drivers count up. */
export class IoNames {
  readonly #namespace: Namespace;
  readonly #counters = new Map<string, number>();

  constructor(namespace: Namespace) {
    this.#namespace = namespace;
  }

  /** The directory, made when there is none, and the last part of a name such as `\Device\Harddisk0\DR0`. */
  place(name: string): { directory: bigint; part: string } {
    if (name === '') return { directory: NO_DIRECTORY, part: '' };
    const mark = name.lastIndexOf('\\');
    const path = mark === 0 ? ROOT : name.slice(0, mark);
    if (!this.#namespace.find(path)) this.#namespace.createDirectory(path);
    return { directory: this.#namespace.findDirectory(path), part: name.slice(mark + 1) };
  }

  /** Notes an object at its name. */
  register(name: string, type: 'Driver' | 'Device', address: bigint): void {
    if (name !== '') this.#namespace.register(name, type, address);
  }

  link(name: string, target: string): void {
    this.place(name);
    if (!this.#namespace.find(name)) this.#namespace.createLink(name, target);
  }

  /** A name with the next number in place of `%d` or of `%04x`: four hexadecimal digits. */
  counted(pattern: string): string {
    if (!pattern.includes('%')) return pattern;
    const number = this.#counters.get(pattern) ?? 0;
    this.#counters.set(pattern, number + 1);
    return pattern.replace(/%(?:0(\d))?([dx])/, (_, digits: string | undefined, base: string) =>
      number.toString(base === 'x' ? 16 : 10).padStart(Number(digits ?? 0), '0'),
    );
  }
}
