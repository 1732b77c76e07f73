import { setTimeout } from 'node:timers/promises';
import type { Actor } from '#domain/actor.ts';
import { changedMembers } from '#domain/catalogue-rules.ts';
import type { EntitlementType } from '#domain/entitlement-list.ts';
import { Refusal } from '#domain/refusal.ts';
import { maxSubscriptions } from '#domain/webhook-rules.ts';
import type { CatalogueChange, CatalogueWrite } from '#store/catalogue-writer.ts';
import type { Store } from '#store/store.ts';
import { Unavailable } from '#store/unavailable.ts';
import type { Keep } from './write.ts';

/** What an attempt came to: the result, and what is to be written for it; nothing when it is so already. */
export type Attempt<R> = { result: R; write?: CatalogueWrite };

/** So many attempts at least, and as long as a lock is waited for: a burst of writes on another server can win each of them. */
const [maxAttempts, patience] = [30, 5000];

/**
 * Changes the catalogue: reads, decides, writes guarded by the versions that were read, and starts over when somebody else was first.
 *
 * @param attempt reads and decides; called again after somebody else was first, so it has to see for itself what is taken. May
 *   throw Refusals
 * @throws Refusal `catalogue-state`, `too-many-subscriptions`, `idempotency-busy`, and what `attempt` throws; Unavailable
 */
export function changeCatalogue<R>(
  store: Store,
  actor: Actor,
  attempt: () => Promise<Attempt<R>>,
  keep?: Keep<R>,
): Promise<R> {
  const { organisation } = actor;
  return store.turns.take(`${organisation.id}:catalogue`, async () => {
    const begun = performance.now();
    for (let round = 0; round < maxAttempts || performance.now() < begun + patience; round += 1) {
      const { result, write = nothing } = await attempt();
      if (write === nothing && !keep) return result;
      switch (await store.catalogue.commit(actor, write, keep?.(result))) {
        case 'written':
          return result;
        case 'in-use':
          throw new Refusal({ kind: 'catalogue-state', why: 'namespace-in-use' });
        case 'full':
          throw new Refusal({ kind: 'too-many-subscriptions', limit: maxSubscriptions });
        case 'idempotency':
          // Another process was first with this Idempotency-Key: its answer is replayed by whoever catches this.
          throw new Refusal({ kind: 'idempotency-busy' });
        default:
          await setTimeout(Math.random() * Math.min(2 ** round, 32));
      }
    }
    throw new Unavailable(new Error('the catalogue is being changed by too many others'));
  });
}

/** Only the answer is kept. */
const nothing: CatalogueWrite = { operation: 'answers.keep', subjectKey: '', guards: [], changes: [] };

/** The change that a type in its new form is. */
export function typeChange(before: EntitlementType | undefined, type: EntitlementType): CatalogueChange {
  return {
    subject: 'entitlement-type',
    key: `${type.list}#${type.id}`,
    kind: before ? 'updated' : 'created',
    version: type.version,
    members: changedMembers(before, type),
  };
}

/** Whether accounts that hold a type show something of what changed. */
export function concernsAccounts(before: EntitlementType, type: EntitlementType): boolean {
  return changedMembers(before, type).some((member) => ['label', 'hidden', 'category'].includes(member));
}
