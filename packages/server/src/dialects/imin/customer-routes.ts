import type { Route } from '#http/route.ts';
import { json, mergePatch } from './account-routes.ts';
import { createFlat, erase, patch, read } from './accounts.ts';
import { PersonPatch } from './person-schema.ts';
import { FlatCustomer } from './representation.ts';
import { creates, erases, patches, reads } from './responses.ts';
import { accountParams, FlatAccount } from './schema.ts';

const path = 'customers';
const tag = 'Customers (legacy)';

/** Endpoint 13 of imin.md 2.3: the same accounts in their flat form. */
export const customerRoutes: Route[] = [
  {
    method: 'POST',
    path: '/customers',
    operationId: 'createCustomer',
    summary: 'Create an account, flat form',
    tag,
    scope: 'openactive-customeraccount-modify',
    body: FlatAccount,
    consumes: json,
    verbatim: ['identifier'],
    responses: creates(FlatCustomer),
    handler: (call) => createFlat(call, path),
  },
  {
    method: 'GET',
    path: '/customers/:id',
    operationId: 'readCustomer',
    summary: 'Read an account, flat form',
    tag,
    scope: 'openactive-customeraccount-query',
    params: accountParams,
    headers: { 'If-None-Match': '' },
    responses: reads(FlatCustomer),
    handler: (call) => read(call, path),
  },
  {
    method: 'PATCH',
    path: '/customers/:id',
    operationId: 'patchCustomer',
    summary: 'Change personal details by JSON Merge Patch, flat form',
    tag,
    scope: 'openactive-customeraccount-modify',
    params: accountParams,
    headers: { 'If-Match': '' },
    body: PersonPatch,
    consumes: mergePatch,
    responses: patches(FlatCustomer),
    handler: (call) => patch(call, path),
  },
  {
    method: 'DELETE',
    path: '/customers/:id',
    operationId: 'eraseCustomer',
    summary: 'Erase the person with all accounts (right to be forgotten)',
    tag,
    scope: 'openactive-customeraccount-modify',
    params: accountParams,
    headers: { 'If-Match': '' },
    responses: erases,
    handler: erase,
  },
];
