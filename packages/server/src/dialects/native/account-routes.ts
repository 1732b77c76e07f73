import { Type } from 'typebox';
import { answering } from '#http/answering.ts';
import { unlessKnown } from '#http/conditional.ts';
import { leastPosition } from '#http/position.ts';
import type { Route } from '#http/route.ts';
import { changeAccount } from '#operations/accounts/change.ts';
import type { AccountResult } from '#operations/accounts/create.ts';
import { deleteAccount } from '#operations/accounts/delete.ts';
import { readAccount } from '#operations/accounts/read.ts';
import { readAccountAt } from '#operations/history/read-at.ts';
import { AsOfQuery, asOfAnswer, asOfDescription, asOfHeaders, asOfResponses, pastActorOf } from './as-of.ts';
import { accountMatch } from './conditions.ts';
import { idempotencyHeader, ifMatchHeader, mergePatchTypes } from './headers.ts';
import { createFromBody } from './new-account.ts';
import { ownerOf } from './owner.ts';
import { accountAnswer, renderAccount, resultAnswer } from './render.ts';
import { deleteResponses, writeResponses } from './responses.ts';
import { Account, AccountPatch, NewAccount } from './schema.ts';

/** An account's identifier in a path, decoded once. */
export const identifierParam = Type.Object({ identifier: Type.String({ minLength: 1 }) });

export const accountRoutes: Route[] = [
  {
    method: 'POST',
    path: '/accounts',
    operationId: 'createAccount',
    summary: 'Create an account, with a new customer or for an existing one',
    tag: 'Accounts',
    scope: 'accounts:write',
    ahead: true,
    headers: idempotencyHeader,
    body: NewAccount,
    meaning: ({ body, actor }) => void ownerOf(body, actor),
    responses: writeResponses(Account, [201], 415, 422),
    handler: (call) => {
      const render = (result: AccountResult) => resultAnswer(call.actor, 201, result);
      return answering(call, render, (keep) => createFromBody(call, (actor) => ownerOf(call.body, actor), {}, keep));
    },
  },
  {
    method: 'GET',
    path: '/accounts/:identifier',
    operationId: 'readAccount',
    summary: 'Read an account with its customer, as it is or as it was',
    description: asOfDescription,
    tag: 'Accounts',
    scope: 'accounts:read',
    ahead: true,
    params: identifierParam,
    query: AsOfQuery,
    headers: asOfHeaders,
    responses: asOfResponses(Account),
    handler: async (call) => {
      const identifier = call.params.identifier as string;
      const past = pastActorOf(call);
      if (past) {
        const least = leastPosition(call.request);
        const found = await readAccountAt(call.store, call.actor, identifier, past.now, least);
        return asOfAnswer(renderAccount(found.shown, past), found);
      }
      const document = await readAccount(call.store, call.actor, identifier);
      return unlessKnown(call, accountAnswer(call.actor, 200, document));
    },
  },
  {
    method: 'PATCH',
    path: '/accounts/:identifier',
    operationId: 'changeAccount',
    summary: "Change an account's own members by JSON Merge Patch",
    tag: 'Accounts',
    scope: 'accounts:write',
    ahead: true,
    params: identifierParam,
    headers: ifMatchHeader,
    body: AccountPatch,
    consumes: mergePatchTypes,
    responses: writeResponses(Account, [200], 412, 415),
    handler: async (call) => {
      const identifier = call.params.identifier as string;
      const change = { edit: call.body, ifMatch: accountMatch(call, identifier) };
      return resultAnswer(call.actor, 200, await changeAccount(call.store, call.actor, { identifier }, change));
    },
  },
  {
    method: 'DELETE',
    path: '/accounts/:identifier',
    operationId: 'deleteAccount',
    summary: 'Delete one account; the customer and the other accounts stay',
    tag: 'Accounts',
    scope: 'accounts:delete',
    params: identifierParam,
    headers: ifMatchHeader,
    responses: deleteResponses(),
    handler: async (call) => {
      const identifier = call.params.identifier as string;
      await deleteAccount(call.store, call.actor, { identifier }, accountMatch(call, identifier));
      return { status: 204 };
    },
  },
  {
    method: 'POST',
    path: '/accounts/:identifier/make-default',
    operationId: 'makeDefault',
    summary: "Make an account its customer's default",
    tag: 'Accounts',
    scope: 'accounts:write',
    params: identifierParam,
    headers: { ...ifMatchHeader, ...idempotencyHeader },
    responses: writeResponses(Account, [200], 412),
    handler: async (call) => {
      const identifier = call.params.identifier as string;
      const render = (result: AccountResult) => resultAnswer(call.actor, 200, result);
      const change = {
        operation: 'accounts.make-default',
        edit: { isDefault: true },
        ifMatch: accountMatch(call, identifier),
      };
      return answering(call, render, (keep) =>
        changeAccount(call.store, call.actor, { identifier }, { ...change, keep }),
      );
    },
  },
];
