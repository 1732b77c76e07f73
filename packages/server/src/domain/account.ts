import type { AccessPass } from './access-pass.ts';
import type { AccountCustomer, Customer } from './customer.ts';
import { datesReached, type Entitlement } from './entitlement.ts';
import type { OutstandingAction } from './outstanding-action.ts';

/** An account as long as it is there. Instants are ISO 8601 UTC with milliseconds. */
export type Account = {
  /** Entur's numeric id; unique for ever, also when an identifier is created anew. */
  number: number;
  /** `identifier` in OpenActive, imin and native, `customerAccountId` in Entur; unique in the organisation. */
  identifier: string;
  customerNumber: number;
  /** One for all dialects: rises whenever anything that the account shows changes. Never repeats for an identifier. */
  version: number;
  alias?: string;
  accountNumber?: string;
  isDefault: boolean;
  createdAt: string;
  createdBy: string;
  createdByChannel: string;
  /** The last change of the account's own members; absent until then. */
  changedAt?: string;
  changedBy?: string;
  /** Keyed digest of the PUT that created it (hex), for replays; never shown. */
  putDigest?: string;
  /** Active passes, in the order of assignment. What is over is in tables of its own. */
  accessPass: AccessPass[];
  /** Open entitlements: pending and active ones, past, present and future. */
  entitlement: Entitlement[];
  /** Open actions, oldest first. */
  outstandingAction: OutstandingAction[];
  /** An operator's word that discounts beyond the listed entitlements influence prices (openactive.md 3.7). */
  hiddenDiscount?: true;
  /** The earliest date after the last change at which what is shown changes by itself. */
  nextBoundary?: string;
};

/** The stored, dialect-neutral document of an account: all that any dialect shows of it, in one row. */
export type AccountDocument = { account: Account; customer: AccountCustomer };

/** A customer together with all accounts: what a write reads, changes and guards as one. */
export type Aggregate = { customer: Customer; passwordHash: string | null; accounts: Account[] };

export const maxAccountsPerCustomer = 1000;

/** The document of an account in its customer's aggregate. */
export function documentOf(account: Account, customer: Customer): AccountDocument {
  const { version: _, ...shown } = customer;
  return { account, customer: shown };
}

/** The dialect-neutral part of an account's entity tag, `{version}.{n}` (openactive.md 3.2, architecture.md Settled 11). */
export function accountTag(account: Account, today: string): string {
  return `${account.version}.${datesReached(account.entitlement, today)}`;
}
