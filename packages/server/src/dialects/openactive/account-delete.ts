import type { Route } from '#http/route.ts';
import { eraseCustomer } from '#operations/customers/erase.ts';
import { accountPath, identifierOf } from './account-path.ts';
import { aggregateCondition } from './conditions.ts';
import { errors, withKey } from './responses.ts';
import { AccountPath } from './schema.ts';

/** The right to be forgotten (openactive.md 3.8). */
export const deleteRoute: Route = {
  method: 'DELETE',
  path: accountPath,
  operationId: 'deleteCustomerAccount',
  summary: 'Erase the customer and all accounts of that customer',
  description: 'Cannot be undone. Afterwards each of the accounts answers 410. A repeat answers 202 again.',
  tag: 'Customer accounts',
  scope: 'openactive-customeraccount-modify',
  params: AccountPath,
  headers: { 'If-Match': 'Entity tag from the last read; 412 when the account has changed since' },
  responses: { 202: { description: 'Erased' }, ...errors(...withKey, 410, 412, 413) },
  handler: async (call) => {
    const identifier = identifierOf(call);
    await eraseCustomer(call.store, call.actor, { identifier }, { ifMatch: aggregateCondition(call, identifier) });
    return { status: 202 };
  },
};
