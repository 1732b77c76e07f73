import { type Aggregate, documentOf, type Account as StoredAccount } from '#domain/account.ts';
import type { Call } from '#http/call.ts';
import type { Route } from '#http/route.ts';
import { inWords } from '#http/words.ts';
import { namespaceNamed } from '#operations/access-passes/texts.ts';
import { changeCustomer } from '#operations/customers/change.ts';
import { replaceListed } from '#operations/holdings/replace-listed.ts';
import { accountIn } from '#operations/write.ts';
import { accountPath, identifierOf } from './account-path.ts';
import { accountAnswer } from './answers.ts';
import { aggregateCondition } from './conditions.ts';
import { ownWords } from './faults.ts';
import { changedHeldInput, type HeldLists } from './held-input.ts';
import { parsePatch } from './parse-patch.ts';
import { preferHeader } from './profile.ts';
import { accountId } from './render.ts';
import { Account } from './response-schema.ts';
import { errors, shown, withKey } from './responses.ts';
import { AccountPatch, AccountPath, ProfileQuery } from './schema.ts';

/** JSON merge patch (RFC 7396), all or nothing (openactive.md 3.4). */
export const patchRoute: Route = {
  method: 'PATCH',
  path: accountPath,
  operationId: 'patchCustomerAccount',
  summary: 'Change an account or its customer by a JSON merge patch',
  description:
    'Members that are absent stay, null removes. The customer is part of all accounts of that customer. `accessPass` and `entitlement` replace what the account shows of them: passes that are missing are retired, entitlements revoked; of those that stay, members that are absent stay. The end date of an entitlement is EXCLUSIVE: its last valid day is the day before `validUntil`.',
  tag: 'Customer accounts',
  scope: 'openactive-customeraccount-modify',
  ahead: true,
  params: AccountPath,
  query: ProfileQuery,
  headers: { ...preferHeader, 'If-Match': 'Entity tag from the last read; 412 when the account has changed since' },
  body: AccountPatch,
  judgesBody: true,
  consumes: ['application/merge-patch+json', 'application/ld+json', 'application/json'],
  verbatim: ['@id', 'identifier'],
  responses: {
    200: shown('The account as it is now', Account, 'ETag'),
    ...errors(...withKey, 409, 410, 412, 413, 415),
  },
  handler: async (call) => {
    const { store, actor, body } = call;
    const identifier = identifierOf(call);
    const target = { id: accountId(actor.organisation, identifier), identifier };
    const { edit, lists } = parsePatch(body, target, actor.organisation);
    const change = {
      operation: 'accounts.change',
      ifMatch: aggregateCondition(call, identifier),
      edit: (aggregate: Aggregate) => ({ ...edit(aggregate), ...(lists ? { held: holding(call, lists) } : {}) }),
    };
    const changed = await inWords(changeCustomer(store, actor, { identifier }, change), ownWords);
    return accountAnswer(call, documentOf(accountIn(changed, identifier), changed.customer));
  },
};

/** Makes the account hold what the patch lists. */
function holding({ store, actor }: Call, lists: HeldLists): (account: StoredAccount) => Promise<StoredAccount> {
  return async (account) => {
    const { name: defaultNamespace } = await namespaceNamed(store, actor, undefined);
    return replaceListed(store, actor, account, changedHeldInput(lists, account, actor.organisation, defaultNamespace));
  };
}
