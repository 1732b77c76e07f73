import { type Account, type AccountDocument, accountTag, documentOf } from '#domain/account.ts';
import { type Actor, todayOf } from '#domain/actor.ts';
import type { AccountCustomer, Address, Customer } from '#domain/customer.ts';
import { encodeIdentifier } from '#domain/identifier.ts';
import type { Answer } from '#http/answer.ts';
import type { AccountResult } from '#operations/accounts/create.ts';
import { renderHeld } from './held-render.ts';
import { typeOf } from './parse.ts';

// What is rendered may have members that are undefined, which JSON omits: copied without them, a page would cost an eighth more.

/** A customer in native form; absent members are omitted. */
export function renderCustomer(customer: AccountCustomer): object {
  const { number, uuid: _, kind, type, state, customerRef, details, ...rest } = customer;
  const { addresses = [], telephoneParts: __, ...plain } = details;
  const [address, ...otherAddress] = addresses.map(renderAddress);
  return {
    customerNumber: number,
    type: typeOf({ kind }),
    profileType: type,
    status: state,
    customerRef: customerRef ?? String(number),
    ...plain,
    address,
    otherAddress: otherAddress.length > 0 ? otherAddress : undefined,
    ...rest,
  };
}

function renderAddress({ id: _, ...address }: Address): object {
  return address;
}

/** An account in native form, with what it holds today and its customer, where that is given. */
export function renderAccount(
  { account, customer }: { account: Account; customer?: AccountCustomer | undefined },
  actor: Actor,
): object {
  const { identifier, number, customerNumber, alias, accountNumber, isDefault } = account;
  const { createdAt, createdBy, createdByChannel, changedAt, changedBy } = account;
  return {
    identifier,
    number,
    customerNumber,
    alias,
    accountNumber,
    isDefault,
    ...renderHeld(account, actor),
    customer: customer && renderCustomer(customer),
    createdAt,
    createdBy,
    createdByChannel,
    changedAt,
    changedBy,
  };
}

/** `"v{version}"`: covers the customer and the accounts. */
export function customerTag({ version }: Customer): string {
  return `v${version}`;
}

/** `"v{version}.{n}"` (architecture.md, Settled 11). */
export function nativeTag(account: Account, actor: Actor): string {
  return `v${accountTag(account, todayOf(actor))}`;
}

/** The tag of a request for proof whose files are to be deleted: at that instant the links to them are gone, and nothing is written. */
export function withoutFilesTag(account: Account, actor: Actor): string {
  return `${nativeTag(account, actor)}-f`;
}

/** The tags that name the present state of an account. */
export function nativeTags(account: Account, actor: Actor): readonly string[] {
  return [nativeTag(account, actor), withoutFilesTag(account, actor)];
}

const caching = { 'Cache-Control': 'private, no-cache' };

export function customerAnswer(actor: Actor, status: 200 | 201, customer: Customer): Answer {
  const { version: _, ...shown } = customer;
  const location = status === 201 ? { Location: `${actor.organisation.baseUrl}/v1/customers/${customer.number}` } : {};
  return {
    status,
    headers: { ...caching, ETag: `"${customerTag(customer)}"`, ...location },
    body: renderCustomer(shown),
  };
}

export function accountAnswer(actor: Actor, status: 200 | 201, document: AccountDocument): Answer {
  const location =
    status === 201
      ? { Location: `${actor.organisation.baseUrl}/v1/accounts/${encodeIdentifier(document.account.identifier)}` }
      : {};
  return {
    status,
    headers: { ...caching, ETag: `"${nativeTag(document.account, actor)}"`, ...location },
    body: renderAccount(document, actor),
  };
}

export function resultAnswer(actor: Actor, status: 200 | 201, { account, aggregate }: AccountResult): Answer {
  return accountAnswer(actor, status, documentOf(account, aggregate.customer));
}
