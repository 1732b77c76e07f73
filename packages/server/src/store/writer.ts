import pg from 'pg';
import type { UniqueKey } from '#domain/refusal.ts';
import { commitBatch, lockCounter } from './commit/commit.ts';
import type { Database, Row } from './database.ts';
import type { PassRow } from './held-rows.ts';
import { type Plan, planOf, type Write } from './plan.ts';
import { Unavailable } from './unavailable.ts';

/** How one write ended. Only `written` left anything behind. */
export type Outcome =
  | { outcome: 'written'; changeNumber: number }
  | { outcome: 'stale' }
  | { outcome: 'tombstone'; version: number }
  | { outcome: 'idempotency' }
  | { outcome: 'taken'; key: UniqueKey; pass?: { namespace: string; text: string } }
  | { outcome: 'erased-identifier' };

/** The last wall: which unique key a constraint stands for. */
const constraintKeys: Record<string, UniqueKey> = {
  account_pkey: 'identifier',
  account_account_number: 'accountNumber',
  account_alias: 'alias',
  customer_email: 'email',
  customer_username: 'username',
  customer_customer_ref: 'customerRef',
  access_pass_pkey: 'accessPass',
};

/** Violated, they say that what the write was decided with has gone meanwhile: a namespace that was deleted. */
const staleConstraints = new Set(['access_pass_organisation_id_namespace_fkey', 'account_number_unique']);

/** Who waits longer than this, milliseconds, waits for a lock or for a database that does not answer. */
const patience = 1000;

/** After how many writes of this process it is asked again whether plans have become old. */
const statisticsInterval = 500;

type Waiting = { plan: Plan; since: number; resolve: (outcome: Outcome) => void; reject: (error: unknown) => void };
type Queue = { waiting: Waiting[]; flushing: boolean };

/**
 * The only way state is written. Per organisation at most one transaction of this process is under way; writes that arrive
 * meanwhile share the next one, so they share its commit, and each still gets its own outcome (architecture.md, Settled 1, 2).
 */
export class Writer {
  readonly #database: Database;
  readonly #maxBatch: number;
  readonly #maxAccounts = 1000;
  readonly #maxWaiting: number;
  readonly #queues = new Map<number, Queue>();
  readonly #committed: (organisationId: number) => void;
  readonly #onError: (error: Error) => void;
  #written = 0;
  #nextStatistics = 200;

  constructor(
    database: Database,
    limits: {
      maxBatch?: number;
      maxWaiting?: number;
      /** Called after each commit that left changes behind. */
      committed?: (organisationId: number) => void;
      onError?: (error: Error) => void;
    } = {},
  ) {
    this.#database = database;
    this.#maxBatch = limits.maxBatch ?? 128;
    this.#maxWaiting = limits.maxWaiting ?? 10_000;
    this.#committed = limits.committed ?? (() => {});
    this.#onError = limits.onError ?? (() => {});
  }

  /**
   * Commits one write; durable once this resolves. Rejects with {@link Unavailable} when the outcome is unknown or the queue is full, and
   * with an error that nobody is told when the actor was not admitted in the end.
   */
  commit(write: Write): Promise<Outcome> {
    const { organisation, admitted } = write.actor;
    const plan = planOf(write);
    if (!admitted) return this.#enqueue(organisation.id, plan);
    return admitted.then((may) => {
      if (!may) throw new Error('the write of somebody who was not let in');
      return this.#enqueue(organisation.id, plan);
    });
  }

