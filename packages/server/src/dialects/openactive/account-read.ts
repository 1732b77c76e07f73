import { unlessKnown } from '#http/conditional.ts';
import type { Route } from '#http/route.ts';
import { readAccount } from '#operations/accounts/read.ts';
import { accountPath, identifierOf } from './account-path.ts';
import { accountAnswer } from './answers.ts';
import { preferHeader } from './profile.ts';
import { Account } from './response-schema.ts';
import { errors, shown, withKey } from './responses.ts';
import { AccountPath, ProfileQuery } from './schema.ts';

export const readRoute: Route = {
  method: 'GET',
  path: accountPath,
  operationId: 'getCustomerAccount',
  summary: 'Read an account',
  tag: 'Customer accounts',
  scope: 'openactive-customeraccount-query',
  ahead: true,
  params: AccountPath,
  query: ProfileQuery,
  headers: { ...preferHeader, 'If-None-Match': 'Entity tag from the last read; 304 when it is still the same' },
  responses: {
    200: shown('The account', Account, 'ETag'),
    304: { description: 'Not modified' },
    ...errors(...withKey, 410),
  },
  handler: async (call) => {
    const document = await readAccount(call.store, call.actor, identifierOf(call));
    return unlessKnown(call, accountAnswer(call, document));
  },
};
