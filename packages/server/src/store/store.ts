import type pg from 'pg';
import { AccessPasses } from './access-passes.ts';
import { Answers } from './answers.ts';
import { Boundaries } from './boundaries.ts';
import { CatalogueWriter } from './catalogue-writer.ts';
import { ChangePruning } from './change-pruning.ts';
import { Clients } from './clients.ts';
import { Database } from './database.ts';
import { DeliveryPruning } from './delivery-pruning.ts';
import { EntitlementLists } from './entitlement-lists.ts';
import { EntitlementTypes } from './entitlement-types.ts';
import { DatabaseEvidenceFiles, type EvidenceFiles } from './evidence-files.ts';
import { EvidenceKey } from './evidence-key.ts';
import { ForgottenIdentifiers } from './forgotten-identifiers.ts';
import { HeldHistory } from './held-history.ts';
import { Numbers } from './numbers.ts';
import { Organisations } from './organisations.ts';
import { PassNamespaces } from './pass-namespaces.ts';
import { PositionedReads } from './positioned-reads.ts';
import { Positions } from './positions.ts';
import { ReadRecords } from './read-records.ts';
import { ReadTrace } from './read-trace.ts';
import { Replica, type ReplicaOptions } from './replica.ts';
import { ReservedPasses } from './reserved-passes.ts';
import { type Source, sourceOf } from './source.ts';
import { Tombstones } from './tombstones.ts';
import { Turns } from './turns.ts';
import { WebhookDeliveries } from './webhook-deliveries.ts';
import { WebhookDeliveryList } from './webhook-delivery-list.ts';
import { WebhookDispatch } from './webhook-dispatch.ts';
import { WebhookSubscriptions } from './webhook-subscriptions.ts';
import { Writer } from './writer.ts';

/** All of the database that the operations see. What it has of {@link Source} is the primary's. */
export type Store = Source & {
  /** For feeds, history and exports, which a replica may answer. */
  positioned: PositionedReads;
  organisations: Organisations;
  clients: Clients;
  forgottenIdentifiers: ForgottenIdentifiers;
  accessPasses: AccessPasses;
  reservedPasses: ReservedPasses;
  held: HeldHistory;
  boundaries: Boundaries;
  positions: Positions;
  answers: Answers;
  entitlementLists: EntitlementLists;
  entitlementTypes: EntitlementTypes;
  passNamespaces: PassNamespaces;
  catalogue: CatalogueWriter;
  evidenceFiles: EvidenceFiles;
  evidenceKey: EvidenceKey;
  webhookSubscriptions: WebhookSubscriptions;
  webhookDispatch: WebhookDispatch;
  webhookDeliveries: WebhookDeliveries;
  webhookDeliveryList: WebhookDeliveryList;
  tombstones: Tombstones;
  changePruning: ChangePruning;
  deliveryPruning: DeliveryPruning;
  readRecords: ReadRecords;
  readTrace: ReadTrace;
  writer: Writer;
  customerNumbers: Numbers;
  rowNumbers: Numbers;
  /** Writers of one customer in this process take turns, so that they do not make each other's reads stale. */
  turns: Turns;
  /** Stores what is left to store. Takes some six seconds at most, also when the database does not answer. */
  close(): Promise<void>;
};

/**
 * Opens the store on a migrated database.
 *
 * @param options.replica a hot standby of it, used from `positioned.start()` on
 */
export function openStore(
  connection: pg.ClientConfig,
  options: { maxConnections?: number; onError?: (error: Error) => void; replica?: ReplicaOptions | undefined } = {},
): Store {
  const database = new Database(connection, options);
  const readRecords = new ReadRecords(database, { onError: options.onError });
  const primary = sourceOf(database);
  const replica = options.replica && new Replica(database, options.replica);
  const positioned = new PositionedReads(primary, replica);
  const positions = new Positions(positioned, options.onError);
  const committed = (organisationId: number) => positions.committed(organisationId);
  return {
    ...primary,
    positioned,
    organisations: new Organisations(database),
    clients: new Clients(database),
    forgottenIdentifiers: new ForgottenIdentifiers(database),
    accessPasses: new AccessPasses(database),
    reservedPasses: new ReservedPasses(database, committed),
    held: new HeldHistory(database),
    boundaries: new Boundaries(database),
    positions,
    answers: new Answers(database),
    entitlementLists: new EntitlementLists(database),
    entitlementTypes: new EntitlementTypes(database),
    passNamespaces: new PassNamespaces(database),
    catalogue: new CatalogueWriter(database, committed),
    evidenceFiles: new DatabaseEvidenceFiles(database),
    evidenceKey: new EvidenceKey(database),
    readRecords,
    readTrace: new ReadTrace(database),
    webhookSubscriptions: new WebhookSubscriptions(database),
    webhookDispatch: new WebhookDispatch(database),
    webhookDeliveries: new WebhookDeliveries(database),
    webhookDeliveryList: new WebhookDeliveryList(database),
    tombstones: new Tombstones(database),
    changePruning: new ChangePruning(database),
    deliveryPruning: new DeliveryPruning(database),
    writer: new Writer(database, { committed, ...(options.onError ? { onError: options.onError } : {}) }),
    customerNumbers: new Numbers(database, 'customer_number'),
    rowNumbers: new Numbers(database, 'row_number'),
    turns: new Turns(),
    close: async () => {
      positions.close();
      await readRecords.close();
      await Promise.all([positioned.close(), database.close()]);
    },
  };
}