  #enqueue(id: number, plan: Plan): Promise<Outcome> {
    const queue: Queue = this.#queues.get(id) ?? { waiting: [], flushing: false };
    if (queue.waiting.length >= this.#maxWaiting)
      return Promise.reject(new Unavailable(new Error('too many writes are waiting')));
    this.#queues.set(id, queue);
    return new Promise((resolve, reject) => {
      queue.waiting.push({ plan, since: performance.now(), resolve, reject });
      if (queue.flushing) return;
      queue.flushing = true;
      setImmediate(() => void this.#drain(id, queue));
    });
  }

  async #drain(organisationId: number, queue: Queue): Promise<void> {
    while (queue.waiting.length > 0) {
      const batch = this.#take(queue);
      try {
        await this.#flush(organisationId, batch).catch((error) => {
          // Nothing of it was written, and who was in the way goes on: once more, as one.
          if (!isDeadlock(error)) throw error;
          return this.#flush(organisationId, batch);
        });
      } catch (error) {
        const failure = error instanceof pg.DatabaseError ? await this.#flushApart(organisationId, batch) : error;
        if (failure === undefined) continue;
        for (const one of batch) one.reject(failure);
        // Who has waited long in vain is told so too: batch after batch, the last would hear of it after minutes.
        const late = performance.now() - patience;
        for (const one of queue.waiting) if (one.since < late) one.reject(failure);
        queue.waiting = queue.waiting.filter(({ since }) => since >= late);
      }
    }
    queue.flushing = false;
    this.#queues.delete(organisationId);
  }

  /** Takes the writes that can share a transaction, in order; one that claims a key of another stays for the next. */
  #take(queue: Queue): Waiting[] {
    const claimed = new Set<string>();
    const batch: Waiting[] = [];
    const later: Waiting[] = [];
    let accounts = 0;
    for (const one of queue.waiting) {
      const free = batch.length < this.#maxBatch && !one.plan.claims.some((claim) => claimed.has(claim));
      // Claims of writes that stay are claimed too: order is kept among writes that touch the same keys.
      for (const claim of one.plan.claims) claimed.add(claim);
      const fits = batch.length === 0 || accounts + one.plan.accounts.length <= this.#maxAccounts;
      (free && fits ? batch : later).push(one);
      if (free && fits) accounts += one.plan.accounts.length;
    }
    queue.waiting = later;
    return batch;
  }

  /**
   * Repeats the writes of a batch that failed one by one; a constraint that fires then is the row's own clash.
   *
   * @returns why those that have no outcome yet will have none, or undefined when all have one
   */
  async #flushApart(organisationId: number, batch: Waiting[]): Promise<Unavailable | undefined> {
    for (const one of batch) {
      try {
        await this.#flush(organisationId, [one]);
      } catch (error) {
        if (error instanceof Unavailable) return error;
        const clash = clashOf(error);
        if (clash) one.resolve(clash);
        else one.reject(error);
      }
    }
    return undefined;
  }

  async #flush(organisationId: number, batch: Waiting[]): Promise<void> {
    const [, rows] = await this.#database.write(organisationId, [
      { ...lockCounter, values: [organisationId] },
      commitBatch(
        organisationId,
        batch.map(({ plan }) => plan),
      ),
    ]);
    for (const row of rows as Row[]) {
      const one = batch[row.n as number];
      one?.resolve(outcomeOf(row, one.plan));
    }
    const written = (rows as Row[]).filter((row) => row.outcome === 'written').length;
    if (written > 0) this.#committed(organisationId);
    this.#keepPlansFresh(written);
    // Nobody waits for ever: without a counter row no plan has an outcome.
    for (const one of batch) one.reject(new Error('the database reported no outcome for a write'));
  }

  /**
   * Plans of a table that has just begun to grow read all of it until autovacuum has looked, a minute later: measured 600 creates/s
   * instead of 6,000 after 10,000 of them. Statistics make PostgreSQL plan anew; it takes them only of tables that have doubled.
   */
  #keepPlansFresh(more: number): void {
    this.#written += more;
    if (this.#written < this.#nextStatistics) return;
    this.#nextStatistics = this.#written + statisticsInterval;
    this.#database.global('select refresh_statistics()').catch(this.#onError);
  }
}

function isDeadlock(error: unknown): boolean {
  return error instanceof Unavailable && (error.cause as { code?: string }).code === '40P01';
}

/** What a violated constraint says; undefined for other errors, also those that name an index they do not violate. */
function clashOf(error: unknown): Outcome | undefined {
  const { code = '', constraint = '' } = error as pg.DatabaseError;
  if (!/^23/.test(code)) return undefined;
  if (staleConstraints.has(constraint)) return { outcome: 'stale' };
  const key = constraintKeys[constraint];
  return key && { outcome: 'taken', key };
}

function outcomeOf({ outcome, detail }: Row, plan: Plan): Outcome {
  switch (outcome) {
    case 'written':
      return { outcome, changeNumber: detail as number };
    case 'tombstone':
      return { outcome, version: detail as number };
    case 'stale':
    case 'idempotency':
    case 'erased-identifier':
      return { outcome };
    case 'accessPass': {
      const { namespace, text } = plan.passes[detail as number] as PassRow;
      return { outcome: 'taken', key: outcome, pass: { namespace, text } };
    }
    default:
      return { outcome: 'taken', key: outcome as UniqueKey };
  }
}
