import { Type } from 'typebox';
import type { Aggregate } from '#domain/account.ts';
import { todayOf } from '#domain/actor.ts';
import { Refusal } from '#domain/refusal.ts';
import { answering } from '#http/answering.ts';
import { unlessKnown } from '#http/conditional.ts';
import { leastPosition } from '#http/position.ts';
import type { Route } from '#http/route.ts';
import { changeCustomer } from '#operations/customers/change.ts';
import { createCustomer } from '#operations/customers/create.ts';
import { eraseCustomer } from '#operations/customers/erase.ts';
import { readCustomer } from '#operations/customers/read.ts';
import { readCustomerAt } from '#operations/history/read-at.ts';
import { AsOfQuery, asOfAnswer, asOfDescription, asOfHeaders, asOfResponses, pastActorOf } from './as-of.ts';
import { customerMatch } from './conditions.ts';
import { idempotencyHeader, ifMatchHeader, mergePatchTypes } from './headers.ts';
import { parseCustomerPatch, parseNewCustomer } from './parse.ts';
import { customerAnswer, renderCustomer } from './render.ts';
import { deleteResponses, writeResponses } from './responses.ts';
import { Customer, CustomerPatch, NewCustomer } from './schema.ts';

/** `customerNumber` in a path. */
export const customerNumberParam = Type.Object({
  customerNumber: Type.String({
    pattern: '^[1-9][0-9]{0,15}$',
    description: 'must be a customer number: digits without leading zero',
  }),
});

export const customerRoutes: Route[] = [
  {
    method: 'POST',
    path: '/customers',
    operationId: 'createCustomer',
    summary: 'Create a customer without an account',
    tag: 'Customers',
    scope: 'customers:write',
    ahead: true,
    headers: idempotencyHeader,
    body: NewCustomer,
    meaning: ({ body, actor }) => void parseNewCustomer(body, todayOf(actor)),
    responses: writeResponses(Customer, [201], 415, 422),
    handler: async (call) => {
      const { store, actor, body } = call;
      const render = ({ customer }: Aggregate) => customerAnswer(actor, 201, customer);
      const customer = parseNewCustomer(body, todayOf(actor));
      return answering(call, render, (keep) => createCustomer(store, actor, customer, keep));
    },
  },
  {
    method: 'GET',
    path: '/customers/:customerNumber',
    operationId: 'readCustomer',
    summary: 'Read a customer, as it is or as it was',
    description: asOfDescription,
    tag: 'Customers',
    scope: 'customers:read',
    params: customerNumberParam,
    query: AsOfQuery,
    headers: asOfHeaders,
    responses: asOfResponses(Customer),
    handler: async (call) => {
      const customerNumber = Number(call.params.customerNumber);
      const past = pastActorOf(call);
      if (past) {
        const least = leastPosition(call.request);
        const found = await readCustomerAt(call.store, call.actor, customerNumber, past.now, least);
        return asOfAnswer(renderCustomer(found.shown), found);
      }
      const { customer } = await readCustomer(call.store, call.actor, customerNumber);
      return unlessKnown(call, customerAnswer(call.actor, 200, customer));
    },
  },
  {
    method: 'PATCH',
    path: '/customers/:customerNumber',
    operationId: 'changeCustomer',
    summary: 'Change a customer by JSON Merge Patch',
    tag: 'Customers',
    scope: 'customers:write',
    ahead: true,
    params: customerNumberParam,
    headers: ifMatchHeader,
    body: CustomerPatch,
    consumes: mergePatchTypes,
    responses: writeResponses(Customer, [200], 412, 415),
    handler: async (call) => {
      const { store, actor, params, body } = call;
      const today = todayOf(actor);
      const change = {
        ifMatch: customerMatch(call),
        edit: (aggregate: Aggregate) => parseCustomerPatch(body, aggregate, today),
      };
      const target = { customerNumber: Number(params.customerNumber) };
      const { customer } = await changeCustomer(store, actor, target, change);
      return customerAnswer(actor, 200, customer);
    },
  },
  {
    method: 'DELETE',
    path: '/customers/:customerNumber',
    operationId: 'eraseCustomer',
    summary: 'Erase a customer and all accounts (right to be forgotten)',
    description:
      'All personal data leaves every table in the same transaction. A tombstone without personal data remains; the identifiers of the accounts are never used again.',
    tag: 'Customers',
    scope: 'customers:erase',
    params: customerNumberParam,
    headers: ifMatchHeader,
    responses: deleteResponses(),
    handler: async (call) => {
      const customerNumber = Number(call.params.customerNumber);
      const erased = await eraseCustomer(call.store, call.actor, { customerNumber }, { ifMatch: customerMatch(call) });
      if (!erased) throw new Refusal({ kind: 'gone', subject: 'customer' });
      return { status: 204 };
    },
  },
];
