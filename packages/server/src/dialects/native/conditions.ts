import type { Aggregate } from '#domain/account.ts';
import type { Call } from '#http/call.ts';
import { ifMatch } from '#http/conditional.ts';
import { accountIn } from '#operations/write.ts';
import { customerTag, nativeTags } from './render.ts';

/** If-Match against the customer's tag; undefined without the header. */
export function customerMatch(call: Call): ((aggregate: Aggregate) => boolean) | undefined {
  return ifMatch(call, ({ customer }) => [customerTag(customer)]);
}

/** If-Match against an account's tags; undefined without the header. */
export function accountMatch(call: Call, identifier: string): ((aggregate: Aggregate) => boolean) | undefined {
  return ifMatch(call, (aggregate) => nativeTags(accountIn(aggregate, identifier), call.actor));
}
