import type { AccountDocument } from '#domain/account.ts';
import type { Actor } from '#domain/actor.ts';
import { compact } from '#domain/compact.ts';
import type { AccountCustomer, Address } from '#domain/customer.ts';
import type { Answer } from '#http/answer.ts';
import { tagOf } from './conditions.ts';
import { heldView } from './held.ts';
import type { PersonInput } from './parse.ts';
import { accountUrl, type Path } from './urls.ts';

export const context = 'https://openactive.io/';

type TypeKey = '@type' | 'type';

/** The answer that shows an account in the form of the path. */
export function accountAnswer(path: Path, status: 200 | 201, document: AccountDocument, actor: Actor): Answer {
  const { account } = document;
  const location = status === 201 ? { Location: accountUrl(actor.organisation, account.identifier, path) } : {};
  const headers = { ETag: `"${tagOf(account, actor)}"`, 'Cache-Control': 'private, no-cache', ...location };
  return { status, headers, body: forms[path](document, actor) };
}

const forms: Record<Path, (document: AccountDocument, actor: Actor) => object> = {
  'customer-accounts': ({ account, customer }, actor) => ({
    '@context': context,
    '@type': 'CustomerAccount',
    '@id': accountUrl(actor.organisation, account.identifier),
    identifier: account.identifier,
    customer: customerOf(customer, '@type'),
    ...heldView(account, actor),
  }),
  customers: ({ account: { identifier }, customer }, { organisation }) => {
    const { type, ...members } = customerOf(customer, 'type');
    return { type, id: accountUrl(organisation, identifier, 'customers'), identifier, ...members };
  },
};

/** The answer to a CustomerUpdateAction: of the Person only the members that were named, as they are now (imin.md 2.5.1). */
export function updateAnswer(customer: AccountCustomer, named: PersonInput): Answer {
  const person = Object.entries(personOf(customer, '@type'));
  return {
    status: 200,
    body: {
      '@context': context,
      '@type': 'CustomerUpdateAction',
      actionStatus: 'https://schema.org/CompletedActionStatus',
      object: Object.fromEntries(person.filter(([member]) => member === '@type' || Object.hasOwn(named, member))),
    },
  };
}

function customerOf(customer: AccountCustomer, key: TypeKey): Record<string, unknown> {
  return customer.kind === 'organization' ? organizationOf(customer, key) : personOf(customer, key);
}

/** A Person (imin.md 2.2); absent members are omitted. */
export function personOf({ details }: Pick<AccountCustomer, 'details'>, key: TypeKey): Record<string, unknown> {
  const { email, telephone, givenName, familyName, birthDate, gender, is13OrOver, emergencyContact } = details;
  return compact({
    [key]: 'Person',
    email,
    telephone,
    givenName,
    familyName,
    birthDate,
    gender,
    'imin:is13OrOver': is13OrOver,
    address: addressOf(details.addresses, key),
    emergencyContact: emergencyContact && { [key]: 'Person', ...emergencyContact },
  });
}

/** An Organization, created through another dialect (imin.md 2.1). */
function organizationOf({ details }: AccountCustomer, key: TypeKey): Record<string, unknown> {
  const { name, email, telephone, addresses } = details;
  return compact({ [key]: 'Organization', name, email, telephone, address: addressOf(addresses, key) });
}

/** The first postal address, partial ones too. */
function addressOf(addresses: Address[] | undefined, key: TypeKey): object | undefined {
  if (!addresses?.[0]) return undefined;
  const { id: _, ...parts } = addresses[0];
  return { [key]: 'PostalAddress', ...parts };
}
