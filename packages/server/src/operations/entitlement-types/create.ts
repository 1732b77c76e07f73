import { uuidv7 } from 'uuidv7';
import type { Actor } from '#domain/actor.ts';
import { maxTypesPerList, typeFaults } from '#domain/catalogue-rules.ts';
import { compact } from '#domain/compact.ts';
import type { EntitlementType } from '#domain/entitlement-list.ts';
import { Refusal, refuseFaults } from '#domain/refusal.ts';
import type { Store } from '#store/store.ts';
import { changeCatalogue, typeChange } from '../catalogue.ts';
import { guardOf, raised } from '../entitlement-lists/change.ts';
import { readEntitlementList } from '../entitlement-lists/read.ts';
import type { Keep } from '../write.ts';

/** A new type; without an id it gets a UUIDv7, without a position it comes last. */
export type NewEntitlementType = Pick<EntitlementType, 'label'> &
  Partial<Omit<EntitlementType, 'number' | 'list' | 'uri' | 'scheme' | 'version' | 'status'>>;

/**
 * Creates an entitlement type in a list of the organisation's own.
 *
 * @throws Refusal `not-found` (list), `invalid`, `exists` (id), `catalogue-state` (the list was adopted, or is full)
 */
export async function createEntitlementType(
  store: Store,
  actor: Actor,
  slug: string,
  input: NewEntitlementType,
  keep?: Keep<EntitlementType>,
): Promise<EntitlementType> {
  refuseFaults(typeFaults(input));
  const { organisation } = actor;
  const id = input.id ?? uuidv7();
  const attempt = async () => {
    // First: its version guards all that is read of its types after it.
    const list = await readEntitlementList(store, actor, slug);
    if (list.uri !== undefined) throw new Refusal({ kind: 'catalogue-state', why: 'adopted-list' });
    const [[known], extent] = await Promise.all([
      store.entitlementTypes.find(organisation.id, [{ list: slug, id }]),
      store.entitlementTypes.extentOf(organisation.id, slug),
    ]);
    if (known) throw new Refusal({ kind: 'exists', subject: 'entitlement-type', member: 'id' });
    if (extent.count >= maxTypesPerList) throw new Refusal({ kind: 'catalogue-state', why: 'full-list' });
    const type: EntitlementType = compact({
      hidden: false,
      evidence: 'none',
      evidenceDeadlineDays: 14,
      position: extent.lastPosition + 1,
      ...input,
      id,
      number: await store.rowNumbers.next(),
      list: slug,
      version: 1,
      status: 'active',
    });
    const write = {
      operation: 'entitlement-types.create',
      subjectKey: `${slug}#${id}`,
      guards: [guardOf(list)],
      list: raised(list, actor),
      types: [{ type, propagating: false }],
      changes: [typeChange(undefined, type)],
    };
    return { result: type, write };
  };
  return changeCatalogue(store, actor, attempt, keep);
}
