import type { Actor } from '#domain/actor.ts';
import { compact } from '#domain/compact.ts';
import type { PassNamespace } from '#domain/pass-namespace.ts';
import { namespaceFaults } from '#domain/pass-rules.ts';
import { Refusal, refuseFaults } from '#domain/refusal.ts';
import type { Store } from '#store/store.ts';
import { changeCatalogue } from '../catalogue.ts';
import type { Keep } from '../write.ts';
import { namespacesWrite } from './namespaces-write.ts';

/** A new namespace; what is absent has its default. */
export type NewPassNamespace = Pick<PassNamespace, 'name'> &
  Partial<Omit<PassNamespace, 'name' | 'version' | 'createdAt' | 'changedAt'>>;

/** Creates a pass namespace, as the new default one if it says so. Throws Refusal `invalid`, `exists` (name). */
export async function createPassNamespace(
  store: Store,
  actor: Actor,
  input: NewPassNamespace,
  keep?: Keep<PassNamespace>,
): Promise<PassNamespace> {
  const at = actor.now.toISOString();
  const namespace: PassNamespace = compact({
    isDefault: false,
    minLength: 1,
    maxLength: 128,
    checkDigit: 'none',
    codeType: 'qrcode',
    maxActivePerAccount: 50,
    ...input,
    version: 1,
    createdAt: at,
    changedAt: at,
  });
  refuseFaults(namespaceFaults(namespace));
  const attempt = async () => {
    if (await store.passNamespaces.find(actor.organisation.id, namespace.name)) {
      throw new Refusal({ kind: 'exists', subject: 'pass-namespace', member: 'name' });
    }
    const write = await namespacesWrite(store, actor, 'pass-namespaces.create', undefined, namespace);
    return { result: namespace, write };
  };
  return changeCatalogue(store, actor, attempt, keep);
}
