import { Type } from 'typebox';
import { compact } from '#domain/compact.ts';
import { emailPattern } from '#domain/details-rules.ts';
import { foldKey, telephoneKey } from '#domain/keys.ts';
import { Refusal } from '#domain/refusal.ts';
import { parseInstant } from '#domain/time.ts';
import type { Call } from '#http/call.ts';
import { leastPosition, positionField } from '#http/position.ts';
import type { Route } from '#http/route.ts';
import { text } from '#http/text.ts';
import { type CustomerFilter, listCustomers } from '#operations/customers/list.ts';
import { positionRequest } from './headers.ts';
import { renderCustomer } from './render.ts';
import { exportNote, exportResponses } from './responses.ts';
import { CustomerList } from './schema.ts';

const Query = Type.Object(
  {
    email: Type.Optional(
      text(254, {
        // A + that is not percent-encoded arrives as a space: better told than answered with nobody.
        pattern: emailPattern,
        description: 'must be the whole e-mail address, with + written %2B; compared trimmed and in lower case',
      }),
    ),
    telephone: Type.Optional(
      Type.String({
        maxLength: 40,
        pattern: '[0-9]',
        description: 'must be the whole number, with digits; compared by its digits and leading +',
      }),
    ),
    customerRef: Type.Optional(text(40, { description: 'the exact reference; the customer number where none is set' })),
    name: Type.Optional(
      text(200, {
        description: 'beginning of the family name, else full name or name of the organisation; case does not matter',
      }),
    ),
    status: Type.Optional(
      Type.Union([Type.Literal('active'), Type.Literal('passive')], { description: 'must be "active" or "passive"' }),
    ),
    changedSince: Type.Optional(
      Type.String({
        format: 'date-time',
        description:
          'customers whose own data changed at or after this instant (a date: 00:00 UTC; + is written %2B), in order of change',
      }),
    ),
    cursor: Type.Optional(Type.String({ minLength: 1, maxLength: 200, description: 'from `next` of the page before' })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, description: 'items per page, default 50' })),
  },
  { additionalProperties: false },
);

type ListQuery = Partial<Record<'email' | 'telephone' | 'customerRef' | 'name' | 'changedSince' | 'cursor', string>> & {
  status?: 'active' | 'passive';
};
type Position = { changedAt: string; number: number };

export const listRoute: Route = {
  method: 'GET',
  path: '/customers',
  operationId: 'listCustomers',
  summary: 'List customers, by number; all filters given must match',
  description: exportNote,
  tag: 'Customers',
  scope: 'customers:list',
  headers: positionRequest,
  query: Query,
  responses: exportResponses(CustomerList),
  handler: async (call) => {
    const { request, store, actor, query } = call;
    const [filter, limit, least] = [filterOf(query), query.limit ?? 50, leastPosition(request)];
    const { customers, more, position } = await listCustomers(store, actor, filter, limit, least);
    const last = customers.at(-1)?.customer;
    const items = customers.map(({ customer: { version: _, ...shown } }) => renderCustomer(shown));
    const next = more && last ? { next: nextUrl(call, last) } : {};
    return { status: 200, headers: positionField(position), body: { items, ...next } };
  },
};

function filterOf({ email, telephone, customerRef, name, status, changedSince, cursor }: ListQuery): CustomerFilter {
  return compact({
    emailKey: email && foldKey(email),
    // A + that is not percent-encoded arrives as a space.
    telephoneKey: telephone && telephoneKey(telephone.replace(/^ /, '+')),
    customerRef,
    namePrefix: name && foldKey(name),
    state: status,
    // In UTC: an offset may be one that the database does not know.
    changedSince: changedSince && parseInstant(changedSince)?.toISOString(),
    after: cursor === undefined ? undefined : readCursor(cursor),
  }) as CustomerFilter;
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
    if (Number.isSafeInteger(number) && parseInstant(changedAt)?.toISOString() === changedAt)
      return { changedAt, number };
  } catch {
    // falls through to the refusal
  }
  throw new Refusal({
    kind: 'invalid',
    in: 'query',
    faults: [{ path: ['cursor'], code: 'format', message: 'must be the cursor of a `next` URL' }],
  });
}
