import type { Database } from './database.ts';

/** Numbers of one fetch: few, so that a server that is seldom asked leaves small gaps; or a tenth of a second of creates. */
const [least, most] = [64, 1024];

/**
 * Hands out numbers of a plain sequence from a block fetched ahead, so that a create stays one round trip. Numbers are unique
 * for ever; a block that a stopped process had left over is a gap.
 */
export class Numbers {
  readonly #database: Database;
  readonly #sequence: 'customer_number' | 'row_number';
  /** As many are fetched at a time: more while they last for less than a second. */
  #block = least;
  #fetched = Number.NEGATIVE_INFINITY;
  #left: number[] = [];
  #fetching: Promise<void> | undefined;

  constructor(database: Database, sequence: 'customer_number' | 'row_number') {
    this.#database = database;
    this.#sequence = sequence;
  }

  async next(): Promise<number> {
    while (this.#left.length === 0) await this.#fetch();
    const number = this.#left.pop() as number;
    if (this.#left.length < this.#block / 4) this.#fetch().catch(() => undefined); // the next caller without numbers meets the error itself
    return number;
  }

  #fetch(): Promise<void> {
    this.#fetching ??= this.#fetchBlock();
    return this.#fetching;
  }

  #fetchBlock(): Promise<void> {
    const now = performance.now();
    this.#block = now - this.#fetched < 1000 ? Math.min(2 * this.#block, most) : least;
    this.#fetched = now;
    return this.#database
      .global(`select nextval('${this.#sequence}') as number from generate_series(1, $1)`, [this.#block])
      .then((rows) => {
        // The list is emptied from its end: the newest block goes in front, lowest number last.
        this.#left = [...rows.map((row) => row.number as number).reverse(), ...this.#left];
      })
      .finally(() => {
        this.#fetching = undefined;
      });
  }
}
