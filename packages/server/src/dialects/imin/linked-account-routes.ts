import { Type } from 'typebox';
import { Refusal } from '#domain/refusal.ts';
import type { Answer } from '#http/answer.ts';
import type { Call } from '#http/call.ts';
import type { Route } from '#http/route.ts';
import { loadAccount } from '#operations/accounts/load.ts';
import { readAccount } from '#operations/accounts/read.ts';
import { assertPage, collectionAnswer } from './collection.ts';
import { identifierOf } from './conditions.ts';
import { Collection, LinkedAccount } from './representation.ts';
import { errors } from './responses.ts';
import { accountParams, pageNumber } from './schema.ts';
import { accountUrl } from './urls.ts';

const tag = 'Linked accounts';
const sellerId = Type.String({ description: "the Seller's identifier, or its `@id` percent-encoded" });
const notYet = 'not answered as long as no account can be linked';
const itemParams = Type.Object({ ...accountParams.properties, sellerId });

/**
 * Endpoints 7 and 8 of imin.md 2.3, as long as no account can be linked: the collection of every customer is empty, and there is
 * nothing to read or to unlink (architecture.md, Settled 20).
 */
export const linkedAccountRoutes: Route[] = [
  {
    method: 'GET',
    path: '/customer-accounts/:id/linked-accounts',
    operationId: 'listLinkedAccounts',
    summary: "The customer's accounts at Sellers",
    tag,
    scope: 'openactive-customeraccount-query',
    params: accountParams,
    query: Type.Object({ page: pageNumber }, { additionalProperties: false }),
    responses: { 200: { description: 'One page', schema: Collection }, ...errors(410) },
    handler: listLinkedAccounts,
  },
  {
    method: 'GET',
    path: '/customer-accounts/:id/linked-accounts/:sellerId',
    operationId: 'readLinkedAccount',
    summary: "The customer's account at one Seller",
    tag,
    scope: 'openactive-customeraccount-query',
    params: itemParams,
    responses: { 200: { description: `The linked account; ${notYet}`, schema: LinkedAccount }, ...errors(410) },
    handler: noLinkedAccount,
  },
  {
    method: 'DELETE',
    path: '/customer-accounts/:id/linked-accounts/:sellerId',
    operationId: 'unlinkAccount',
    summary: 'Unlink the account at one Seller',
    tag,
    scope: 'openactive-customeraccount-modify',
    params: itemParams,
    responses: { 204: { description: `Unlinked; ${notYet}` }, ...errors(410, 413) },
    handler: noLinkedAccount,
  },
];

async function listLinkedAccounts(call: Call): Promise<Answer> {
  const { store, actor, query } = call;
  const { account } = await readAccount(store, actor, identifierOf(call), () => void assertPage(0, query.page));
  const url = `${accountUrl(actor.organisation, account.identifier)}/linked-accounts`;
  return collectionAnswer(call, url, []);
}

async function noLinkedAccount(call: Call): Promise<Answer> {
  await loadAccount(call.store, call.actor, identifierOf(call));
  throw new Refusal({ kind: 'not-found', subject: 'linked-account' });
}
