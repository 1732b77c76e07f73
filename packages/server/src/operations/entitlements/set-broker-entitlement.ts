import type { Aggregate } from '#domain/account.ts';
import { type Actor, todayOf } from '#domain/actor.ts';
import type { EntitlementType } from '#domain/entitlement-list.ts';
import { withBrokerEntitlement } from '#domain/replace-broker.ts';
import { endDateOf } from '#domain/time.ts';
import type { Store } from '#store/store.ts';
import type { AccountResult } from '../accounts/create.ts';
import { editAccount } from '../accounts/edit.ts';
import { resolveTypes } from '../entitlement-types/resolve.ts';
import type { Keep } from '../write.ts';

export type SetBrokerEntitlement = {
  /** URI of a concept; undefined: none was named. */
  entitlementType: string | undefined;
  /** The end: an instant, or the first date on which it is over. Absent: after the concept's default duration, or never. */
  validUntil?: Date | string | undefined;
  ifMatch?: ((aggregate: Aggregate) => boolean) | undefined;
  keep?: Keep<AccountResult>;
};

/**
 * Sets the one entitlement of the organisation's broker list that an account has, in place of all others of that list (imin.md 2.5.2,
 * 3.1, 3.2). The same again changes nothing.
 *
 * @throws Refusal `invalid` (paths `entitlementType`: no concept of the broker list that can be granted; `validUntil`: not in the
 *   future), `too-many`, `not-found`, `gone`, `precondition`, `passive`
 */
export function setBrokerEntitlement(
  store: Store,
  actor: Actor,
  identifier: string,
  { entitlementType, validUntil, ifMatch, keep }: SetBrokerEntitlement,
): Promise<AccountResult> {
  return editAccount(store, actor, identifier, {
    operation: 'entitlements.set',
    ifMatch,
    keep,
    edit: async (account) => {
      const type = await brokerType(store, actor, entitlementType);
      return withBrokerEntitlement(account, { type, validUntil: endOf(actor, validUntil) }, actor);
    },
  });
}

/** The concept with this URI, if it is one of the broker list. */
async function brokerType(
  store: Store,
  { organisation }: Actor,
  uri: string | undefined,
): Promise<EntitlementType | undefined> {
  const { brokerList } = organisation.settings;
  if (uri === undefined || brokerList === undefined) return undefined;
  const type = (await resolveTypes(store, organisation, [uri])).get(uri);
  return type?.list === brokerList ? type : undefined;
}

/** What is over by now ends today, which is not in the future either. */
function endOf(actor: Actor, validUntil: Date | string | undefined): string | undefined {
  if (!(validUntil instanceof Date)) return validUntil;
  return validUntil <= actor.now ? todayOf(actor) : endDateOf(actor.organisation.timeZone, validUntil);
}
