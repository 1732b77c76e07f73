import { uuidv7 } from 'uuidv7';
import type { Database, Statement } from './database.ts';

type Gap = { id: string; beganAt: Date; endedAt: Date; lost: number; stored: boolean };

/** What is lost within so many milliseconds of each other is one gap. */
const apart = 60_000;

// The same gap again and again, as it grows.
const write: Statement = {
  name: 'read-gap-write',
  text: `insert into read_gap (organisation_id, id, began_at, ended_at, lost) values ($1, $2, $3, $4, $5)
    on conflict (organisation_id, id) do update set ended_at = excluded.ended_at, lost = excluded.lost`,
};

/** Counts reads of which no record can be kept, by organisation, and stores the counts. */
export class ReadGaps {
  readonly #database: Database;
  readonly #onError: (error: Error) => void;
  /** The newest gap of each organisation; one that is not stored stays the newest until it is. */
  readonly #newest = new Map<number, Gap>();
  #lost = 0;

  constructor(database: Database, onError: (error: Error) => void) {
    this.#database = database;
    this.#onError = onError;
  }

  /** How many reads were lost since the process started. */
  get lost(): number {
    return this.#lost;
  }

  /** Whether there are counts that the database does not have. */
  get unstored(): boolean {
    return [...this.#newest.values()].some((gap) => !gap.stored);
  }

  /** Counts reads that are lost now. */
  add(organisationId: number, lost: number): void {
    this.#lost += lost;
    const now = new Date();
    const newest = this.#newest.get(organisationId);
    if (newest && (!newest.stored || now.getTime() - newest.endedAt.getTime() < apart)) {
      Object.assign(newest, { endedAt: now, lost: newest.lost + lost, stored: false });
      return;
    }
    this.#newest.set(organisationId, { id: uuidv7(), beganAt: now, endedAt: now, lost, stored: false });
    this.#onError(new Error(`reads of organisation ${organisationId} are not recorded: they are counted as lost`));
  }

  /** Stores the counts that the database does not have. Throws Unavailable. */
  async store(): Promise<void> {
    for (const [organisationId, gap] of this.#newest) {
      if (gap.stored) continue;
      const { id, beganAt, endedAt, lost } = gap;
      await this.#database.write(organisationId, [{ ...write, values: [organisationId, id, beganAt, endedAt, lost] }]);
      gap.stored = gap.lost === lost;
    }
  }
}
