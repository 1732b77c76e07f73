import { setTimeout } from 'node:timers/promises';
import type { Account, Aggregate } from '#domain/account.ts';
import type { Actor } from '#domain/actor.ts';
import { type Cause, type Changeset, changesetOf } from '#domain/changeset.ts';
import { settled } from '#domain/holdings.ts';
import { Refusal } from '#domain/refusal.ts';
import type { StoredCustomer } from '#store/customers.ts';
import type { KeptAnswer } from '#store/plan.ts';
import type { Store } from '#store/store.ts';
import { Unavailable } from '#store/unavailable.ts';
import type { Outcome } from '#store/writer.ts';
import { storedAccount } from './accounts/stored.ts';
import { noteRead } from './reads/note.ts';

/** Which customer a write is about: by number, by an account, or by both (then the account must be that customer's). */
export type Target = { customerNumber: number; identifier?: string } | { identifier: string };

/** Makes the answer that is kept for the request's Idempotency-Key, from what was written. */
export type Keep<R> = ((result: R) => KeptAnswer) | undefined;

type Change = {
  operation: string;
  channel?: string;
  /** Whether the entity tag of If-Match names the present state. */
  ifMatch?: ((aggregate: Aggregate) => boolean) | undefined;
  /** The aggregate as it should become. `firstVersion` is where the version of a newly created account starts. May throw a Refusal. */
  edit: (aggregate: Aggregate, firstVersion: number) => Aggregate | Promise<Aggregate>;
  /** Why accounts or the customer go, if they do. */
  gone?: Cause;
  keep?: Keep<Aggregate>;
};

/** So many attempts at least, and as long as a lock is waited for: a burst of writes on another server can win each of them. */
const [maxAttempts, patience] = [30, 5000];

/**
 * Changes one customer with all accounts: reads, edits, writes guarded by the customer's version, and starts over when somebody
 * else was first. Nothing is written when the edit changes nothing (unless an answer is to be kept).
 *
 * @returns the aggregate as it is stored now
 * @throws Refusal `not-found`, `gone`, `precondition`, `taken`, and what `edit` throws; Unavailable
 */
export async function changeAggregate(store: Store, actor: Actor, target: Target, change: Change): Promise<Aggregate> {
  const first = await load(store, actor, target);
  const { number } = first.customer;
  return store.turns.take(`${actor.organisation.id}:${number}`, async (waited) => {
    let before = waited ? await load(store, actor, target) : first;
    let replaces: number | undefined;
    const begun = performance.now();
    for (let attempt = 0; attempt < maxAttempts || performance.now() < begun + patience; attempt += 1) {
      if (change.ifMatch && !change.ifMatch(before)) throw new Refusal({ kind: 'precondition' });
      const edited = settledWhereTouched(before, await change.edit(before, (replaces ?? 0) + 1), actor);
      const changeset = changesetOf(before, edited, change.gone);
      const after = changeset?.after ?? before;
      const outcome = await commit(store, actor, change, after, changeset, replaces);
      if (outcome.outcome === 'written') {
        // What was not changed has no audit; what is shown of it was read.
        if (!changeset) noteRead(store, actor, change.operation, after);
        return after;
      }
      if (outcome.outcome === 'tombstone') replaces = outcome.version;
      else {
        // Two servers in lockstep could leave the same one last every time; chance breaks the step.
        await setTimeout(Math.random() * Math.min(2 ** attempt, 32));
        before = await load(store, actor, target);
      }
    }
    throw new Unavailable(new Error('the customer is being changed by too many others'));
  });
}

/**
 * Creates a customer, with or without a first account, in one round trip.
 *
 * @param build makes the aggregate; `firstVersion` is where the version of the account starts
 * @throws Refusal `taken`, `identifier-erased`; Unavailable
 */
export async function createAggregate(
  store: Store,
  actor: Actor,
  creation: { operation: string; channel?: string; keep?: Keep<Aggregate> },
  build: (firstVersion: number) => Aggregate | Promise<Aggregate>,
): Promise<Aggregate> {
  let replaces: number | undefined;
  for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
    const built = settledWhereTouched(undefined, await build((replaces ?? 0) + 1), actor);
    const changeset = changesetOf(undefined, built) as Changeset;
    const outcome = await commit(store, actor, creation, changeset.after, changeset, replaces);
    if (outcome.outcome === 'written') return changeset.after;
    // Stale: what it was built from (an entitlement type) has just changed.
    if (outcome.outcome === 'tombstone') replaces = outcome.version;
  }
  throw new Unavailable(new Error('the identifier is being created and deleted by others'));
}

/** What days have done to the accounts that a write touches anyway is written with it. */
function settledWhereTouched(before: Aggregate | undefined, edited: Aggregate, actor: Actor): Aggregate {
  const known = new Set(before?.accounts);
  return { ...edited, accounts: edited.accounts.map((one) => (known.has(one) ? one : settled(one, actor))) };
}

/** The account with this identifier in an aggregate that was found by it. */
export function accountIn(aggregate: Aggregate, identifier: string): Account {
  const account = aggregate.accounts.find((candidate) => candidate.identifier === identifier);
  if (!account) throw new Refusal({ kind: 'not-found', subject: 'account' });
  return account;
}

type Committing = { operation: string; channel?: string; keep?: Keep<Aggregate> };

async function commit(
  store: Store,
  actor: Actor,
  { operation, channel, keep }: Committing,
  after: Aggregate,
  changeset: Changeset | undefined,
  replaces: number | undefined,
): Promise<Outcome> {
  if (!changeset && !keep) return { outcome: 'written', changeNumber: 0 };
  const outcome = await store.writer.commit({
    actor,
    operation,
    ...(channel === undefined ? {} : { channel }),
    ...(changeset ? { changeset } : { unchanged: after }),
    ...(replaces === undefined ? {} : { replaces }),
    ...(keep ? { keep: keep(after) } : {}),
  });
  if (outcome.outcome === 'taken') {
    const { key, pass } = outcome;
    throw new Refusal({ kind: 'taken', key, ...(pass ? { pass } : {}) });
  }
  if (outcome.outcome === 'erased-identifier') throw new Refusal({ kind: 'identifier-erased' });
  // Another process was first with this Idempotency-Key: its answer is replayed by whoever catches this.
  if (outcome.outcome === 'idempotency') throw new Refusal({ kind: 'idempotency-busy' });
  return outcome;
}

async function load(store: Store, actor: Actor, target: Target): Promise<Aggregate> {
  const { id } = actor.organisation;
  if (!('customerNumber' in target)) {
    const stored = await store.customers.findByAccount(id, target.identifier);
    if (!stored) throw await missingAccount(store, actor, target.identifier);
    return aggregateOf(stored, 'account');
  }
  const stored = await store.customers.find(id, target.customerNumber);
  if (!stored) throw new Refusal({ kind: 'not-found', subject: 'customer' });
  const aggregate = aggregateOf(stored, 'customer');
  if (target.identifier !== undefined) accountIn(aggregate, target.identifier);
  return aggregate;
}

/** `gone` when a tombstone stands, or stood, under the identifier, else `not-found`. */
export async function missingAccount(store: Store, actor: Actor, identifier: string): Promise<Refusal> {
  const tombstone = await storedAccount(store, actor, identifier);
  return new Refusal({ kind: tombstone ? 'gone' : 'not-found', subject: 'account' });
}

function aggregateOf(stored: StoredCustomer, subject: 'customer' | 'account'): Aggregate {
  if (stored.state === 'erased') throw new Refusal({ kind: 'gone', subject });
  return stored.aggregate;
}
