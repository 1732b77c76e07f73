import { documentOf } from '#domain/account.ts';
import type { Route } from '#http/route.ts';
import { inWords } from '#http/words.ts';
import { changeCustomer } from '#operations/customers/change.ts';
import { accountIn } from '#operations/write.ts';
import { accountPath, identifierOf } from './account-path.ts';
import { accountAnswer } from './answers.ts';
import { aggregateCondition } from './conditions.ts';
import { ownWords } from './faults.ts';
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
  description: 'Members that are absent stay, null removes. The customer is part of all accounts of that customer.',
  tag: 'Customer accounts',
  scope: 'openactive-customeraccount-modify',
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
    const edit = parsePatch(body, { id: accountId(actor.organisation, identifier), identifier }, actor.organisation);
    const change = { operation: 'accounts.change', ifMatch: aggregateCondition(call, identifier), edit };
    const changed = await inWords(changeCustomer(store, actor, { identifier }, change), ownWords);
    return accountAnswer(call, documentOf(accountIn(changed, identifier), changed.customer));
  },
};
