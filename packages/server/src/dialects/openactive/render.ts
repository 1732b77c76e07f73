import type { AccountDocument } from '#domain/account.ts';
import { compact } from '#domain/aggregate.ts';
import { encodeIdentifier } from '#domain/identifier.ts';
import type { Organisation } from '#domain/organisation.ts';
import { formOf } from './customer-form.ts';
import { customerView } from './customer-view.ts';
import { isShownExactly, shownText } from './emission.ts';
import { contextOf, type Profile } from './profile.ts';

/** An account's `@id`: its URL at the organisation's public base (openactive.md 1.2). */
export function accountId(organisation: Organisation, identifier: string): string {
  return `${organisation.baseUrl}/openactive/customer-accounts/${encodeIdentifier(identifier)}`;
}

/** An account as a document of its own. */
export function accountBody(document: AccountDocument, organisation: Organisation, profile: Profile): object {
  return { '@context': contextOf(profile, organisation), ...accountView(document, organisation, profile) };
}

/** The accounts that a query found, as an ItemList (openactive.md 2.9). It has no `@id`: the URL holds personal data. */
export function listBody(documents: AccountDocument[], organisation: Organisation, profile: Profile): object {
  return {
    '@context': contextOf(profile, organisation),
    '@type': 'ItemList',
    numberOfItems: documents.length,
    ...(documents.length > 0
      ? { itemListElement: documents.map((document) => accountView(document, organisation, profile)) }
      : {}),
  };
}

/** CustomerAccount (openactive.md 2.2). Empty members are left out: the validator fails them. */
function accountView({ account, customer }: AccountDocument, organisation: Organisation, profile: Profile): object {
  return compact({
    '@type': 'CustomerAccount',
    '@id': accountId(organisation, account.identifier),
    identifier: isShownExactly(account.identifier) ? account.identifier : undefined,
    name: profile === 'extended' ? shownText(account.alias) : undefined,
    accountNumber: shownText(account.accountNumber),
    customer: customerView(formOf(customer)),
    hasHiddenEntitlements: hasHiddenEntitlements(),
  });
}

/** Whether unlisted entitlements influence prices (openactive.md 3.7). An account cannot hold an entitlement yet, so none is hidden. */
function hasHiddenEntitlements(): boolean {
  return false;
}
