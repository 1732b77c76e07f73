import { type ChangeKind, kindsOf } from './change-kinds.ts';
import { compact } from './compact.ts';

/** One committed fact as the change log has it. Ids, kinds and names of members, never values. */
export type LoggedChange = {
  /** Dense, in commit order per organisation. */
  number: number;
  /** When the request or job began that made it; ISO 8601 UTC with milliseconds. */
  at: string;
  subject: string;
  kind: 'created' | 'updated' | 'deleted';
  /** Why: by itself, because its customer changed, or because it went (domain/changeset.ts). */
  cause: string;
  customerNumber?: number;
  /** Entur's numeric id of the account. */
  accountNumber?: number;
  /** The account's identifier, as long as its tombstone lasts. */
  identifier?: string;
  /** What it is about when that is no customer's: slug, name or id. */
  key?: string;
  version: number;
  members: string[];
  events: string[];
  /** The first change of the same write has this number; so has its audit record. */
  auditNumber: number;
  /** The API client that made it; 0 is Tessera itself. */
  clientId: number;
};

/** A change in native form: identifiers and kinds, no personal data. The same in the feed and in webhooks. */
export type ThinChange = {
  number: number;
  at: string;
  kind: ChangeKind;
  kinds: ChangeKind[];
  cause?: string;
  customerNumber?: number;
  accountNumber?: number;
  identifier?: string;
  key?: string;
  version: number;
  /** Names of the members that changed, as the native API has them. */
  members: string[];
};

/** Members of customers that are called otherwise inside. */
const nativeNames: Record<string, string> = {
  kind: 'type',
  type: 'profileType',
  state: 'status',
  addresses: 'address',
};

/** @param change as stored; its members `kind` and `kinds` come from the catalogue */
export function thinChange(change: LoggedChange): ThinChange {
  const kinds = kindsOf(change);
  return compact({
    number: change.number,
    at: change.at,
    kind: kinds[0] as ChangeKind,
    kinds,
    cause: change.cause,
    customerNumber: change.customerNumber,
    accountNumber: change.accountNumber,
    identifier: change.identifier,
    key: change.key,
    version: change.version,
    members: change.subject === 'customer' ? change.members.map((name) => nativeNames[name] ?? name) : change.members,
  }) as ThinChange;
}
