import type { AccountDocument } from '#domain/account.ts';
import { foldKey } from '#domain/keys.ts';
import { Refusal, refuseFaults } from '#domain/refusal.ts';
import type { Call } from '#http/call.ts';
import type { Route } from '#http/route.ts';
import { findByPass } from '#operations/accounts/find-by-pass.ts';
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
  summary: 'Find accounts by access pass, by account number or by the e-mail address of the customer',
  description:
    'Exactly one of `accessPass.text`, `accountNumber` and `customer.email`, compared exactly. Retired passes find nothing, and erased accounts are never found.',
  tag: 'Customer accounts',
  scope: 'openactive-customeraccount-query',
  query: SelectorQuery,
  headers: preferHeader,
  verbatim: ['accessPass.text', 'accessPass.namespace', 'accountNumber'],
  responses: { 200: shown('The accounts that match, often one or none', AccountList), ...errors(...withKey) },
  handler: async (call) => listAnswer(call, await matching(call, selectorOf(call.query))),
};

const selectors = ['accessPass.text', 'accountNumber', 'customer.email'] as const;
type Selector = (typeof selectors)[number];

function selectorOf(query: Record<string, string>): Selector {
  const [selector, surplus] = selectors.filter((name) => query[name] !== undefined);
  const refuse = (name: string, code: string, message: string) =>
    refuseFaults([{ path: [name], code, message }], 'query');
  if (selector === undefined) refuse(selectors[0], 'required', `this, ${selectors[1]} or ${selectors[2]} is required`);
  if (surplus !== undefined) refuse(surplus, 'surplus', `only one of ${selectors.join(', ')} may be given`);
  if (query['accessPass.namespace'] !== undefined && selector !== 'accessPass.text') {
    refuse('accessPass.namespace', 'surplus', 'goes with accessPass.text only');
  }
  return selector as Selector;
}

async function matching({ store, actor, query }: Call, selector: Selector): Promise<AccountDocument[]> {
  switch (selector) {
    case 'accountNumber': {
      const found = await findByAccountNumber(store, actor, query.accountNumber);
      return found ? [found] : [];
    }
    case 'customer.email': {
      const found = await findByEmail(store, actor, foldKey(query['customer.email']), most);
      return found ?? tooMany(selector, 'look for them by accountNumber');
    }
    case 'accessPass.text': {
      const pass = { text: query['accessPass.text'], namespace: query['accessPass.namespace'] };
      const found = await findByPass(store, actor, pass, most);
      return once(found ?? tooMany(selector, 'name the namespace by accessPass.namespace'));
    }
  }
}

/** There are more than an answer holds. */
function tooMany(selector: Selector, instead: string): never {
  const message = `more than ${most} accounts match; ${instead}`;
  throw new Refusal({ kind: 'invalid', in: 'query', faults: [{ path: [selector], code: 'too-many', message }] });
}

function once(found: AccountDocument[]): AccountDocument[] {
  return [...new Map(found.map((document) => [document.account.number, document])).values()];
}
