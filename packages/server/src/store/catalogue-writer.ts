import pg from 'pg';
import type { Actor } from '#domain/actor.ts';
import type { EntitlementList, EntitlementType } from '#domain/entitlement-list.ts';
import type { OrganisationSettings } from '#domain/organisation.ts';
import type { PassNamespace } from '#domain/pass-namespace.ts';
import { maxSubscriptions } from '#domain/webhook-rules.ts';
import { commitCatalogue } from './catalogue-statement.ts';
import { lockCounter } from './commit/commit.ts';
import type { Database, Row } from './database.ts';
import type { KeptAnswer } from './plan.ts';
import { answerRecords, auditRecord } from './records.ts';
import type { StoredSubscription } from './webhook-subscriptions.ts';

export type CatalogueSubject =
  | 'entitlement-list'
  | 'entitlement-type'
  | 'pass-namespace'
  | 'organisation'
  | 'webhook-subscription';

/** One change of one subject; each gets its own number when it is committed. */
export type CatalogueChange = {
  subject: CatalogueSubject;
  /** Slug of a list or of the organisation, `{list}#{id}` of a type, name of a namespace, id of a webhook subscription. */
  key: string;
  kind: 'created' | 'updated' | 'deleted';
  version: number;
  /** Names of the members that changed, never values. */
  members: string[];
  /** What happened besides, in the words of the catalogue of events. */
  events?: string[];
};

/** What must still be so when it is written: the version that was read, null where nothing was there. Types are guarded by their list. */
export type Guard = { subject: Exclude<CatalogueSubject, 'entitlement-type'>; key: string; expected: number | null };

/** One write of the catalogue: everything in the form it becomes, versions raised. */
export type CatalogueWrite = {
  /** Name of the operation, for the audit: `entitlement-lists.create`. */
  operation: string;
  subjectKey: string;
  guards: Guard[];
  list?: EntitlementList;
  /** `propagating`: accounts that hold the type have to be told. */
  types?: { type: EntitlementType; propagating: boolean }[];
  namespaces?: PassNamespace[];
  /** Name of a namespace to delete. */
  deletedNamespace?: string;
  settings?: OrganisationSettings;
  /** A subscription as it becomes; where its change begins and how its deliveries fare is the database's. */
  subscription?: StoredSubscription;
  /** Id of a subscription to delete, with its deliveries. */
  deletedSubscription?: string;
  changes: CatalogueChange[];
};

/** How it ended; only `written` left anything behind. `stale`: what was read is no longer so. */
export type CatalogueOutcome = 'written' | 'stale' | 'in-use' | 'full' | 'idempotency';

/** Violated, they say that somebody else was first, with a URI that no guard covers or as the last wall behind the guards. */
const staleConstraints = [
  'entitlement_list_uri',
  'entitlement_type_uri',
  'entitlement_type_id',
  'pass_namespace_default',
];

/**
 * The only way in which entitlement lists, entitlement types, pass namespaces, settings and webhook subscriptions are written: one
 * transaction, one flush.
 */
export class CatalogueWriter {
  readonly #database: Database;
  readonly #committed: (organisationId: number) => void;

  /** @param committed called after each commit */
  constructor(database: Database, committed: (organisationId: number) => void) {
    this.#database = database;
    this.#committed = committed;
  }

  /** Commits one write with its changes, its audit record and the answer to keep; durable once it resolves. Throws Unavailable. */
  async commit(actor: Actor, write: CatalogueWrite, keep?: KeptAnswer): Promise<CatalogueOutcome> {
    const { id } = actor.organisation;
    try {
      const [, rows] = await this.#database.write(id, [
        { ...lockCounter, values: [id] },
        { ...commitCatalogue, values: valuesOf(actor, write, keep) },
      ]);
      const outcome = (rows as Row[])[0]?.outcome;
      if (outcome === undefined) throw new Error('the database reported no outcome for a write of the catalogue');
      if (outcome === 'written') this.#committed(id);
      return outcome as CatalogueOutcome;
    } catch (error) {
      if (isStale(error)) return 'stale';
      throw error;
    }
  }
}

/** Class 23 alone: an index is also named by errors that no repetition mends, such as an entry that is too long for it. */
function isStale(error: unknown): boolean {
  return (
    error instanceof pg.DatabaseError &&
    /^23/.test(error.code ?? '') &&
    staleConstraints.includes(error.constraint ?? '')
  );
}

function valuesOf(actor: Actor, write: CatalogueWrite, keep: KeptAnswer | undefined): unknown[] {
  const changes = write.changes.map(({ key, events = [], ...change }, index) => ({
    ...change,
    seq: index + 1,
    subject_key: key,
    cause: change.kind === 'deleted' ? 'delete' : 'own',
    events: [`${change.subject}.${change.kind}`, ...events],
  }));
  return [
    actor.organisation.id,
    JSON.stringify(write.guards),
    JSON.stringify(write.list ? [listRow(write.list)] : []),
    JSON.stringify((write.types ?? []).map(({ type, propagating }) => ({ ...typeRow(type), propagating }))),
    JSON.stringify((write.namespaces ?? []).map(namespaceRow)),
    write.deletedNamespace === undefined ? [] : [write.deletedNamespace],
    write.settings ? JSON.stringify(write.settings) : null,
    JSON.stringify(changes),
    JSON.stringify(auditRecord(actor, write.operation, write.subjectKey)),
    JSON.stringify(answerRecords(actor, keep)),
    JSON.stringify(write.subscription ? [subscriptionRow(write.subscription)] : []),
    write.deletedSubscription === undefined ? [] : [write.deletedSubscription],
    maxSubscriptions,
  ];
}

function listRow({ createdAt, changedAt, ...list }: EntitlementList): object {
  return { ...list, created_at: createdAt, changed_at: changedAt };
}

function typeRow(type: EntitlementType): object {
  const {
    list,
    scheme: _,
    defaultDuration,
    evidenceDeadlineDays,
    evidenceName,
    evidenceDescription,
    evidenceUrl,
  } = type;
  return {
    ...type,
    list_slug: list,
    default_duration: defaultDuration,
    evidence_deadline_days: evidenceDeadlineDays,
    evidence_name: evidenceName,
    evidence_description: evidenceDescription,
    evidence_url: evidenceUrl,
  };
}

function namespaceRow(namespace: PassNamespace): object {
  const { isDefault, minLength, maxLength, checkDigit, codeType, maxActivePerAccount, createdAt, changedAt } =
    namespace;
  return {
    ...namespace,
    is_default: isDefault,
    min_length: minLength,
    max_length: maxLength,
    check_digit: checkDigit,
    code_type: codeType,
    max_active_per_account: maxActivePerAccount,
    created_at: createdAt,
    changed_at: changedAt,
  };
}

function subscriptionRow({ subscription, sealed }: StoredSubscription): object {
  const { includeAccount, exceptClients, disabledReason, disabledAt, headerName, createdAt, changedAt } = subscription;
  return {
    ...subscription,
    include_account: includeAccount,
    except_clients: exceptClients,
    disabled_reason: disabledReason,
    disabled_at: disabledAt,
    header_name: headerName,
    sealed: sealed.toString('hex'),
    created_at: createdAt,
    changed_at: changedAt,
  };
}
