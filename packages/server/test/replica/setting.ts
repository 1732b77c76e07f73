import assert from 'node:assert/strict';
import { after, beforeEach } from 'node:test';
import type { Organisation } from '#domain/organisation.ts';
import { createAccount } from '#operations/accounts/create.ts';
import { createKey } from '#operations/clients/create-key.ts';
import { createOrganisation } from '#operations/organisations/create.ts';
import { migrate } from '#store/migrate.ts';
import type { ReplicaNews, ReplicaOptions } from '#store/replica.ts';
import { openStore, type Store } from '#store/store.ts';
import { eventually, listeningServer } from '../contract/native/change-support.ts';
import { actorOf } from '../support/fixtures.ts';
import { publicUrl } from '../support/server.ts';
import { startPair } from './standby.ts';

export const bounded = { timeout: 60_000 };
export const { primary, standby } = await startPair();
await migrate(primary.connection);

/** What a store told of its replica, shortly. */
export const told: string[] = [];
const tell = (news: ReplicaNews) => void told.push(news.inUse ? 'used' : news.hindrance);

export async function open(options: Partial<ReplicaOptions> = {}): Promise<Store> {
  const replica = { connection: standby.connection, interval: 100, maxConnections: 6, tell, ...options };
  const opened = openStore(primary.connection, { maxConnections: 6, replica });
  after(() => opened.close());
  return opened;
}

export const store = await open();
assert.equal(await store.positioned.start(), undefined);
export const server = await listeningServer(store, { heartbeat: 50 });
const rateLimits = { perSecond: 1_000_000 };

export async function tenant(name: string): Promise<{ organisation: Organisation; key: string }> {
  const organisation = await createOrganisation(store, publicUrl, { name, timeZone: 'Europe/London' });
  const { key } = await createKey(store, { organisationId: organisation.id, name: 'test client', rateLimits });
  return { organisation, key };
}

export const { organisation, key } = await tenant('Demo');
export const actor = () => actorOf(organisation);

// biome-ignore lint/suspicious/noExplicitAny: tests look into bodies freely
export type Found = { status: number; position: number; body: any; text: string };

export async function get(path: string, { as = key, headers = {} as Record<string, string> } = {}): Promise<Found> {
  const response = await fetch(`${server.url}${path}`, { headers: { authorization: `Bearer ${as}`, ...headers } });
  const text = await response.text();
  const position = Number(response.headers.get('tessera-position') ?? Number.NaN);
  return { status: response.status, position, text, body: text === '' ? undefined : JSON.parse(text) };
}

/** Creates an account with a customer. */
export async function create(familyName = 'Moss') {
  const owner = { customer: { kind: 'person' as const, details: { familyName } } };
  const { account, aggregate } = await createAccount(store, actor(), owner, {});
  return { identifier: account.identifier, customerNumber: aggregate.customer.number };
}

export const newest = async (id = organisation.id) => (await store.changes.range(id)).newest;

/** Resolves when the replica is used and has everything. */
export async function caughtUp(): Promise<void> {
  const position = await newest();
  await eventually(
    async () => (await get('/v1/changes?limit=1')).position === position && store.positioned.replicaInUse === true,
  );
}

export const least = (position: number) => ({ headers: { 'tessera-position': String(position) } });
export const identifiers = ({ body }: Found): string[] =>
  body.items.map((item: { identifier: string }) => item.identifier);
export const numbers = ({ body }: Found): number[] => body.items.map((item: { number: number }) => item.number);

beforeEach(async () => {
  await caughtUp();
  told.length = 0;
});

/** `to` included. */
export function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}
