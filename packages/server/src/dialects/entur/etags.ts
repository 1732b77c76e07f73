import type { Account, Aggregate } from '#domain/account.ts';
import type { Customer } from '#domain/customer.ts';
import type { Call } from '#http/call.ts';
import { ifMatch } from '#http/conditional.ts';

/** The entity tag of an account, without quotes (architecture.md, Settled 11). */
export function accountTag({ number, version }: Account): string {
  return `a${number}-${version}`;
}

/** The entity tag of a profile, without quotes. */
export function profileTag({ number, version }: Customer): string {
  return `c${number}-${version}`;
}

/** The request's If-Match as a question about the account it addresses; undefined without the header. Throws Refusal `invalid`. */
export function accountMatch(call: Call, identifier: string): ((aggregate: Aggregate) => boolean) | undefined {
  return ifMatch(call, ({ accounts }) =>
    accounts.filter((account) => account.identifier === identifier).map(accountTag),
  );
}

/** The request's If-Match as a question about a profile; undefined without the header. Throws Refusal `invalid`. */
export function profileMatch(call: Call): ((aggregate: Aggregate) => boolean) | undefined {
  return ifMatch(call, ({ customer }) => [profileTag(customer)]);
}
