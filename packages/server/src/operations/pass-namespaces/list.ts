import type { Actor } from '#domain/actor.ts';
import type { PassNamespace } from '#domain/pass-namespace.ts';
import type { Store } from '#store/store.ts';

/** A page of pass namespaces by name, after the name `after`, and whether there are more. */
export async function listPassNamespaces(
  store: Store,
  actor: Actor,
  after: string | undefined,
  limit: number,
): Promise<{ namespaces: PassNamespace[]; more: boolean }> {
  const found = await store.passNamespaces.list(actor.organisation.id, after ?? '', limit + 1);
  return { namespaces: found.slice(0, limit), more: found.length > limit };
}
