import { type TSchema, Type } from 'typebox';
import { Change } from './change-schema.ts';
import { heldQuery } from './held-pages.ts';
import { Account, Customer } from './schema.ts';
import { closed, listOf, optional, stored } from './schema-parts.ts';

const instant = (description: string) =>
  Type.Optional(
    Type.String({ format: 'date-time', description: `${description} (a date: 00:00 UTC; + is written %2B)` }),
  );

/** Query of a history. */
export const HistoryQuery = heldQuery({
  kind: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 2000,
      description: 'only changes of these kinds, separated by commas; `GET /v1/changes` lists them',
    }),
  ),
  from: instant('changes made at or after this instant'),
  until: instant('changes made before this instant'),
});

const CustomerMembers = Type.Object(optional(Customer.properties), {
  ...closed,
  title: 'CustomerMembers',
  description: 'The members of a Customer that a change changed',
});

const AccountMembers = Type.Object(
  { ...optional(Account.properties), customer: Type.Optional(CustomerMembers) },
  { ...closed, title: 'AccountMembers', description: 'The members of an Account that a change changed' },
);

/** Who made a change, by what. */
const made = {
  by: Type.String({ description: 'who the client said that it is, else its name' }),
  client: Type.Object({ id: Type.Integer(), name: stored }, { ...closed, description: 'the API client; 0: Tessera' }),
  dialect: Type.String({ description: 'the API by which it was made, or job or command-line' }),
  channel: Type.String({ description: 'sales channel or system where the dialect carries one, else the dialect' }),
  operation: Type.String({ description: 'what was done: `accounts.change`' }),
  correlationId: stored,
  requestId: stored,
};

const { account: _, key: __, ...change } = Change.properties;

/** A change with who made it and what it changed; `before` and `after` have these members. */
const entryOf = (members: TSchema, title: string) =>
  Type.Object(
    {
      ...change,
      members: Type.Array(stored, { description: 'names of what changed in the record, shown or not' }),
      ...made,
      before: Type.Optional(members),
      after: Type.Optional(members),
      erased: Type.Optional(
        Type.Literal(true, { description: 'what was before and after is not kept any more: erased, or too old' }),
      ),
    },
    { ...closed, title },
  );

export const AccountHistory = listOf(entryOf(AccountMembers, 'AccountHistoryEntry'), 'AccountHistory');

export const CustomerHistory = listOf(
  entryOf(Type.Union([CustomerMembers, AccountMembers]), 'CustomerHistoryEntry'),
  'CustomerHistory',
);
