import type { Actor } from '#domain/actor.ts';
import { changedMembers } from '#domain/catalogue-rules.ts';
import { compact } from '#domain/compact.ts';
import type { PassNamespace } from '#domain/pass-namespace.ts';
import { namespaceFaults } from '#domain/pass-rules.ts';
import { Refusal, refuseFaults } from '#domain/refusal.ts';
import type { Store } from '#store/store.ts';
import { changeCatalogue } from '../catalogue.ts';
import { namespacesWrite, raised } from './namespaces-write.ts';
import { readPassNamespace } from './read.ts';

/** What of a namespace can change; `undefined` removes. Rules bind new passes only. */
export type PassNamespaceEdit = Partial<Record<'prefix' | 'pattern', string | undefined>> &
  Partial<Omit<PassNamespace, 'name' | 'prefix' | 'pattern' | 'version' | 'createdAt' | 'changedAt'>>;

/**
 * Changes a pass namespace; making it the default one takes that from the one that was it, in the same transaction. No effective
 * change leaves everything as it was.
 *
 * @throws Refusal `not-found`, `precondition`, `invalid`
 */
export function changePassNamespace(
  store: Store,
  actor: Actor,
  name: string,
  change: { edit: PassNamespaceEdit; ifMatch?: ((namespace: PassNamespace) => boolean) | undefined },
): Promise<PassNamespace> {
  return changeCatalogue(store, actor, async () => {
    const before = await readPassNamespace(store, actor, name);
    if (change.ifMatch && !change.ifMatch(before)) throw new Refusal({ kind: 'precondition' });
    const edited = compact({ ...before, ...change.edit }) as PassNamespace;
    if (changedMembers(before, edited).length === 0) return { result: before };
    refuseFaults([...defaultFaults(before, edited), ...namespaceFaults(edited)]);
    const namespace = raised(edited, actor);
    const write = await namespacesWrite(store, actor, 'pass-namespaces.change', before, namespace);
    return { result: namespace, write };
  });
}

function defaultFaults(before: PassNamespace, after: PassNamespace) {
  if (!before.isDefault || after.isDefault) return [];
  const message = 'cannot be taken away: make another namespace the default instead';
  return [{ path: ['isDefault'], code: 'fixed', message }];
}
