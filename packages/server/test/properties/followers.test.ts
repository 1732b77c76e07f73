import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Organisation } from '#domain/organisation.ts';
import { createAccount } from '#operations/accounts/create.ts';
import { deleteAccount } from '#operations/accounts/delete.ts';
import { changeCustomer } from '#operations/customers/change.ts';
import { eraseCustomer } from '#operations/customers/erase.ts';
import { openStore, type Store } from '#store/store.ts';
import { listeningServer, openStream } from '../contract/native/change-support.ts';
import { actorOf } from '../support/fixtures.ts';
import { startTestServer } from '../support/server.ts';

/*
 * Whatever commits in between, and wherever: a follower sees changes 1..n of its organisation, each once, in order. Two servers on one
 * database, several writers at each, another organisation's writes in between, and transactions that are held open.
 */

const server = await startTestServer();
const second = openStore(server.database.connection, { maxConnections: 8 });
after(() => second.close());
const stores: Store[] = [server.store, second];
// Streams that end early, so that they have to go on where they were.
const servers = await Promise.all(stores.map((store) => listeningServer(store, { longest: 300, heartbeat: 50 })));

const random = (least: number, most: number) => least + Math.floor(Math.random() * (most - least + 1));
const anyServer = () => (servers[random(0, 1)] as (typeof servers)[number]).url;

type Seen = { number: number; kind: string; customerNumber?: number };
type Tenant = {
  organisation: Organisation;
  key: string;
  seen: Map<string, Seen[]>;
  /** The number of the last change, once all is written. */
  newest: number;
};

/** What one writer does: creates, changes, deletes, erases; several changes per write. */
async function write(tenant: Tenant, times: number): Promise<void> {
  const actor = actorOf(tenant.organisation);
  for (let count = 0; count < times; count += 1) {
    const store = stores[random(0, 1)] as Store;
    const owner = { customer: { kind: 'person' as const, details: { familyName: `Moss ${count}` } } };
    const { account, aggregate } = await createAccount(store, actor, owner, {});
    const target = { customerNumber: aggregate.customer.number };
    const what = random(0, 3);
    if (what === 1) await deleteAccount(store, actor, { identifier: account.identifier });
    if (what === 2) await eraseCustomer(store, actor, target);
    if (what === 3) await changeCustomer(store, actor, target, { edit: () => ({ details: { familyName: 'Fern' } }) });
  }
}

/** Holds the counter of the organisation as a slow transaction would: writes a change with the next number or none, and commits or not. */
async function holdOpen(tenant: Tenant): Promise<void> {
  const client = new pg.Client(server.database.connection);
  await client.connect();
  try {
    for (const [writes, end] of [
      [true, 'commit'],
      [true, 'rollback'],
      [false, 'commit'],
      [false, 'rollback'],
    ] as const) {
      await client.query('begin');
      const { id } = tenant.organisation;
      const lock = 'select change_number from organisation_counter where organisation_id = $1 for update';
      const { rows } = await client.query(lock, [id]);
      const number = Number(rows[0].change_number) + 1;
      if (writes) {
        await client.query(
          `insert into change (organisation_id, number, audit_number, subject, kind, cause, version, members, events, at)
            values ($1, $2, $2, 'organisation', 'updated', 'own', 1, '{held}', '{}', now())`,
          [id, number],
        );
        await client.query('update organisation_counter set change_number = $2 where organisation_id = $1', [
          id,
          number,
        ]);
      }
      await sleep(75); // 300 ms in all
      await client.query(end);
    }
  } finally {
    await client.end();
  }
}

async function ask(tenant: Tenant, query: string): Promise<{ items: Seen[]; position: number; next: string }> {
  const headers = { authorization: `Bearer ${tenant.key}` };
  const response = await fetch(`${anyServer()}/v1/changes?${query}`, { headers });
  const text = await response.text();
  assert.equal(response.status, 200, text);
  return JSON.parse(text);
}

/** Reads until it has come to the end of all that was written. @param query of the next question */
async function followPages(tenant: Tenant, query: () => string): Promise<Seen[]> {
  const seen: Seen[] = [];
  for (let position = 0; position < tenant.newest; ) {
    const page = await ask(tenant, `after=${position}&${query()}`);
    seen.push(...page.items);
    if (page.position === position) await sleep(5);
    position = page.position;
  }
  return seen;
}

