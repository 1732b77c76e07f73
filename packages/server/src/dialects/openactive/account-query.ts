import type { AccountDocument } from '#domain/account.ts';
import { foldKey } from '#domain/keys.ts';
import { refuseFaults } from '#domain/refusal.ts';
import type { Call } from '#http/call.ts';
import type { Route } from '#http/route.ts';
import { findByAccountNumber, findByEmail } from '#operations/accounts/read.ts';
import { listAnswer } from './answers.ts';
import { preferHeader } from './profile.ts';
import { AccountList } from './response-schema.ts';
import { errors, shown, withKey } from './responses.ts';
import { SelectorQuery } from './schema.ts';

const most = 50;

/** "Does an account exist?" (openactive.md 2.11): exact matches only; there is no listing of all. */
export const queryRoute: Route = {
  method: 'GET',
  path: '/customer-accounts',
  operationId: 'findCustomerAccounts',
  summary: 'Find accounts by account number or by the e-mail address of the customer',
  description:
    'Exactly one of `accountNumber` and `customer.email`, compared exactly. Erased accounts are never found.',
  tag: 'Customer accounts',
  scope: 'openactive-customeraccount-query',
  query: SelectorQuery,
  headers: preferHeader,
  verbatim: ['accountNumber'],
  responses: { 200: shown('The accounts that match, often one or none', AccountList), ...errors(...withKey) },
  handler: async (call) => listAnswer(call, await matching(call, selectorOf(call.query))),
};

const selectors = ['accountNumber', 'customer.email'] as const;
type Selector = (typeof selectors)[number];

function selectorOf(query: Record<string, string>): Selector {
  const [selector, surplus] = selectors.filter((name) => query[name] !== undefined);
  if (selector === undefined) {
    refuseFaults([{ path: [selectors[0]], code: 'required', message: `this or ${selectors[1]} is required` }], 'query');
  }
  if (surplus !== undefined) {
    refuseFaults(
      [{ path: [surplus], code: 'surplus', message: `only one of ${selectors.join(', ')} may be given` }],
      'query',
    );
  }
  return selector as Selector;
}

async function matching({ store, actor, query }: Call, selector: Selector): Promise<AccountDocument[]> {
  if (selector === 'accountNumber') {
    const found = await findByAccountNumber(store, actor, query.accountNumber);
    return found ? [found] : [];
  }
  const found = await findByEmail(store, actor, foldKey(query['customer.email']), most + 1);
  if (found.length > most) {
    const message = `more than ${most} accounts match; look for them by accountNumber`;
    refuseFaults([{ path: [selector], code: 'too-many', message }], 'query');
  }
  return found;
}
