import type { Actor } from '#domain/actor.ts';
import type { StoredAnswer } from '#store/answers.ts';
import type { KeptAnswer } from '#store/plan.ts';
import type { Store } from '#store/store.ts';
import { forEachOrganisation } from './periodic.ts';
import { noteRead } from './reads/note.ts';

export type { KeptAnswer } from '#store/plan.ts';

/**
 * Keeps the answer to a refused request, so that a repeat with the same Idempotency-Key gets the same. Holds no personal data.
 *
 * @returns false when another process has kept an answer under this key first
 */
export async function keepRefusal(store: Store, actor: Actor, keep: KeptAnswer): Promise<boolean> {
  const { outcome } = await store.writer.commit({ actor, operation: 'answers.keep', keep });
  return outcome === 'written';
}

/** The answer kept under a request's hash, with the digest of the body it answered; undefined when there is none within 24 hours. */
export function findAnswer(store: Store, actor: Actor, requestHash: string): ReturnType<Store['answers']['find']> {
  return store.answers.find(actor.organisation.id, actor.client.id, requestHash, actor.now);
}

/** Notes that a kept answer is sent again: the data in it is shown once more, and nothing is written that says so. */
export function noteReplay(store: Store, actor: Actor, { shows }: StoredAnswer): void {
  if (shows) noteRead(store, actor, 'answers.replay', shows);
}

/** Deletes answers older than 24 hours; returns how many. Throws the first failure, after all organisations had their turn. */
export async function pruneAnswers(store: Store, now: Date): Promise<number> {
  return forEachOrganisation(store, now, await store.answers.organisationsWithOld(now), async ({ organisation }) => {
    let count = 0;
    for (let pruned = 1000; pruned === 1000; count += pruned) {
      pruned = await store.answers.prune(organisation.id, now, 1000);
    }
    return count;
  });
}
