import type { ChangeKind } from './change-kinds.ts';
import type { LoggedChange } from './logged-change.ts';

/** What Entur's consumers get of a change: exactly these members, no personal data (entur.md 5). */
export type EnturPayload = {
  customerNumber: number;
  organisationId: number;
  type: 'CREATE' | 'UPDATE' | 'DELETE' | 'MERGE';
  timestamp: string;
};

export type EnturEvent = { kind: ChangeKind; payload: EnturPayload };

const types = { created: 'CREATE', updated: 'UPDATE', deleted: 'DELETE' } as const;

/**
 * A change as Entur tells it, in feed and webhooks (entur.md 5). Undefined for what Entur does not tell of: all that is not a customer's
 * or an account's, and accounts that changed only because their customer did, which is told by the customer's change.
 */
export function enturEvent(change: LoggedChange, organisationId: number): EnturEvent | undefined {
  const { subject, kind, cause, customerNumber, events, at } = change;
  if (customerNumber === undefined || (subject !== 'customer' && subject !== 'account')) return undefined;
  if (subject === 'account' && cause === 'customer') return undefined;
  const merged = subject === 'customer' && events.includes('customer.merged');
  return {
    kind: merged ? 'customer.merged' : `${subject}.${kind}`,
    payload: { customerNumber, organisationId, type: merged ? 'MERGE' : types[kind], timestamp: at },
  };
}
