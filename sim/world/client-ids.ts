const FIRST_OF_A_PAGE = 1024; // the first entry of each page of a handle table is never a handle, nor an id

/** Client ids: multiples of 4, with gaps as a machine that has run for a while has them. */
export class ClientIds {
  #next = 4;
  #state: bigint;

  constructor(seed: bigint) {
    this.#state = BigInt.asUintN(64, seed ^ 0x6c62272e07bb0142n);
  }

  next(): number {
    const id = this.#next;
    this.#state = BigInt.asUintN(64, this.#state * 6364136223846793005n + 1442695040888963407n);
    this.#next += 4 * (1 + Number(this.#state >> 60n));
    if (this.#next % FIRST_OF_A_PAGE === 0) this.#next += 4;
    return id;
  }
}
