import type { Core } from '../../machine/core.js';

/** What a row asks for, as assembly/kernel/objects/handle-batch.ts knows it. */
const VERBS = { open: 0, create: 1, file: 2, key: 3, connect: 4, listen: 5, map: 6, register: 7 } as const;
const FIRST_ROOM = 256; // rows; most processes have a few hundred handles
const ROW_BYTES = 32; // u64 subject, u32 verb, type, detail, access, attributes, handle

/** Handles to be opened for one process, sent to the core in batches and in order. */
export class HandleRows {
  readonly #core: Core;
  readonly #process: bigint;
  readonly #most: number;
  #view: DataView<ArrayBuffer>;
  #rows = 0;

  constructor(core: Core, process: bigint) {
    this.#core = core;
    this.#process = process;
    this.#most = Math.floor(core.exports.exchangeBytes() / ROW_BYTES);
    this.#view = rowsFor(Math.min(FIRST_ROOM, this.#most));
  }

  /**
   * Asks for a handle. `subject` is what the verb works on: the object to open, a file's device, a key's control
   * block, a server's port, a section's control area,
   * a provider of events. `detail` is an object's variant or the number of a file's name.
   */
  add(
    verb: keyof typeof VERBS,
    subject: bigint,
    type: number,
    detail: number,
    access: number,
    attributes = 0,
  ): void {
    if (this.#rows === this.#most) this.send();
    else if (this.#rows * ROW_BYTES === this.#view.byteLength) this.#grow();
    const at = this.#rows++ * ROW_BYTES;
    const view = this.#view;
    view.setBigUint64(at, subject, true);
    view.setUint32(at + 8, VERBS[verb], true);
    view.setUint32(at + 12, type, true);
    view.setUint32(at + 16, detail, true);
    view.setUint32(at + 20, access, true);
    view.setUint32(at + 24, attributes, true);
  }

  /** Opens what has been asked for. To be called before other things are done that the order of handles matters for. */
  send(): void {
    if (this.#rows === 0) return;
    this.#core.putBytes(new Uint8Array(this.#view.buffer, 0, this.#rows * ROW_BYTES));
    this.#core.exports.handleOpenMany(this.#process, this.#rows);
    this.#rows = 0;
  }

  #grow(): void {
    const larger = rowsFor(Math.min(this.#rows * 4, this.#most));
    new Uint8Array(larger.buffer).set(new Uint8Array(this.#view.buffer));
    this.#view = larger;
  }
}

function rowsFor(rows: number): DataView<ArrayBuffer> {
  return new DataView(new ArrayBuffer(rows * ROW_BYTES));
}
