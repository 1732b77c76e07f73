import { changedMembers } from '#domain/catalogue-rules.ts';
import type { EntitlementList, EntitlementType } from '#domain/entitlement-list.ts';
import type { Store } from '#store/store.ts';
import { typeIdMaker } from './slug.ts';

type Revised = { before: EntitlementType; type: EntitlementType };

/**
 * Compares an adopted list's types with the concepts of its scheme: what is to be added, what follows the scheme in label, order or
 * by becoming active again, and what is to be retired because it is gone. What is as it should be is in none of them.
 */
export async function mergeConcepts(
  store: Store,
  { slug, uri: scheme }: EntitlementList,
  present: readonly EntitlementType[],
  concepts: readonly { uri: string; label: string }[],
): Promise<{ added: EntitlementType[]; changed: Revised[]; retired: Revised[] }> {
  const known = new Map(present.map((type) => [type.uri, type]));
  const newId = typeIdMaker(new Set(present.map(({ id }) => id)));
  const added: EntitlementType[] = [];
  const changed: Revised[] = [];
  for (const [position, { uri, label }] of concepts.entries()) {
    const before = known.get(uri);
    known.delete(uri);
    if (before) changed.push(...revised(before, { label, position, status: 'active' }));
    else {
      added.push({
        number: await store.rowNumbers.next(),
        list: slug,
        id: newId(uri),
        uri,
        ...(scheme === undefined ? {} : { scheme }),
        position,
        version: 1,
        label,
        status: 'active',
        hidden: false,
        evidence: 'none',
        evidenceDeadlineDays: 14,
      });
    }
  }
  const retired = [...known.values()].flatMap((before) => revised(before, { status: 'retired' }));
  return { added, changed, retired };
}

/** A type with new members and the next version; nothing when it has them already. */
function revised(before: EntitlementType, members: Partial<EntitlementType>): Revised[] {
  const type = { ...before, ...members, version: before.version + 1 };
  return changedMembers(before, type).length > 0 ? [{ before, type }] : [];
}
