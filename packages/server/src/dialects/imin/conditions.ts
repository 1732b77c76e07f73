import { type Account, type Aggregate, accountTag } from '#domain/account.ts';
import { type Actor, todayOf } from '#domain/actor.ts';
import type { Call } from '#http/call.ts';
import { ifMatch } from '#http/conditional.ts';
import { accountIn } from '#operations/write.ts';

/** The account in the path. */
export function identifierOf({ params }: Call): string {
  return params.id as string;
}

/** If-Match against the account's tag; undefined without the header. */
export function accountMatch(call: Call, identifier: string): ((aggregate: Aggregate) => boolean) | undefined {
  return ifMatch(call, (aggregate) => [tagOf(accountIn(aggregate, identifier), call.actor)]);
}

/** The same value as OpenActive's core form (openactive.md 3.2). */
export function tagOf(account: Account, actor: Actor): string {
  return accountTag(account, todayOf(actor));
}
