import type pg from 'pg';
import { AccessPasses } from './access-passes.ts';
import { Accounts } from './accounts.ts';
import { Answers } from './answers.ts';
import { Boundaries } from './boundaries.ts';
import { CatalogueWriter } from './catalogue-writer.ts';
import { Clients } from './clients.ts';
import { Customers } from './customers.ts';
import { Database } from './database.ts';
import { EntitlementLists } from './entitlement-lists.ts';
import { EntitlementTypes } from './entitlement-types.ts';
import { DatabaseEvidenceFiles, type EvidenceFiles } from './evidence-files.ts';
import { EvidenceKey } from './evidence-key.ts';
import { HeldHistory } from './held-history.ts';
import { Numbers } from './numbers.ts';
import { Organisations } from './organisations.ts';
import { PassNamespaces } from './pass-namespaces.ts';
import { ReservedPasses } from './reserved-passes.ts';
import { Turns } from './turns.ts';
import { Writer } from './writer.ts';

/** All of the database that the operations see. */
export type Store = {
  database: Database;
  organisations: Organisations;
  clients: Clients;
  customers: Customers;
  accounts: Accounts;
  accessPasses: AccessPasses;
  reservedPasses: ReservedPasses;
  held: HeldHistory;
  boundaries: Boundaries;
  answers: Answers;
  entitlementLists: EntitlementLists;
  entitlementTypes: EntitlementTypes;
  passNamespaces: PassNamespaces;
  catalogue: CatalogueWriter;
  evidenceFiles: EvidenceFiles;
  evidenceKey: EvidenceKey;
  writer: Writer;
  customerNumbers: Numbers;
  rowNumbers: Numbers;
  /** Writers of one customer in this process take turns, so that they do not make each other's reads stale. */
  turns: Turns;
  close(): Promise<void>;
};

/** Opens the store on a migrated database. */
export function openStore(
  connection: pg.ClientConfig,
  options: { maxConnections?: number; onError?: (error: Error) => void } = {},
): Store {
  const database = new Database(connection, options);
  return {
    database,
    organisations: new Organisations(database),
    clients: new Clients(database),
    customers: new Customers(database),
    accounts: new Accounts(database),
    accessPasses: new AccessPasses(database),
    reservedPasses: new ReservedPasses(database),
    held: new HeldHistory(database),
    boundaries: new Boundaries(database),
    answers: new Answers(database),
    entitlementLists: new EntitlementLists(database),
    entitlementTypes: new EntitlementTypes(database),
    passNamespaces: new PassNamespaces(database),
    catalogue: new CatalogueWriter(database),
    evidenceFiles: new DatabaseEvidenceFiles(database),
    evidenceKey: new EvidenceKey(database),
    writer: new Writer(database, options.onError ? { onError: options.onError } : {}),
    customerNumbers: new Numbers(database, 'customer_number'),
    rowNumbers: new Numbers(database, 'row_number'),
    turns: new Turns(),
    close: () => database.close(),
  };
}
