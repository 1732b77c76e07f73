import type { Account } from './account.ts';
import type { Entitlement } from './entitlement.ts';
import { listedOn } from './grant.ts';

/**
 * The one entitlement of a list that a Broker is shown on a day: of those that are listed the one that ends last, of equal ends the
 * one that began last, then the one that was granted last (imin.md 3.1).
 *
 * @param list slug of the broker list; undefined when the organisation has none
 */
export function shownEntitlement(account: Account, list: string | undefined, day: string): Entitlement | undefined {
  return listedOn(account, day)
    .filter(({ type }) => type.list === list)
    .sort(byPrecedence)[0];
}

/** The one that is shown first. */
function byPrecedence(a: Entitlement, b: Entitlement): number {
  return (
    compareText(b.validUntil ?? openEnd, a.validUntil ?? openEnd) ||
    compareText(b.validFrom, a.validFrom) ||
    compareText(b.grantedAt, a.grantedAt) ||
    // Ids are made in the order of time.
    compareText(b.id, a.id)
  );
}

/** Later than every date. */
const openEnd = '~';

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
