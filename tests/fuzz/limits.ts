import { writeSync } from 'node:fs';
import { Worker } from 'node:worker_threads';

const MIB = 1024 * 1024;
const LARGEST_BYTES = 256 * MIB;
/** Of processor time: what else a computer does is not the debugger's fault. */
const LONGEST_MS = 1000;
/** A file that keeps the debugger busy for so long ends the run: there is no other way out of it. */
const HUNG_MS = 30_000;

/** What the worst of the mutants of a kind took. */
export interface Worst {
  ms: number;
  /** Largest single piece of memory. */
  bytes: number;
}

/** Watches what mutants take of time and memory. */
export class Limits {
  #largest = 0;
  readonly #beat = new Int32Array(new SharedArrayBuffer(8));
  readonly #watch: Worker;
  readonly #restore: (() => void)[] = [];

  constructor() {
    for (const name of [
      'Uint8Array',
      'Uint16Array',
      'Uint32Array',
      'Int32Array',
      'Float64Array',
      'ArrayBuffer',
    ] as const)
      this.#count(name);
    this.#watch = new Worker(WATCH, { eval: true, workerData: { beat: this.#beat, HUNG_MS } });
  }

  /** Every typed array that is made from a length is counted. */
  #count(
    name: 'Uint8Array' | 'ArrayBuffer' | 'Uint16Array' | 'Uint32Array' | 'Int32Array' | 'Float64Array',
  ): void {
    const original = globalThis[name] as unknown as {
      new (...args: unknown[]): object;
      BYTES_PER_ELEMENT?: number;
    };
    const each = original.BYTES_PER_ELEMENT ?? 1;
    const note = (length: number) => (this.#largest = Math.max(this.#largest, length * each));
    const counted: object = new Proxy(original, {
      construct(target, args: unknown[], made): object {
        if (typeof args[0] === 'number') note(args[0]);
        return Reflect.construct(target, args, made === counted ? target : made) as object;
      },
    });
    Object.defineProperty(globalThis, name, { value: counted, configurable: true, writable: true });
    this.#restore.push(() =>
      Object.defineProperty(globalThis, name, { value: original, configurable: true, writable: true }),
    );
  }

  /** Runs something that may take neither long nor much memory. @returns what it took. @throws Error when it took more */
  within(what: () => void, label: string): Worst {
    this.#largest = 0;
    const held = process.memoryUsage().arrayBuffers;
    Atomics.store(this.#beat, 0, 1);
    Atomics.add(this.#beat, 1, 1);
    const start = process.cpuUsage();
    try {
      what();
    } finally {
      Atomics.store(this.#beat, 0, 0);
    }
    const { user, system } = process.cpuUsage(start);
    const ms = (user + system) / 1000;
    if (ms > LONGEST_MS) throw new Error(`${label} took ${Math.round(ms)} ms`);
    if (this.#largest > LARGEST_BYTES)
      throw new Error(`${label} asked for ${Math.round(this.#largest / MIB)} MiB at once`);
    const more = process.memoryUsage().arrayBuffers - held;
    if (more > LARGEST_BYTES) throw new Error(`${label} holds ${Math.round(more / MIB)} MiB more`);
    return { ms, bytes: Math.max(this.#largest, 0) };
  }

  async end(): Promise<void> {
    this.#restore.forEach((restore) => restore());
    await this.#watch.terminate();
  }
}

/** Says so on the way out. */
export function say(text: string): void {
  writeSync(2, `${text}\n`);
}

/** Looks from another thread whether one mutant is still at work. */
const WATCH = `
const { workerData: { beat, HUNG_MS } } = require('node:worker_threads');
const { writeSync } = require('node:fs');
let last = -1, since = 0;
setInterval(() => {
  const [busy, number] = [Atomics.load(beat, 0), Atomics.load(beat, 1)];
  since = busy && number === last ? since + 1000 : 0;
  last = number;
  if (since < HUNG_MS) return;
  writeSync(2, 'The debugger hangs on the mutant that was opened as number ' + number + '\\n');
  process.kill(process.pid, 'SIGKILL');
}, 1000).unref?.();
`;
