import type { Account, Aggregate } from '#domain/account.ts';
import { compact } from '#domain/compact.ts';
import { type Customer, isPostalAddress } from '#domain/customer.ts';
import type { Answer } from '#http/answer.ts';
import { shownAddress } from './addresses.ts';
import { accountTag, profileTag } from './etags.ts';
import { shownLandline, shownTelephones } from './telephones.ts';

const statusLetters = { active: 'A', passive: 'P', erased: 'D' } as const;
const typeLetters = { standard: 'S', personnel: 'P', temporary: 'T' } as const;

/** A CustomerAccountResponse (entur.md 2.2). */
export function renderAccount(account: Account) {
  const { number, customerNumber, identifier, alias, isDefault, createdAt, createdBy, changedAt, changedBy } = account;
  return compact({
    id: number,
    customerNumber,
    customerAccountId: identifier,
    alias,
    isDefault,
    createdAt,
    createdBy,
    changedAt,
    changedBy,
  });
}

/** A customer's accounts in the order of A1: the default first, then the oldest (entur.md 2.3). */
export function renderAccounts(accounts: readonly Account[]) {
  return [...accounts].sort(byDefaultAndAge).map(renderAccount);
}

function byDefaultAndAge(a: Account, b: Account): number {
  if (a.isDefault !== b.isDefault) return a.isDefault ? -1 : 1;
  if (a.createdAt !== b.createdAt) return a.createdAt < b.createdAt ? -1 : 1;
  return a.number - b.number;
}

/** A CustomerResponse (entur.md 3.1). Values are shown as stored, also those that other dialects let in and Entur would not. */
export function renderProfile({ customer, accounts }: Aggregate, organisationId: number) {
  const { details } = customer;
  return compact({
    uuid: customer.uuid,
    status: statusLetters[customer.state],
    profileType: typeLetters[customer.type],
    customerNumber: customer.number,
    customerRef: customer.customerRef ?? String(customer.number),
    organisationId,
    ...shownNames(customer),
    email: details.email,
    username: customer.type === 'standard' && customer.state === 'active' ? customer.username : undefined,
    vippsId: details.vippsId,
    parentId: details.parent,
    ...shownTelephones(details),
    landlineNumber: shownLandline(details),
    dateOfBirth: details.birthDate,
    nationality: details.nationality,
    languagePreferenceISO6393: details.language ?? 'NOB',
    expirationDate: customer.expiresAt,
    postalAddresses: (details.addresses ?? []).filter(isPostalAddress).map(shownAddress),
    customerAccountId: accounts.find(({ isDefault }) => isDefault)?.identifier,
    customerAccounts: renderAccounts(accounts),
    createdAt: customer.createdAt,
    createdBy: customer.createdBy,
    createdByChannel: customer.createdByChannel,
    changedAt: customer.changedAt,
    changedBy: customer.changedBy,
    changedByChannel: customer.changedByChannel,
  });
}

/** Missing names are empty; an organisation's name is its surname (architecture.md, Settled 12). */
export function shownNames({ kind, details }: Customer): { firstName: string; surname: string } {
  if (kind === 'organization') return { firstName: '', surname: details.name ?? '' };
  return { firstName: details.givenName ?? '', surname: details.familyName ?? '' };
}

/** The answer that shows one account, with its entity tag. */
export function accountAnswer(account: Account): Answer {
  return { status: 200, headers: { ETag: `"${accountTag(account)}"` }, body: renderAccount(account) };
}

/** The answer that shows one profile, with its entity tag. */
export function profileAnswer(aggregate: Aggregate, organisationId: number): Answer {
  const headers = { ETag: `"${profileTag(aggregate.customer)}"` };
  return { status: 200, headers, body: renderProfile(aggregate, organisationId) };
}
