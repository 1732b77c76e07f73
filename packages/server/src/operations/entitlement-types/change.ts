import type { Actor } from '#domain/actor.ts';
import { changedMembers, typeFaults } from '#domain/catalogue-rules.ts';
import { compact } from '#domain/compact.ts';
import type { EntitlementType } from '#domain/entitlement-list.ts';
import { Refusal, refuseFaults } from '#domain/refusal.ts';
import type { Store } from '#store/store.ts';
import { changeCatalogue, concernsAccounts, typeChange } from '../catalogue.ts';
import { guardOf, raised } from '../entitlement-lists/change.ts';
import { readEntitlementList } from '../entitlement-lists/read.ts';
import { readEntitlementType } from './read.ts';

type Optional = 'defaultDuration' | 'category' | 'evidenceName' | 'evidenceDescription' | 'evidenceUrl';

/** What of a type can change; `undefined` removes. A type is retired, never deleted; a retired one can become active again. */
export type EntitlementTypeEdit = Partial<Record<Optional, string | undefined>> &
  Partial<Pick<EntitlementType, 'label' | 'status' | 'hidden' | 'position' | 'evidence' | 'evidenceDeadlineDays'>>;

/**
 * Changes an entitlement type. What accounts show of it (label, hidden, category) is carried to those that hold it afterwards. No
 * effective change leaves everything as it was.
 *
 * @throws Refusal `not-found`, `precondition`, `invalid`
 */
export function changeEntitlementType(
  store: Store,
  actor: Actor,
  { list: slug, id }: { list: string; id: string },
  change: { edit: EntitlementTypeEdit; ifMatch?: ((type: EntitlementType) => boolean) | undefined },
): Promise<EntitlementType> {
  return changeCatalogue(store, actor, async () => {
    // First: its version guards all that is read of its types after it.
    const list = await readEntitlementList(store, actor, slug);
    const before = await readEntitlementType(store, actor, slug, id);
    if (change.ifMatch && !change.ifMatch(before)) throw new Refusal({ kind: 'precondition' });
    const edited = compact({ ...before, ...change.edit }) as EntitlementType;
    refuseFaults(typeFaults(edited, before));
    if (changedMembers(before, edited).length === 0) return { result: before };
    const type = { ...edited, version: before.version + 1 };
    const write = {
      operation: 'entitlement-types.change',
      subjectKey: `${slug}#${id}`,
      guards: [guardOf(list)],
      list: raised(list, actor),
      types: [{ type, propagating: concernsAccounts(before, type) }],
      changes: [typeChange(before, type)],
    };
    return { result: type, write };
  });
}
