import type { Actor } from '#domain/actor.ts';
import type { PassNamespace } from '#domain/pass-namespace.ts';
import { Refusal } from '#domain/refusal.ts';
import type { Store } from '#store/store.ts';
import { changeCatalogue } from '../catalogue.ts';
import { guardOf } from './namespaces-write.ts';
import { readPassNamespace } from './read.ts';

/**
 * Deletes a pass namespace that has no passes, not even retired or reserved ones.
 *
 * @throws Refusal `not-found`, `precondition`, `catalogue-state` (it is the default one, or in use)
 */
export function deletePassNamespace(
  store: Store,
  actor: Actor,
  name: string,
  ifMatch?: (namespace: PassNamespace) => boolean,
): Promise<void> {
  return changeCatalogue(store, actor, async () => {
    const before = await readPassNamespace(store, actor, name);
    if (ifMatch && !ifMatch(before)) throw new Refusal({ kind: 'precondition' });
    if (before.isDefault) throw new Refusal({ kind: 'catalogue-state', why: 'default-namespace' });
    const change = { subject: 'pass-namespace', key: name, kind: 'deleted', members: [] as string[] } as const;
    const write = {
      operation: 'pass-namespaces.delete',
      subjectKey: name,
      guards: [guardOf(name, before)],
      deletedNamespace: name,
      changes: [{ ...change, version: before.version + 1 }],
    };
    return { result: undefined, write };
  });
}
