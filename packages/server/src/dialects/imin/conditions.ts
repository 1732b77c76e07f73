import { type Account, type Aggregate, accountTag } from '#domain/account.ts';
import { type Actor, todayOf } from '#domain/actor.ts';
import type { Call } from '#http/call.ts';
import { ifMatch } from '#http/conditional.ts';
import { accountIn } from '#operations/write.ts';

/** The account in the path. */
export function identifierOf({ params }: Call): string {
  return params.id as string;
}

/** If-Match against the account's tag, here or in OpenActive: both name the same state; undefined without the header. */
export function accountMatch(call: Call, identifier: string): ((aggregate: Aggregate) => boolean) | undefined {
  return ifMatch(call, (aggregate) => {
    const account = accountIn(aggregate, identifier);
    return [accountTag(account, todayOf(call.actor)), tagOf(account, call.actor)];
  });
}

/** The same value as OpenActive's core form (openactive.md 3.2), and the broker list: it decides which entitlement is shown (imin.md 3.1). */
export function tagOf(account: Account, actor: Actor): string {
  const { brokerList } = actor.organisation.settings;
  const tag = accountTag(account, todayOf(actor));
  return brokerList === undefined ? tag : `${tag}-${brokerList}`;
}
