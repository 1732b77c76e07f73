import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Actor } from '#domain/actor.ts';
import type { Database } from './database.ts';
import { ReadGaps } from './read-gaps.ts';
import { insertOf, type ReadSubject, type WaitingRecord } from './read-record-rows.ts';
import { ReadRecorder } from './read-recorder.ts';
import { Unavailable } from './unavailable.ts';

export type { ReadSubject } from './read-record-rows.ts';

/** What became of reads since the process started; `waiting`: noted and not stored yet. */
export type ReadCounts = { waiting: number; stored: number; lost: number; failedFlushes: number };

const defaults = {
  /** So many do not wait any longer. */
  batch: 500,
  /** Longest wait of the first one, milliseconds: what a crash can lose. */
  wait: 1000,
  /** So many are kept while the database does not take them: about 15 MB. */
  maxWaiting: 50_000,
  /** At most so many in one statement. */
  maxRows: 2000,
  /** Longest pause before the next attempt, milliseconds. */
  maxPause: 30_000,
  /** How often a process without reads to record shows that it is there, milliseconds. */
  heartbeat: 20_000,
  /** How long the end waits for the database, milliseconds. */
  closing: 3000,
};

/**
 * Records who read whose data, beside the requests: a read is noted without waiting for anything, and stored in a batch at most a
 * second later. What the database does not take is kept and tried again; what does not fit any more is counted, and the count is
 * stored. A process that is killed leaves a row which says since when reads may be missing (docs/operations.md, "Who read what").
 */
export class ReadRecords {
  readonly #database: Database;
  readonly #limits: typeof defaults;
  readonly #onError: (error: Error) => void;
  readonly #recorder: ReadRecorder;
  readonly #gaps: ReadGaps;
  #waiting = new Map<number, WaitingRecord[]>();
  #count = 0;
  #stored = 0;
  #failedFlushes = 0;
  /** Failed flushes since the last one that did not fail. */
  #failures = 0;
  #heartbeat: NodeJS.Timeout | undefined;
  #timer: NodeJS.Timeout | undefined;
  #urgent = false;
  #flushing: Promise<void> | undefined;
  #closed = false;

  constructor(
    database: Database,
    options: { onError?: ((error: Error) => void) | undefined; limits?: Partial<typeof defaults> } = {},
  ) {
    this.#database = database;
    this.#limits = { ...defaults, ...options.limits };
    this.#onError = options.onError ?? (() => {});
    this.#recorder = new ReadRecorder(database);
    this.#gaps = new ReadGaps(database, this.#onError);
  }