/** Reads streams, each from where the one before ended. Some it leaves in the middle. */
async function followStreams(tenant: Tenant, query: () => string): Promise<Seen[]> {
  const seen: Seen[] = [];
  for (let position = 0; position < tenant.newest; ) {
    const last = { 'last-event-id': String(position) };
    const stream = await openStream(`${anyServer()}/v1/changes?${query()}`, tenant.key, last);
    assert.equal(stream.response.status, 200);
    const leaving = Math.random() < 0.3 ? random(1, 50) : Number.POSITIVE_INFINITY;
    for (let count = 0; count < leaving && position < tenant.newest; count += 1) {
      const message = await stream.next();
      if (!message) break;
      if (message.id !== undefined) position = Number(message.id);
      if (message.event !== undefined && message.event !== 'position') seen.push(message.data);
    }
    stream.close();
  }
  return seen;
}

/** The log as it is in the database. */
function logOf({ organisation }: Tenant): Promise<Record<string, unknown>[]> {
  return server.database.query(
    'select number::int, subject, kind, customer_number::int from change where organisation_id = $1 order by number',
    [organisation.id],
  );
}

async function tenantOf(name: string): Promise<Tenant> {
  return { ...(await server.organisationWithKey(name)), seen: new Map(), newest: Number.POSITIVE_INFINITY };
}

test('followers by page, by wait and by stream see every change once, in order, whatever commits meanwhile', async (t) => {
  const tenants = await Promise.all([tenantOf('First'), tenantOf('Second')]);
  const followers = tenants.flatMap((tenant) => {
    const forms: Record<string, Promise<Seen[]>> = {
      pages: followPages(tenant, () => `limit=${random(1, 40)}`),
      waiting: followPages(tenant, () => `limit=${random(1, 40)}&wait=1`),
      'waiting for whole pages': followPages(tenant, () => `limit=1000&wait=1`),
      'accounts only': followPages(tenant, () => `kind=account.created,account.deleted&limit=${random(1, 9)}`),
      stream: followStreams(tenant, () => `limit=${random(1, 40)}`),
      'stream with accounts': followStreams(tenant, () => 'include=account'),
      'stream of customers': followStreams(tenant, () => `kind=customer.deleted&limit=${random(1, 9)}`),
    };
    return Object.entries(forms).map(async ([name, seen]) => void tenant.seen.set(name, await seen));
  });
  const finished = Promise.all(followers);
  finished.catch(() => {}); // heard below, when the writers are through

  await Promise.all(
    tenants.flatMap((tenant) => [...Array.from({ length: 6 }, () => write(tenant, 10)), holdOpen(tenant)]),
  );
  const logs = await Promise.all(tenants.map(logOf));
  for (const [index, tenant] of tenants.entries()) tenant.newest = logs[index]?.length ?? 0;
  await finished;

  for (const [index, { organisation, seen }] of tenants.entries()) {
    const log = logs[index] ?? [];
    t.diagnostic(`${organisation.name}: ${log.length} changes, ${seen.size} followers`);
    assert.deepEqual(
      log.map(({ number }) => number),
      Array.from({ length: log.length }, (_, before) => before + 1),
    );
    assert.ok(log.length > 150);
    const wanted = (...kinds: string[]) =>
      log.filter(({ subject, kind }) => kinds.length === 0 || kinds.includes(`${subject}.${kind}`));
    const expected: Record<string, Record<string, unknown>[]> = {
      'accounts only': wanted('account.created', 'account.deleted'),
      'stream of customers': wanted('customer.deleted'),
    };
    for (const [name, items] of seen) {
      assert.deepEqual(
        items.map(({ number, kind, customerNumber = null }) => [number, kind, customerNumber]),
        (expected[name] ?? log).map(({ number, subject, kind, customer_number }) => [
          number,
          `${subject}.${kind}`,
          customer_number,
        ]),
        `${organisation.name}: ${name}`,
      );
    }
  }
});
