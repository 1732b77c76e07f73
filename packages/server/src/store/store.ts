import type pg from 'pg';
import { Accounts } from './accounts.ts';
import { Answers } from './answers.ts';
import { Clients } from './clients.ts';
import { Customers } from './customers.ts';
import { Database } from './database.ts';
import { Numbers } from './numbers.ts';
import { Organisations } from './organisations.ts';
import { Turns } from './turns.ts';
import { Writer } from './writer.ts';

/** All of the database that the operations see. */
export type Store = {
  database: Database;
  organisations: Organisations;
  clients: Clients;
  customers: Customers;
  accounts: Accounts;
  answers: Answers;
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
    answers: new Answers(database),
    writer: new Writer(database, options.onError ? { onError: options.onError } : {}),
    customerNumbers: new Numbers(database, 'customer_number'),
    rowNumbers: new Numbers(database, 'row_number'),
    turns: new Turns(),
    close: () => database.close(),
  };
}