  /**
   * Makes this process known, so that what a crash loses does not go unnoticed. The first read does so too, but a crash within
   * milliseconds of it would leave no trace: to be called before requests are served.
   *
   * @throws Unavailable
   */
  async start(): Promise<void> {
    if (this.#heartbeat) return;
    this.#heartbeat = setInterval(() => void this.flush(), this.#limits.heartbeat).unref();
    await this.#recorder.seen(new Date());
  }

  /** Notes that the actor was shown data of these customers; each is among them once. */
  note(actor: Actor, operation: string, subjects: readonly ReadSubject[]): void {
    const { organisation, client, correlationId, requestId } = actor;
    if (this.#closed || this.#count + subjects.length > this.#limits.maxWaiting) {
      this.#gaps.add(organisation.id, subjects.length);
    } else {
      if (!this.#heartbeat) this.start().catch(this.#onError);
      const waiting = this.#waiting.get(organisation.id) ?? [];
      this.#waiting.set(organisation.id, waiting);
      for (const { customerNumber, accountNumber } of subjects) {
        waiting.push({
          customerNumber,
          accountNumber,
          at: actor.now,
          requestId,
          correlationId: correlationId === requestId ? null : correlationId,
          client,
          actor: actor.name,
          dialect: actor.dialect,
          operation,
        });
      }
      this.#count += subjects.length;
    }
    this.#schedule();
  }

  /** Tries to store all that was noted until now. Never rejects: what could not be stored is tried again later. */
  async flush(): Promise<void> {
    if (!this.#heartbeat) return;
    await this.#flushing;
    await this.#flushNow();
  }

  /** For metrics. */
  get counts(): ReadCounts {
    return { waiting: this.#count, stored: this.#stored, lost: this.#gaps.lost, failedFlushes: this.#failedFlushes };
  }

  /**
   * Stores what is left, and writes down that this process ended in order. Takes three seconds at most, and never rejects: a statement
   * that has not been answered by then is left to itself.
   */
  async close(): Promise<void> {
    const started = this.#heartbeat !== undefined && !this.#closed;
    this.#closed = true;
    clearInterval(this.#heartbeat);
    clearTimeout(this.#timer);
    if (!started) return;
    const deadline = AbortSignal.timeout(this.#limits.closing);
    try {
      await Promise.race([this.#end(deadline), once(deadline, 'abort')]);
      if (this.#unstored) throw new Error(`${this.#count} reads were not recorded before the end`);
      if (deadline.aborted) throw new Error('reads were recorded, but not that none are missing');
    } catch (error) {
      this.#onError(error as Error);
    }
  }

  async #end(deadline: AbortSignal): Promise<void> {
    await this.flush();
    while (this.#unstored && !deadline.aborted) {
      await sleep(100);
      await this.flush();
    }
    if (!deadline.aborted) await this.#recorder.ended(new Date());
  }

  get #unstored(): boolean {
    return this.#count > 0 || this.#gaps.unstored;
  }

  #flushNow(): Promise<void> {
    this.#flushing ??= this.#store().finally(() => {
      this.#flushing = undefined;
      if (this.#unstored) this.#schedule();
    });
    return this.#flushing;
  }

  /** Sees to the next flush. One that is under way does so when it ends; after one that failed there is a pause. */
  #schedule(): void {
    if (this.#flushing || this.#closed) return;
    const { batch, wait, maxPause } = this.#limits;
    const urgent = this.#count >= batch && this.#failures === 0;
    if (this.#timer && urgent === this.#urgent) return;
    clearTimeout(this.#timer);
    this.#urgent = urgent;
    const delay = urgent ? 0 : Math.min(wait * 2 ** this.#failures, maxPause);
    this.#timer = setTimeout(() => void this.#flushNow(), delay).unref();
  }

  async #store(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const began = new Date();
    const taken = this.#waiting;
    this.#waiting = new Map();
    try {
      await this.#storeRecords(taken);
      await this.#gaps.store();
      await this.#recorder.seen(began);
      this.#failures = 0;
    } catch (cause) {
      this.#failures += 1;
      this.#failedFlushes += 1;
      this.#onError(new Error(`records of ${this.#count} reads wait to be stored`, { cause }));
    }
  }

  /** What is not stored waits again, before what came meanwhile. Throws a failure after all organisations had their turn. */
  async #storeRecords(taken: Map<number, WaitingRecord[]>): Promise<void> {
    const { maxRows } = this.#limits;
    let failure: unknown;
    for (const [organisationId, records] of taken) {
      try {
        // Where there is no database, there is none for the other organisations.
        while (records.length > 0 && !(failure instanceof Unavailable)) {
          this.#stored += await this.#insert(organisationId, records.slice(0, maxRows));
          this.#count -= records.splice(0, maxRows).length;
        }
      } catch (error) {
        failure = error;
      }
      if (records.length > 0)
        this.#waiting.set(organisationId, [...records, ...(this.#waiting.get(organisationId) ?? [])]);
    }
    if (failure !== undefined) throw failure;
  }

  /** Returns how many are stored: a record that the database refuses for what it is does not keep back the others. */
  async #insert(organisationId: number, records: WaitingRecord[]): Promise<number> {
    try {
      await this.#write(organisationId, records);
      return records.length;
    } catch (error) {
      if (!isRefused(error)) throw error;
      if (records.length === 1) {
        this.#onError(error as Error);
        this.#gaps.add(organisationId, 1);
        return 0;
      }
      const middle = records.length >> 1;
      const first = await this.#insert(organisationId, records.slice(0, middle));
      return first + (await this.#insert(organisationId, records.slice(middle)));
    }
  }

  async #write(organisationId: number, records: WaitingRecord[]): Promise<void> {
    try {
      await this.#database.write(organisationId, [insertOf(organisationId, records)]);
    } catch (error) {
      if (!isRepeated(error)) throw error;
      await this.#database.write(organisationId, [insertOf(organisationId, records, { missing: true })]);
    }
  }
}

/** Some of the records are stored already. */
function isRepeated(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.code === '23505';
}

/** Data exceptions and violated constraints: the same row will never be taken. */
function isRefused(error: unknown): boolean {
  return error instanceof pg.DatabaseError && /^2[23]/.test(error.code ?? '');
}
