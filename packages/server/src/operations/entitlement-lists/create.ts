import type { Actor } from '#domain/actor.ts';
import { changedMembers, listFaults } from '#domain/catalogue-rules.ts';
import { compact } from '#domain/compact.ts';
import type { EntitlementList } from '#domain/entitlement-list.ts';
import { Refusal, refuseFaults } from '#domain/refusal.ts';
import type { Store } from '#store/store.ts';
import { changeCatalogue } from '../catalogue.ts';
import type { Keep } from '../write.ts';

export type NewEntitlementList = Pick<EntitlementList, 'slug' | 'title' | 'description' | 'license'> & {
  /** Default: yes. */
  published?: boolean;
};

/** Creates an entitlement list of the organisation's own, without types. Throws Refusal `invalid`, `exists` (slug). */
export async function createEntitlementList(
  store: Store,
  actor: Actor,
  input: NewEntitlementList,
  keep?: Keep<EntitlementList>,
): Promise<EntitlementList> {
  refuseFaults(listFaults(input));
  const at = actor.now.toISOString();
  const list = compact({ published: true, ...input, version: 1, createdAt: at, changedAt: at }) as EntitlementList;
  const { slug } = list;
  const attempt = async () => {
    if (await store.entitlementLists.find(actor.organisation.id, slug)) {
      throw new Refusal({ kind: 'exists', subject: 'entitlement-list', member: 'slug' });
    }
    const write = {
      operation: 'entitlement-lists.create',
      subjectKey: slug,
      guards: [{ subject: 'entitlement-list', key: slug, expected: null } as const],
      list,
      changes: [
        {
          subject: 'entitlement-list',
          key: slug,
          kind: 'created',
          version: 1,
          members: changedMembers(undefined, list),
        } as const,
      ],
    };
    return { result: list, write };
  };
  return changeCatalogue(store, actor, attempt, keep);
}
