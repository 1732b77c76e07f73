import type { Account, Aggregate } from '#domain/account.ts';
import type { Call } from '#http/call.ts';
import { writeCondition } from '#http/conditional.ts';
import { accountIn } from '#operations/write.ts';
import { tagsOf } from './profile.ts';

/**
 * The condition that a write states with If-Match or If-None-Match, to be asked of the account as it is. The tags of both profiles
 * name the same state (openactive.md 3.2).
 *
 * @returns undefined when none is stated
 * @throws Refusal `invalid` for a header that is not a list of entity tags
 */
export function accountCondition(call: Call): ((account: Account) => boolean) | undefined {
  return writeCondition(call, (account) => Object.values(tagsOf(account, call.actor)));
}

/** The same for an operation, which asks it of the customer with all accounts. */
export function aggregateCondition(call: Call, identifier: string): ((aggregate: Aggregate) => boolean) | undefined {
  const condition = accountCondition(call);
  return condition && ((aggregate) => condition(accountIn(aggregate, identifier)));
}
