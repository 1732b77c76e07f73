import type { AccessPass } from '#domain/access-pass.ts';
import type { Account } from '#domain/account.ts';
import type { Actor } from '#domain/actor.ts';
import { Refusal } from '#domain/refusal.ts';
import type { Store } from '#store/store.ts';
import { Unavailable } from '#store/unavailable.ts';
import type { ItemResult } from '../holdings/edit-item.ts';
import { editItem } from '../holdings/edit-item.ts';
import type { Keep } from '../write.ts';
import { findPass } from './scan.ts';

const maxAttempts = 5;

/**
 * Makes the text of a retired or reserved pass free again, for whoever is assigned it next.
 *
 * @throws Refusal `not-found`, `pass-state` (it is in use), `passive` (its customer was deactivated), `idempotency-busy`
 */
export async function releasePass(
  store: Store,
  actor: Actor,
  namespace: string,
  text: string,
  keep?: Keep<undefined>,
): Promise<void> {
  for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
    const found = await findPass(store, actor, namespace, text);
    if (found.state === 'active') throw new Refusal({ kind: 'pass-state', state: 'active' });
    if (found.state === 'retired') {
      await releaseRetired(store, actor, found.document.account, found.pass, keep);
      return;
    }
    const outcome = await store.reservedPasses.release(actor, namespace, text, keep?.(undefined));
    if (outcome === 'written') return;
    if (outcome === 'idempotency') throw new Refusal({ kind: 'idempotency-busy' });
    // Assigned or released since it was read.
  }
  throw new Unavailable(new Error('the pass is being changed by too many others'));
}

async function releaseRetired(
  store: Store,
  actor: Actor,
  { identifier }: Account,
  { namespace, text }: AccessPass,
  keep: Keep<undefined>,
): Promise<void> {
  const writing = keep ? { keep: (_: ItemResult<undefined>) => keep(undefined) } : {};
  await editItem(store, actor, identifier, 'access-passes.release', writing, async (account) => {
    // Read again with the account: what is released must still be this account's, and retired.
    const present = await findPass(store, actor, namespace, text);
    if (present.state !== 'retired' || present.document.account.number !== account.number)
      throw new Refusal({ kind: 'pass-state', state: present.state });
    const released: AccessPass = { ...present.pass, state: 'released' };
    return [{ ...account, accessPass: [...account.accessPass, released] }, undefined];
  });
}
