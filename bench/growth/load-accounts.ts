// Accounts in bulk, as the server itself would have stored them.
//
// Account k (from 1) has the identifier `bench-{k}`, the customer's e-mail address `customer-{k}@example.org`, an active pass with the text
// {k padded to 10 digits} in the namespace `card`, an active entitlement of the type `adult-resident` in the list `bench`, and an open
// outstanding action with the id `00000000-0000-7000-8003-{k padded to 12 digits}` (decimal). Passes and entitlements have such ids too, with
// `8001` and `8002` in the fourth group. Nothing is kept of the past: the change log begins behind what was loaded.
//
// One account more, `bench-template`, is made by the server's own operations; the others are its rows with other values.
import type pg from 'pg';
import { tesseraActor } from '../../packages/server/src/operations/tessera-actor.ts';
import { openStore, type Store } from '../../packages/server/src/store/store.ts';
import { type Index, secondaryIndexes } from './indexes.ts';
import { type Loading, loadedTables, loadStatement } from './load-statement.ts';
import { openTemplate, type Template } from './template.ts';

export type LoadOptions = {
  organisationId: number;
  /** How many. */
  accounts: number;
  /** Number of the first one; default 1. */
  from?: number;
};

/** From so many accounts on, building indexes anew is faster than adding to them, if most of what is in them is new. */
const many = 1_000;

/**
 * Loads accounts into an organisation on which nobody works at the time: all of them or none. Indexes are dropped and built again inside
 * the transaction, so whatever happens they are there afterwards as they were before.
 *
 * @param client connected as a superuser: foreign keys are not asked row by row, what is loaded fulfils them
 */
export async function loadAccounts(
  client: pg.Client,
  { organisationId, accounts, from = 1 }: LoadOptions,
): Promise<void> {
  const { host, port, user, password, database, ssl } = client;
  const store = openStore({ host, port, user, password, database, ssl }, { maxConnections: 2 });
  try {
    const organisation = await store.organisations.get(organisationId);
    if (!organisation) throw new Error(`there is no organisation ${organisationId}`);
    const template = await openTemplate(store, tesseraActor(organisation, 'command-line', new Date()));
    await client.query('begin');
    try {
      await load(client, template, { organisationId, accounts, from });
      await client.query('commit');
    } catch (error) {
      await client.query('rollback').catch(() => {}); // it goes with the connection, if that is what failed
      throw error;
    }
    await beginLogAnew(store, client, organisationId);
  } finally {
    await store.close();
  }
  await client.query(`vacuum (analyze) ${loadedTables.join(', ')}`);
}

async function load(client: pg.Client, template: Template, options: Required<LoadOptions>): Promise<void> {
  const { organisationId, accounts, from } = options;
  // Nothing of it outlives the transaction.
  await client.query(`set local session_replication_role = replica; set local maintenance_work_mem = '512MB'`);
  const indexes = accounts >= Math.max(many, from) ? await secondaryIndexes(client, loadedTables) : [];
  for (const { name } of indexes) await client.query(`drop index ${name}`);
  const loading: Loading = {
    ...options,
    template,
    firstCustomer: await reserve(client, 'customer_number', accounts),
    firstRow: await reserve(client, 'row_number', 2 * accounts),
    firstChange: await reserveChanges(client, organisationId, 2 * accounts),
  };
  for (const table of loadedTables) await client.query(await loadStatement(client, table, loading));
  for (const { definition } of indexes satisfies Index[]) await client.query(definition);
}

/** Takes numbers out of a sequence; returns the first of them. */
async function reserve(client: pg.Client, sequence: 'customer_number' | 'row_number', count: number): Promise<number> {
  const text = `select setval('${sequence}', nextval('${sequence}') + $1::bigint - 1) - $1::bigint + 1 as first`;
  return Number((await client.query(text, [count])).rows[0].first);
}

/** As many changes as the server would have numbered: of each customer and of each account. Returns the first number. */
async function reserveChanges(client: pg.Client, organisationId: number, count: number): Promise<number> {
  const text = `update organisation_counter set change_number = change_number + $2 where organisation_id = $1
    returning change_number - $2 + 1 as first`;
  return Number((await client.query(text, [organisationId, count])).rows[0].first);
}

/** Has the server cut off what there is of the log, which has no changes of what was loaded. */
async function beginLogAnew(store: Store, client: pg.Client, organisationId: number): Promise<void> {
  const text = 'select pruned_to, change_number from organisation_counter where organisation_id = $1';
  const [counter] = (await client.query(text, [organisationId])).rows;
  const cut = Number(counter.change_number);
  await store.changePruning.carryOut(organisationId, { prunedTo: Number(counter.pruned_to), cut });
}
