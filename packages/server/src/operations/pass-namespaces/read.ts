import type { Actor } from '#domain/actor.ts';
import type { PassNamespace } from '#domain/pass-namespace.ts';
import { Refusal } from '#domain/refusal.ts';
import type { Store } from '#store/store.ts';

/** A pass namespace. Throws Refusal `not-found`. */
export async function readPassNamespace(
  store: Store,
  { organisation }: Pick<Actor, 'organisation'>,
  name: string,
): Promise<PassNamespace> {
  const namespace = await store.passNamespaces.find(organisation.id, name);
  if (!namespace) throw new Refusal({ kind: 'not-found', subject: 'pass-namespace' });
  return namespace;
}
