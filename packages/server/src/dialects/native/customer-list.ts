import { Type } from 'typebox';
import { foldKey, telephoneKey } from '#domain/keys.ts';
import { Refusal } from '#domain/refusal.ts';
import type { Call } from '#http/call.ts';
import type { Route } from '#http/route.ts';
import { type CustomerFilter, listCustomers } from '#operations/customers/list.ts';
import { renderCustomer } from './render.ts';
import { listResponses } from './responses.ts';
import { CustomerList } from './schema.ts';

const Query = Type.Object(
  {
    email: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 254,
        description: 'the exact address, compared trimmed and in lower case',
      }),
    ),
    telephone: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 40,
        description: 'the exact number, compared by its digits and leading +',
      }),
    ),
    customerRef: Type.Optional(Type.String({ minLength: 1, maxLength: 40 })),
    name: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 200,
        description: 'beginning of the family name, else full name or name of the organisation; case does not matter',
      }),
    ),
    status: Type.Optional(
      Type.Union([Type.Literal('active'), Type.Literal('passive')], { description: 'must be "active" or "passive"' }),
    ),
    changedSince: Type.Optional(
      Type.String({
        format: 'date-time',
        description: 'customers whose own data changed at or after this instant, in order of change',
      }),
    ),
    cursor: Type.Optional(Type.String({ minLength: 1, maxLength: 200, description: 'from `next` of the page before' })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, description: 'items per page, default 50' })),
  },
  { additionalProperties: false },
);

type Position = { changedAt: string; number: number };

export const listRoute: Route = {
  method: 'GET',
  path: '/customers',
  operationId: 'listCustomers',
  summary: 'List customers, by number; all filters given must match',
  tag: 'Customers',
  scope: 'customers:list',
  query: Query,
  responses: listResponses(CustomerList),
  handler: async (call) => {
    const { store, actor, query } = call;
    const telephone = query.telephone === undefined ? undefined : telephoneKey(query.telephone);
    // A telephone without digits is nobody's.
    if (query.telephone !== undefined && telephone === undefined) return page(call, { items: [] });
    const { customers, more } = await listCustomers(store, actor, filterOf(query, telephone), query.limit ?? 50);
    const last = customers.at(-1)?.customer;
    const items = customers.map(({ customer: { version: _, ...shown } }) => renderCustomer(shown));
    return page(call, more && last ? { items, next: nextUrl(call, last) } : { items });
  },
};

function filterOf(query: Record<string, string>, telephone: string | undefined): CustomerFilter {
  return {
    ...(query.email === undefined ? {} : { emailKey: foldKey(query.email) }),
    ...(telephone === undefined ? {} : { telephoneKey: telephone }),
    ...(query.customerRef === undefined ? {} : { customerRef: query.customerRef }),
    ...(query.name === undefined ? {} : { namePrefix: foldKey(query.name) }),
    ...(query.status === undefined ? {} : { state: query.status as 'active' | 'passive' }),
    ...(query.changedSince === undefined ? {} : { changedSince: query.changedSince }),
    ...(query.cursor === undefined ? {} : { after: readCursor(query.cursor) }),
  };
}

function page(_call: Call, body: { items: object[]; next?: string }) {
  return { status: 200, headers: { 'Cache-Control': 'private, no-store' }, body };
}

function nextUrl({ actor, query }: Call, { changedAt, number }: Position): string {
  const cursor = Buffer.from(JSON.stringify([changedAt, number])).toString('base64url');
  const parameters = new URLSearchParams(
    Object.entries({ ...query, cursor }).map(([name, value]): [string, string] => [name, String(value)]),
  );
  return `${actor.organisation.baseUrl}/v1/customers?${parameters}`;
}

/** Throws Refusal `invalid` for anything that is not a cursor of ours. */
function readCursor(text: string): Position {
  try {
    const [changedAt, number] = JSON.parse(Buffer.from(text, 'base64url').toString());
    if (Number.isSafeInteger(number) && new Date(changedAt).toISOString() === changedAt) return { changedAt, number };
  } catch {
    // falls through to the refusal
  }
  throw new Refusal({
    kind: 'invalid',
    in: 'query',
    faults: [{ path: ['cursor'], code: 'format', message: 'must be the cursor of a `next` URL' }],
  });
}
