import type { Call } from '#http/call.ts';
import type { Route } from '#http/route.ts';
import { create, createFlat, erase, patch, read } from './accounts.ts';
import type { PersonInput } from './parse.ts';
import { PersonPatch } from './person-schema.ts';
import { CustomerAccount } from './representation.ts';
import { creates, erases, patches, reads } from './responses.ts';
import { AnyNewAccount, accountParams } from './schema.ts';

/** What requests may be written in. */
export const json = ['application/json', 'application/ld+json'] as const;
export const mergePatch = [...json, 'application/merge-patch+json'] as const;

const path = 'customer-accounts';
const tag = 'Customer accounts';

/** Endpoints 1, 2, 4 and 5 of imin.md 2.3. */
export const accountRoutes: Route[] = [
  {
    method: 'POST',
    path: '/customer-accounts',
    operationId: 'createCustomerAccount',
    summary: 'Create an account when a person registers with the Broker',
    tag,
    scope: 'openactive-customeraccount-modify',
    ahead: true,
    body: AnyNewAccount,
    consumes: json,
    verbatim: ['identifier'],
    responses: creates(CustomerAccount),
    handler: (call) => ('customer' in call.body ? createWrapped(call) : createFlat(call, path)),
  },
  {
    method: 'GET',
    path: '/customer-accounts/:id',
    operationId: 'readCustomerAccount',
    summary: 'Read an account',
    tag,
    scope: 'openactive-customeraccount-query',
    ahead: true,
    params: accountParams,
    headers: { 'If-None-Match': '' },
    responses: reads(CustomerAccount),
    handler: (call) => read(call, path),
  },
  {
    method: 'PATCH',
    path: '/customer-accounts/:id',
    operationId: 'patchCustomerAccount',
    summary: 'Change personal details by JSON Merge Patch (legacy)',
    description: 'No Seller is told. New clients send a CustomerUpdateAction.',
    tag,
    scope: 'openactive-customeraccount-modify',
    ahead: true,
    params: accountParams,
    headers: { 'If-Match': '' },
    body: PersonPatch,
    consumes: mergePatch,
    responses: patches(CustomerAccount),
    handler: (call) => patch(call, path),
  },
  {
    method: 'DELETE',
    path: '/customer-accounts/:id',
    operationId: 'eraseCustomerAccount',
    summary: 'Erase the person with all accounts (right to be forgotten)',
    tag,
    scope: 'openactive-customeraccount-modify',
    params: accountParams,
    headers: { 'If-Match': '' },
    responses: erases,
    handler: erase,
  },
];

function createWrapped(call: Call) {
  const { identifier, customer } = call.body as { identifier?: string; customer: PersonInput };
  return create(call, path, { identifier, person: customer, place: ['customer'] });
}
