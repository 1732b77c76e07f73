import type { Actor } from '#domain/actor.ts';
import { changedMembers, listFaults } from '#domain/catalogue-rules.ts';
import { compact } from '#domain/compact.ts';
import type { EntitlementList } from '#domain/entitlement-list.ts';
import { Refusal, refuseFaults } from '#domain/refusal.ts';
import type { Store } from '#store/store.ts';
import { changeCatalogue } from '../catalogue.ts';
import { readEntitlementList } from './read.ts';

/** What of a list can change; `undefined` removes. */
export type EntitlementListEdit = Partial<Record<'description' | 'license', string | undefined>> &
  Partial<Pick<EntitlementList, 'title' | 'published'>>;

/**
 * Changes an entitlement list. No effective change leaves everything as it was.
 *
 * @throws Refusal `not-found`, `precondition`, `invalid`
 */
export function changeEntitlementList(
  store: Store,
  actor: Actor,
  slug: string,
  change: { edit: EntitlementListEdit; ifMatch?: ((list: EntitlementList) => boolean) | undefined },
): Promise<EntitlementList> {
  return changeCatalogue(store, actor, async () => {
    const before = await readEntitlementList(store, actor, slug);
    if (change.ifMatch && !change.ifMatch(before)) throw new Refusal({ kind: 'precondition' });
    const edited = compact({ ...before, ...change.edit }) as EntitlementList;
    refuseFaults(listFaults(edited, before));
    const members = changedMembers(before, edited);
    if (members.length === 0) return { result: before };
    const list = raised(edited, actor);
    const { version } = list;
    const write = {
      operation: 'entitlement-lists.change',
      subjectKey: slug,
      guards: [guardOf(before)],
      list,
      changes: [{ subject: 'entitlement-list', key: slug, kind: 'updated', version, members } as const],
    };
    return { result: list, write };
  });
}

/** A list with the version it has after a write of it, or of one of its types: both are what is published. */
export function raised(list: EntitlementList, actor: Actor): EntitlementList {
  return { ...list, version: list.version + 1, changedAt: actor.now.toISOString() };
}

/** A list and its types are written only as long as the list has the version that was read first. */
export function guardOf({ slug, version }: EntitlementList) {
  return { subject: 'entitlement-list', key: slug, expected: version } as const;
}
