import { uuidv7 } from 'uuidv7';
import type { Database } from './database.ts';

const seen = `insert into read_recorder (id, started_at, seen_at) values ($1, $2, $3)
  on conflict (id) do update set seen_at = excluded.seen_at`;

/** While flushes follow each other closely, not every one of them is written down. */
const interval = 1000;

/** This process's row among those that record reads. Left without an end by a crash, it says since when reads may be missing. */
export class ReadRecorder {
  readonly #database: Database;
  readonly #id = uuidv7();
  readonly #startedAt = new Date();
  #seenAt = 0;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Everything that was noted before this instant is stored. Throws Unavailable. */
  async seen(at: Date): Promise<void> {
    if (at.getTime() < this.#seenAt + interval) return;
    await this.#database.global(seen, [this.#id, this.#startedAt, at]);
    this.#seenAt = at.getTime();
  }

  /** Everything is stored, and nothing more comes. Throws Unavailable. */
  async ended(at: Date): Promise<void> {
    await this.#database.global('update read_recorder set ended_at = $2 where id = $1', [this.#id, at]);
  }
}
