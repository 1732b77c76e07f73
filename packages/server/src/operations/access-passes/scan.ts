import type { Actor } from '#domain/actor.ts';
import { Refusal } from '#domain/refusal.ts';
import type { StoredPass } from '#store/access-passes.ts';
import type { Store } from '#store/store.ts';
import { noteRead } from '../reads/note.ts';

export type { StoredPass } from '#store/access-passes.ts';

/** The pass with a text, whatever its state, with its account: the scan at a gate, one indexed read. Throws Refusal `not-found`. */
export async function scanPass(store: Store, actor: Actor, namespace: string, text: string): Promise<StoredPass> {
  const found = await findPass(store, actor, namespace, text);
  if (found.state !== 'reserved') noteRead(store, actor, 'access-passes.scan', found.document);
  return found;
}

/** As {@link scanPass}, for a write: leaves no record of a read. Throws Refusal `not-found`. */
export async function findPass(
  store: Store,
  { organisation }: Actor,
  namespace: string,
  text: string,
): Promise<StoredPass> {
  const found = await store.accessPasses.find(organisation.id, namespace, text);
  if (!found) throw new Refusal({ kind: 'not-found', subject: 'access-pass' });
  return found;
}
