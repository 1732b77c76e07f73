import { newestFirst } from '#domain/access-pass.ts';
import type { Account } from '#domain/account.ts';
import { type Actor, todayOf } from '#domain/actor.ts';
import { shownEntitlement } from '#domain/broker-entitlement.ts';
import { compact } from '#domain/compact.ts';
import type { Entitlement } from '#domain/entitlement.ts';
import { isOpenRequest } from '#domain/evidence.ts';
import { conceptView } from './concept.ts';
import { evidenceView } from './evidence-view.ts';
import { endText } from './instants.ts';

/** What an account shows of its passes and entitlements: one of each, when there is one (imin.md 2.1, 3.1). */
export function heldView(account: Account, actor: Actor): object {
  const { organisation } = actor;
  const [pass] = newestFirst(account.accessPass);
  const entitlement = shownEntitlement(account, organisation.settings.brokerList, todayOf(actor));
  return compact({
    accessPass: pass && passView(pass.text),
    entitlement: entitlement && entitlementView(account, entitlement, 'expires', actor),
  });
}

/** A pass. */
export function passView(text: string): object {
  return { '@type': 'Barcode', text };
}

/** An entitlement; the member that tells its end has one name on reads and another in the answer to the action (imin.md 2.5.2). */
export function entitlementView(
  { identifier }: Account,
  { type, validUntil, evidence }: Entitlement,
  end: 'expires' | 'validUntil',
  { organisation }: Actor,
): object {
  return compact({
    '@type': 'Entitlement',
    [end]: validUntil === undefined ? undefined : endText(organisation, validUntil),
    entitlementType: conceptView(organisation, type),
    evidenceRequestAction:
      evidence && isOpenRequest(evidence) ? evidenceView(organisation, identifier, evidence) : undefined,
  });
}
