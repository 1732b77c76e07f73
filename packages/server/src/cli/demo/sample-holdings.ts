import type { Account } from '#domain/account.ts';
import { withAction } from '#domain/action-changes.ts';
import type { Actor } from '#domain/actor.ts';
import { typeUri } from '#domain/entitlement-list.ts';
import { anyGrant, withGrant } from '#domain/grant.ts';
import { withPass } from '#domain/pass-changes.ts';
import { editAccount } from '#operations/accounts/edit.ts';
import { resolveTypes } from '#operations/entitlement-types/resolve.ts';
import type { Store } from '#store/store.ts';
import { sampleTypes } from './sample-catalogue.ts';

/** Gives the account in the examples a card, a right that is certain, one that has to be proved, and something to do. */
export async function addSampleHoldings(store: Store, actor: Actor, identifier: string): Promise<void> {
  const { organisation } = actor;
  const uris = sampleTypes.map((type) => typeUri(organisation.baseUrl, type));
  const [types, namespace] = await Promise.all([
    resolveTypes(store, organisation, uris),
    store.passNamespaces.findDefault(organisation.id),
  ]);
  const edit = (account: Account): Account => {
    // A start that was cut short after this one has done it.
    if (account.accessPass.length > 0) return account;
    const carrying = withPass(account, { namespace, text: 'DL1000017' }, actor);
    const entitled = [...types.values()].reduce((next, type) => withGrant(next, { type }, actor, anyGrant), carrying);
    const renewal = {
      kind: 'renewal',
      name: 'Renew your membership',
      description: 'Your membership ends soon. Renew it at any of our pools.',
    } as const;
    return withAction(entitled, renewal, actor);
  };
  await editAccount(store, actor, identifier, { operation: 'accounts.create', edit });
}
