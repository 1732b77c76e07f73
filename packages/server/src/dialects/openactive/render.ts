import { newestFirst } from '#domain/access-pass.ts';
import type { Account, AccountDocument } from '#domain/account.ts';
import { type Actor, todayOf } from '#domain/actor.ts';
import { compact } from '#domain/compact.ts';
import { hasHiddenEntitlements } from '#domain/grant.ts';
import { encodeIdentifier } from '#domain/identifier.ts';
import type { Organisation } from '#domain/organisation.ts';
import { barcodeView } from './barcode.ts';
import { formOf } from './customer-form.ts';
import { customerView } from './customer-view.ts';
import { isShownExactly, shownText } from './emission.ts';
import { entitlementViews } from './entitlement.ts';
import { outstandingActionViews } from './outstanding-actions.ts';
import { contextOf, coreContext, type Profile } from './profile.ts';

/** An account's `@id`: its URL at the organisation's public base (openactive.md 1.2). */
export function accountId(organisation: Organisation, identifier: string): string {
  return `${organisation.baseUrl}/openactive/customer-accounts/${encodeIdentifier(identifier)}`;
}

/** An account as a document of its own, as it is on the day of the request. */
export function accountBody(document: AccountDocument, actor: Actor, profile: Profile): object {
  return { '@context': contextOf(profile, actor.organisation), ...accountView(document, actor, profile) };
}

/** The accounts that a query found, as an ItemList (openactive.md 2.9). It has no `@id`: the URL holds personal data. */
export function listBody(documents: AccountDocument[], actor: Actor, profile: Profile): object {
  return compact({
    '@context': contextOf(profile, actor.organisation),
    '@type': 'ItemList',
    numberOfItems: documents.length,
    itemListElement: listed(documents.map((document) => accountView(document, actor, profile))),
  });
}

/** CustomerAccount (openactive.md 2.2). Empty members are left out: the validator fails them. */
function accountView({ account, customer }: AccountDocument, actor: Actor, profile: Profile): object {
  const { organisation } = actor;
  return compact({
    ...identityOf(account, organisation),
    name: profile === 'extended' ? shownText(account.alias) : undefined,
    accountNumber: shownText(account.accountNumber),
    customer: customerView(formOf(customer)),
    accessPass: listed(newestFirst(account.accessPass).map((pass) => barcodeView(pass, organisation, profile))),
    hasHiddenEntitlements: hasHiddenEntitlements(account, todayOf(actor)),
    outstandingAction: listed(outstandingActionViews(account, actor, profile)),
    entitlement: listed(entitlementViews(account, actor, profile)),
  });
}

/** An account as the feed shows it: nothing of its customer, neither passes nor actions (openactive.md 2.13). */
export function feedBody(account: Account, actor: Actor): object {
  return compact({
    '@context': coreContext,
    ...identityOf(account, actor.organisation),
    accountNumber: shownText(account.accountNumber),
    hasHiddenEntitlements: hasHiddenEntitlements(account, todayOf(actor)),
    entitlement: listed(entitlementViews(account, actor, 'feed')),
  });
}

function identityOf({ identifier }: Account, organisation: Organisation): object {
  return {
    '@type': 'CustomerAccount',
    '@id': accountId(organisation, identifier),
    identifier: isShownExactly(identifier) ? identifier : undefined,
  };
}

function listed(items: object[]): object[] | undefined {
  return items.length === 0 ? undefined : items;
}
