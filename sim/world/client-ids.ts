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
    return id;
  }
}
