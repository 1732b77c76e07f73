import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { Database } from './database.ts';
import { assertReplica, factsOf, NotAReplica } from './replica-facts.ts';
import { ReplicaLag } from './replica-lag.ts';
import { type Source, sourceOf } from './source.ts';
import { Unavailable } from './unavailable.ts';

/** Said when the replica begins or ceases to be used. `hindrance` completes "the replica ...". */
export type ReplicaNews = { inUse: true } | { inUse: false; hindrance: string; cause?: unknown };

export type ReplicaOptions = {
  connection: pg.ClientConfig;
  maxConnections?: number;
  tell?: (news: ReplicaNews) => void;
  /** Milliseconds from one look at the replica to the next; one that failed is left alone for as long. */
  interval?: number;
  /** Milliseconds behind the primary at which the replica is no longer used. */
  longestLag?: number;
};

/** What hangs for longer is read in the primary. A page of a history takes a tenth of a second. */
const queryTimeout = 10_000;
/** The first looks at a replica follow each other more closely: a server that writes is always a little ahead. */
const first = { looks: 10, interval: 100 };

/**
 * A hot standby that is read in the primary's place. It is left out as soon as it fails or falls far behind, and used again when it
 * answers and has caught up; both are said once. Every few seconds it is looked at: connections outlive a promotion, and a standby
 * whose replication is broken answers happily with what it has.
 */
export class Replica {
  readonly #primary: Database;
  readonly #source: Source;
  readonly #tell: (news: ReplicaNews) => void;
  readonly #interval: number;
  readonly #longestLag: number;
  readonly #lag = new ReplicaLag();
  #hindrance: string | undefined = 'has not been looked at yet';
  /** How often it was left: what began before the last time says nothing of what is so since. */
  #times = 0;
  #next: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(primary: Database, { connection, maxConnections, tell, interval, longestLag }: ReplicaOptions) {
    this.#primary = primary;
    this.#source = sourceOf(
      new Database(connection, { queryTimeout, standby: true, ...(maxConnections ? { maxConnections } : {}) }),
    );
    this.#tell = tell ?? (() => {});
    this.#interval = interval ?? 5_000;
    this.#longestLag = longestLag ?? 60_000;
  }

  get inUse(): boolean {
    return this.#hindrance === undefined;
  }

  /** What `work` finds in the replica; undefined when the replica is not in use or `work` fails, which mostly puts it out of use. */
  async attempt<T extends object>(work: (source: Source) => Promise<T>): Promise<T | undefined> {
    if (!this.inUse) return undefined;
    const times = this.#times;
    try {
      return await work(this.#source);
    } catch (error) {
      // Those that failed together say it once; and a defect in `work`, which shows itself in the primary, is not the replica's.
      if (times === this.#times && !(error instanceof TypeError)) this.#leave(failed, error);
      return undefined;
    }
  }

  /**
   * Looks at the replica and goes on doing so. One that cannot be reached, or is behind, is used later.
   *
   * @returns what speaks against using it ever
   */
  async start(): Promise<NotAReplica | undefined> {
    let refused = await this.#look();
    for (let looks = 1; looks < first.looks && this.#hindrance === behind; looks += 1) {
      await sleep(first.interval);
      refused = await this.#look();
    }
    this.#lookLater();
    return refused;
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#next);
    await this.#source.database.close();
  }

  #lookLater(): void {
    clearTimeout(this.#next);
    if (this.#closed) return;
    this.#next = setTimeout(() => void this.#look().then(() => this.#lookLater()), this.#interval).unref();
  }

  /** Decides whether the replica is used. Never rejects; returns what it found against it for good. */
  async #look(): Promise<NotAReplica | undefined> {
    const times = this.#times;
    try {
      const replica = await factsOf(this.#source.database);
      // Asked after it, so it cannot be behind the replica. Without the primary nothing can be told, and little be answered.
      const primary = await factsOf(this.#primary).catch(() => undefined);
      if (!primary) return undefined;
      assertReplica(replica, primary);
      const now = performance.now();
      this.#lag.note(now, primary.wal, replica.wal);
      if (replica.wal > primary.wal) this.#leave(ahead);
      else if (this.#isBehind(now)) this.#leave(behind);
      else if (times === this.#times) this.#use();
      return undefined;
    } catch (error) {
      if (!(error instanceof NotAReplica)) this.#leave(failed, error);
      else this.#leave(error.message);
      return error instanceof NotAReplica ? error : undefined;
    }
  }

  /** Once left for being behind it has to be nearly there, or it would come and go. */
  #isBehind(now: number): boolean {
    const most = this.inUse ? this.#longestLag : Math.min(2 * this.#interval, this.#longestLag);
    return this.#lag.behind(now) > most;
  }

  #use(): void {
    if (this.inUse || this.#closed) return;
    this.#hindrance = undefined;
    this.#tell({ inUse: true });
  }

  #leave(hindrance: string, cause?: unknown): void {
    const said = this.#hindrance;
    this.#hindrance = hindrance;
    this.#times += 1;
    if (said === undefined) this.#lookLater();
    if (said === hindrance || this.#closed) return;
    this.#tell({ inUse: false, hindrance, ...(cause === undefined ? {} : { cause: causeOf(cause) }) });
  }
}

const failed = 'failed';
const behind = 'is too far behind the primary';
const ahead = 'is ahead of the primary, as after a failover or restore that it did not follow';

function causeOf(error: unknown): unknown {
  return error instanceof Unavailable ? error.cause : error;
}
