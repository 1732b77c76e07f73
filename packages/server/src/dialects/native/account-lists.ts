import { Type } from 'typebox';
import type { AccountDocument } from '#domain/account.ts';
import type { Actor } from '#domain/actor.ts';
import { Refusal } from '#domain/refusal.ts';
import type { Answer } from '#http/answer.ts';
import { answering } from '#http/answering.ts';
import type { Call } from '#http/call.ts';
import { leastPosition, positionField } from '#http/position.ts';
import type { Route } from '#http/route.ts';
import { text } from '#http/text.ts';
import type { AccountResult } from '#operations/accounts/create.ts';
import { listAllAccounts } from '#operations/accounts/list.ts';
import { findByAccountNumber, listAccounts, readAccounts } from '#operations/accounts/read.ts';
import { customerNumberParam } from './customer-routes.ts';
import { idempotencyHeader, positionRequest } from './headers.ts';
import { createFromBody } from './new-account.ts';
import { renderAccount, resultAnswer } from './render.ts';
import { exportNote, exportResponses, listResponses, writeResponses } from './responses.ts';
import { Account, AccountList, BatchGet, BatchResult, NewAccountOfCustomer } from './schema.ts';

type Page = { items: object[]; next?: string };

const pageParameters = {
  cursor: Type.Optional(Type.Integer({ minimum: 1, description: 'from `next` of the page before' })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, description: 'items per page, default 50' })),
};

export const accountLists: Route[] = [
  {
    method: 'GET',
    path: '/accounts',
    operationId: 'listAccounts',
    summary: 'List all accounts, or find the one with an identifier or an account number',
    description: `All accounts come in the order of their numbers, which never change: nothing is missed or told twice. ${exportNote}`,
    tag: 'Accounts',
    scope: 'accounts:list',
    headers: positionRequest,
    query: Type.Object(
      {
        identifier: Type.Optional(
          Type.String({ minLength: 1, maxLength: 60, description: 'compared exactly; + is written %2B' }),
        ),
        accountNumber: Type.Optional(text(40, { description: 'compared exactly; + is written %2B' })),
        ...pageParameters,
      },
      { additionalProperties: false },
    ),
    verbatim: ['identifier'],
    responses: exportResponses(AccountList),
    handler: find,
  },
  {
    method: 'POST',
    path: '/accounts/batch-get',
    operationId: 'batchGetAccounts',
    summary: 'Read up to 500 accounts at once',
    description:
      'In the order asked for. Identifiers without an account, erased ones included, are listed in `missing`.',
    tag: 'Accounts',
    scope: 'accounts:read',
    readOnly: true,
    body: BatchGet,
    verbatim: ['identifiers'],
    responses: listResponses(BatchResult, 413, 415),
    handler: async ({ store, actor, body }) => {
      const documents = await readAccounts(store, actor, body.identifiers);
      const found = new Set(documents.map(({ account }) => account.identifier));
      const missing = body.identifiers.filter((identifier: string) => !found.has(identifier));
      return { status: 200, body: { items: rendered(documents, actor), missing } };
    },
  },
  {
    method: 'GET',
    path: '/customers/:customerNumber/accounts',
    operationId: 'listAccountsOfCustomer',
    summary: "List a customer's accounts, in the order of their numbers",
    tag: 'Accounts',
    scope: 'accounts:list',
    params: customerNumberParam,
    query: Type.Object(pageParameters, { additionalProperties: false }),
    responses: listResponses(AccountList, 410),
    handler: async (call) => ({ status: 200, body: await page(call) }),
  },
  {
    method: 'POST',
    path: '/customers/:customerNumber/accounts',
    operationId: 'createAccountOfCustomer',
    summary: 'Create an account for an existing customer',
    tag: 'Accounts',
    scope: 'accounts:write',
    ahead: true,
    params: customerNumberParam,
    headers: idempotencyHeader,
    body: NewAccountOfCustomer,
    responses: writeResponses(Account, [201], 415, 422),
    handler: (call) => {
      const render = (result: AccountResult) => resultAnswer(call.actor, 201, result);
      const owner = { customerNumber: Number(call.params.customerNumber) };
      return answering(call, render, (keep) => createFromBody(call, () => owner, {}, keep));
    },
  },
];

async function find(call: Call): Promise<Answer> {
  const { store, actor, query } = call;
  const { identifier, accountNumber, ...paging } = query;
  if (identifier === undefined && accountNumber === undefined) return pageOfAll(call);
  const [also] = Object.keys(identifier === undefined ? paging : { accountNumber, ...paging }).filter(
    (name) => query[name] !== undefined,
  );
  if (also !== undefined) {
    const message = `has no meaning beside ${identifier === undefined ? 'accountNumber' : 'identifier'}`;
    throw new Refusal({ kind: 'invalid', in: 'query', faults: [{ path: [also], code: 'conflict', message }] });
  }
  const found =
    identifier === undefined
      ? [await findByAccountNumber(store, actor, accountNumber)].filter((one) => one !== undefined)
      : await readAccounts(store, actor, [identifier]);
  return { status: 200, body: { items: rendered(found, actor) } };
}

async function pageOfAll({ request, store, actor, query }: Call): Promise<Answer> {
  const limit = query.limit ?? 50;
  const page = { after: query.cursor ?? 0, limit, least: leastPosition(request) };
  const { accounts, more, position } = await listAllAccounts(store, actor, page);
  const items = rendered(accounts, actor);
  const last = accounts.at(-1)?.account.number;
  const next = more ? { next: `${actor.organisation.baseUrl}/v1/accounts?cursor=${last}&limit=${limit}` } : {};
  return { status: 200, headers: positionField(position), body: { items, ...next } };
}

/** A customer has at most 1,000 accounts, so a page is cut from all of them. */
async function page({ store, actor, params, query }: Call): Promise<Page> {
  const limit = query.limit ?? 50;
  const left = (await listAccounts(store, actor, Number(params.customerNumber))).filter(
    ({ account }) => account.number > (query.cursor ?? 0),
  );
  const items = left.slice(0, limit);
  const last = items.at(-1);
  if (!last || left.length <= limit) return { items: rendered(items, actor) };
  const next = `${actor.organisation.baseUrl}/v1/customers/${params.customerNumber}/accounts?cursor=${last.account.number}&limit=${limit}`;
  return { items: rendered(items, actor), next };
}

function rendered(documents: AccountDocument[], actor: Actor): object[] {
  return documents.map((document) => renderAccount(document, actor));
}
