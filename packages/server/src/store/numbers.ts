import type { Database } from './database.ts';

/**
 * Hands out numbers of a plain sequence from a block fetched ahead, so that a create stays one round trip. Numbers are unique
 * for ever; a block that a stopped process had left over is a gap.
 */
export class Numbers {
  readonly #database: Database;
  readonly #sequence: 'customer_number' | 'row_number';
  readonly #block: number;
  #left: number[] = [];
  #fetching: Promise<void> | undefined;

  constructor(database: Database, sequence: 'customer_number' | 'row_number', block = 64) {
    this.#database = database;
    this.#sequence = sequence;
    this.#block = block;
  }

  async next(): Promise<number> {
    while (this.#left.length === 0) await this.#fetch();
    const number = this.#left.pop() as number;
    if (this.#left.length < this.#block / 4) this.#fetch().catch(() => undefined); // the next caller without numbers meets the error itself
    return number;
  }

  #fetch(): Promise<void> {
    this.#fetching ??= this.#database
      .global(`select nextval('${this.#sequence}') as number from generate_series(1, $1)`, [this.#block])
      .then((rows) => {
        // The list is emptied from its end: the newest block goes in front, lowest number last.
        this.#left = [...rows.map((row) => row.number as number).reverse(), ...this.#left];
      })
      .finally(() => {
        this.#fetching = undefined;
      });
    return this.#fetching;
  }
}
