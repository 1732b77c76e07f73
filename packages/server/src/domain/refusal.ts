import type { EvidenceState } from './evidence.ts';

/** One faulty member of a request: where it stands and what would be right. Never quotes the value. */
export type Fault = {
  /** Path of member names (and array indexes) from the root of the request body, in the words of the caller's dialect. */
  path: readonly (string | number)[];
  /** A stable word for the kind of fault, e.g. `required`, `unknown`, `format`, `too-long`. */
  code: string;
  /** Completes the sentence "<member> ...": `must be a real date`. */
  message: string;
};

/** Keys that the database keeps unique within an organisation (alias: within a customer). */
export type UniqueKey = 'identifier' | 'email' | 'username' | 'customerRef' | 'accountNumber' | 'alias' | 'accessPass';

/** What may not be there. */
export type Subject =
  | 'customer'
  | 'account'
  | 'linked-account'
  | 'entitlement-list'
  | 'entitlement-type'
  | 'pass-namespace'
  | 'entitlement'
  | 'evidence-request'
  | 'evidence-file'
  | 'page'
  | 'access-pass'
  | 'outstanding-action'
  | 'webhook-subscription'
  | 'webhook-delivery';

/** Every way in which a request can be refused, whatever the dialect. Each dialect renders each kind in its own shape. */
export type RefusalReason =
  | { kind: 'malformed'; message: string; path?: readonly (string | number)[]; in?: 'body' | 'query' | 'path' }
  | { kind: 'invalid'; faults: Fault[]; in?: 'body' | 'query' | 'path' | 'header' }
  | { kind: 'missing-credentials' }
  | { kind: 'bad-credentials'; message: string }
  | { kind: 'scope'; scope: string }
  /** `others`: further faults of the same body. */
  | { kind: 'foreign-organisation'; others?: Fault[] }
  /** `message`: a sentence about what there is too much of, where it is not requests. */
  | { kind: 'rate-limit'; retryAfter: number; policy: string; message?: string }
  | { kind: 'unknown-route' }
  | { kind: 'method'; allow: string[] }
  | { kind: 'not-acceptable'; offered: string[] }
  | { kind: 'media-type'; accepted: string[] }
  /** `part`: which part of a multipart body, where the limit is that part's. */
  | { kind: 'too-large'; limit: number; part?: string }
  | { kind: 'uri-too-long' }
  /** `since`: it was not there yet, and is there from this instant on. */
  | { kind: 'not-found'; subject: Subject; since?: string }
  | { kind: 'gone'; subject: 'customer' | 'account' }
  | { kind: 'identifier-erased' }
  | { kind: 'precondition' }
  /** `pass`: which of the passes is taken. `at`: where the taken values stand in the body, where the key alone does not say. */
  | { kind: 'taken'; key: UniqueKey; pass?: { namespace: string; text: string }; at?: Fault['path'][] }
  | { kind: 'other-content' }
  | { kind: 'passive' }
  | { kind: 'personnel' }
  | { kind: 'too-many-accounts'; limit: number }
  | { kind: 'too-many'; what: 'entitlements' | 'passes' | 'actions' | 'files'; limit: number }
  /** The request for proof is in a state in which this cannot be done. */
  | { kind: 'evidence-state'; state: EvidenceState }
  /** The pass is in a state in which this cannot be done. */
  | { kind: 'pass-state'; state: 'active' | 'retired' | 'reserved' }
  /** It is over, so it stays what it is. */
  | { kind: 'ended'; subject: 'entitlement' | 'outstanding-action'; state: string }
  /** Something of the catalogue, or of what an account or a subscription holds, is there already, with this value of `member`. */
  | {
      kind: 'exists';
      subject: 'entitlement-list' | 'entitlement-type' | 'pass-namespace' | 'entitlement' | 'webhook-subscription';
      member: 'slug' | 'id' | 'name' | 'uri' | 'entitlementType' | 'secret';
    }
  /** Where it stands in the catalogue, this cannot be done. */
  | { kind: 'catalogue-state'; why: 'default-namespace' | 'namespace-in-use' | 'adopted-list' | 'full-list' }
  /** Changes up to `prunedTo` are no longer kept; `newest` is the number of the newest one. */
  | { kind: 'changes-pruned'; prunedTo: number; newest: number }
  /** What it was before `since` is no longer kept. */
  | { kind: 'history-pruned'; since: string }
  | { kind: 'too-many-subscriptions'; limit: number }
  /** Nothing is sent to a webhook subscription that is disabled. */
  | { kind: 'subscription-disabled' }
  | { kind: 'idempotency-reused' }
  | { kind: 'idempotency-busy' }
  | { kind: 'idempotency-erased' }
  /** `message`: a sentence about what is missing, where it is not the database. */
  | { kind: 'unavailable'; retryAfter: number; message?: string }
  | { kind: 'internal' };

/** A request that is refused for a reason the caller can act on. Anything else that is thrown is a defect. */
export class Refusal extends Error {
  readonly reason: RefusalReason;

  constructor(reason: RefusalReason) {
    super(`refused: ${reason.kind}`);
    this.name = 'Refusal';
    this.reason = reason;
  }
}

/** Throws `invalid` when there is at least one fault; returns otherwise. */
export function refuseFaults(faults: Fault[], where: 'body' | 'query' | 'path' | 'header' = 'body'): void {
  if (faults.length > 0) throw new Refusal({ kind: 'invalid', faults, in: where });
}

/** RFC 6901 JSON Pointer of a path. */
export function pointerOf(path: readonly (string | number)[]): string {
  return path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
