import { Type } from 'typebox';
import type { Answer } from '#http/answer.ts';
import type { Call } from '#http/call.ts';
import type { Route } from '#http/route.ts';
import { deactivateCustomer } from '#operations/customers/deactivate.ts';
import { listCustomers } from '#operations/customers/list.ts';
import { readCustomer } from '#operations/customers/read.ts';
import { common, conditional } from './headers.ts';
import { customerNumberOf, instantOf } from './params.ts';
import { CreateProfile, UpdateProfile } from './profile-schema.ts';
import { profileAnswer, renderProfile } from './render.ts';
import { responses } from './responses.ts';
import { CustomerList, CustomerPath, CustomerResponse } from './schema.ts';
import { readSearch, Search } from './search.ts';
import { createProfile, updateProfile } from './write-profile.ts';

const tag = 'Profiles client';

const search = {
  method: 'GET',
  summary: 'Find active profiles to whom all parameters apply',
  tag,
  scope: 'customers-profile:les',
  headers: common,
  query: Search,
  responses: responses({ schema: CustomerList }),
  handler: findProfiles,
} as const satisfies Partial<Route>;

/** P1 to P5; P8 is P1 by customerRef (entur.md 3.2). */
export const profileRoutes: readonly Route[] = [
  { ...search, path: '/profiles', operationId: 'findCustomers' },
  { ...search, path: '/profiles-search', operationId: 'searchCustomers' },
  {
    method: 'POST',
    path: '/profiles',
    operationId: 'createCustomer',
    summary: 'Create a profile',
    description: 'Unknown members are ignored; null is the same as absent.',
    tag,
    scope: 'customers-profile:opprett',
    ahead: true,
    headers: common,
    looseQuery: true,
    body: CreateProfile,
    judgesBody: true,
    responses: responses({ schema: CustomerResponse, etag: true }, 413, 415),
    handler: createProfile,
  },
  {
    method: 'GET',
    path: '/profiles/:customerNumber',
    operationId: 'findCustomerByCustomerNumber',
    summary: 'Get a profile',
    tag,
    scope: 'customers-profile:les',
    ahead: true,
    params: CustomerPath,
    headers: common,
    query: Type.Object({
      includeECards: Type.Optional(Type.Boolean({ description: 'no effect' })),
      includePersonnelTicket: Type.Optional(Type.Boolean({ description: 'no effect' })),
    }),
    responses: responses({ schema: CustomerResponse, etag: true }),
    handler: async (call) => {
      const aggregate = await readCustomer(call.store, call.actor, customerNumberOf(call));
      return profileAnswer(aggregate, call.actor.organisation.id);
    },
  },
  {
    method: 'PUT',
    path: '/profiles/:customerNumber',
    operationId: 'updateCustomer',
    summary: 'Overwrite a profile',
    description:
      'Absent optional members are cleared, except customerRef, password, languagePreferenceISO6393 and postalAddresses. Unknown members are ignored; null is the same as absent.',
    tag,
    scope: 'customers-profile:endre',
    ahead: true,
    params: CustomerPath,
    headers: conditional,
    looseQuery: true,
    body: UpdateProfile,
    judgesBody: true,
    responses: responses({ schema: CustomerResponse, etag: true }, 412, 413, 415),
    handler: updateProfile,
  },
  {
    method: 'DELETE',
    path: '/profiles/:customerNumber',
    operationId: 'deactivateCustomerByCustomerNumber',
    summary: 'Deactivate a profile; personal data goes at the expiration date',
    tag,
    scope: 'customers-profile:slett',
    params: CustomerPath,
    headers: common,
    query: Type.Object({
      expirationDate: Type.Optional(Type.String({ description: 'date or date-time; default: in 72 hours' })),
    }),
    responses: responses({ schema: CustomerResponse }, 413),
    handler: deactivateProfile,
  },
];

async function findProfiles(call: Call): Promise<Answer> {
  const { id } = call.actor.organisation;
  const { filter, limit } = readSearch(call.query, id);
  const { customers } = filter ? await listCustomers(call.store, call.actor, filter, limit) : { customers: [] };
  return { status: 200, body: customers.map((aggregate) => renderProfile(aggregate, id)) };
}

async function deactivateProfile(call: Call): Promise<Answer> {
  const { store, actor } = call;
  const aggregate = await deactivateCustomer(store, actor, customerNumberOf(call), expirationOf(call), 'api');
  return { status: 200, body: renderProfile(aggregate, actor.organisation.id) };
}

const defaultDelay = 72 * 60 * 60 * 1000;

function expirationOf({ actor, query }: Call): Date {
  const given: string | undefined = query.expirationDate;
  if (given === undefined) return new Date(actor.now.getTime() + defaultDelay);
  return instantOf('expirationDate', given);
}
