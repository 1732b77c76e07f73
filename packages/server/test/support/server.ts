import { after } from 'node:test';
import type { FastifyInstance, InjectOptions } from 'fastify';
import { pino } from 'pino';
import type { Organisation } from '#domain/organisation.ts';
import { createKey } from '#operations/clients/create-key.ts';
import { createOrganisation } from '#operations/organisations/create.ts';
import { buildServer } from '#server';
import { openStore, type Store } from '#store/store.ts';
import { createTestDatabase, type TestDatabase } from './database.ts';
import { evidence } from './evidence.ts';
import { inTwo, startFront } from './two-servers.ts';
import { webhooks } from './webhooks.ts';

export type TestServer = {
  app: FastifyInstance;
  store: Store;
  database: TestDatabase;
  organisation: Organisation;
  /** A key of the organisation with all scopes and raised limits. */
  key: string;
  /** The server's clock; set it to travel. */
  clock: { now: Date | undefined };
  /** Sends a request as the organisation's client, without a socket. Bodies that are objects go as JSON. */
  send: (
    method: string,
    url: string,
    options?: { body?: unknown; headers?: Record<string, string>; key?: string | null | undefined },
  ) => Promise<TestResponse>;
  /** Listens, for tests that need real connections; returns the origin, with two servers that of the proxy before them. */
  listen: () => Promise<string>;
  /** Another organisation with a key of its own. */
  organisationWithKey: (name: string, timeZone?: string) => Promise<{ organisation: Organisation; key: string }>;
  keyWith: (scopes: string[] | undefined, organisation?: Organisation) => Promise<{ id: number; key: string }>;
};

// biome-ignore lint/suspicious/noExplicitAny: tests look into bodies freely
export type TestResponse = { status: number; headers: Record<string, string | undefined>; body: any; text: string };

export const publicUrl = 'https://accounts.example.com';

/**
 * A server on a database of its own, with an organisation and a key; closed and dropped when the test file ends. Every response is
 * checked against its schema. With TESSERA_TEST_SERVERS=2 there are two servers on the database, and a proxy sends each request to
 * the other one than the request before: what passes so depends on nothing that a server remembers.
 */
export async function startTestServer(): Promise<TestServer> {
  const database = await createTestDatabase();
  const clock: TestServer['clock'] = { now: undefined };
  const { store, app } = openServer(database, clock);
  await app.ready();
  const second = inTwo ? openServer(database, clock) : undefined;
  const front = second && (await startFront([app, second.app]));
  if (second) flushTogether(store, second.store);
  after(() => database.drop());
  const rateLimits = { perSecond: 1_000_000, enturPerMinute: 1_000_000, enturUnidentifiedPerMinute: 1_000_000 };
  const keyWith: TestServer['keyWith'] = (scopes, of = organisation) =>
    createKey(store, { organisationId: of.id, name: 'test client', rateLimits, ...(scopes ? { scopes } : {}) });
  const organisationWithKey: TestServer['organisationWithKey'] = async (name, timeZone = 'Europe/London') => {
    const created = await createOrganisation(store, publicUrl, { name, timeZone });
    return { organisation: created, key: (await keyWith(undefined, created)).key };
  };
  const { organisation, key }: { organisation: Organisation; key: string } = await organisationWithKey('Demo');
  const send: TestServer['send'] = async (method, url, options = {}) => {
    const { body, headers = {}, key: own = key } = options;
    const payload =
      body === undefined || typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
    const type =
      body !== undefined && !Object.keys(headers).some((name) => name.toLowerCase() === 'content-type')
        ? { 'content-type': 'application/json' }
        : {};
    const authorization = own === null ? {} : { authorization: `Bearer ${own}` };
    const request = { method, url, headers: { ...authorization, ...type, ...headers }, payload };
    // What the other server has noted of reads could come a second later.
    if (front && /\/reads\b/.test(url)) await store.readRecords.flush();
    const response = await (front ? front.ask(request) : app.inject(request as InjectOptions));
    const json = /json/.test(String(response.headers['content-type'])) && response.body !== '';
    return {
      status: response.statusCode,
      headers: response.headers as TestResponse['headers'],
      body: json ? JSON.parse(response.body) : undefined,
      text: response.body,
    };
  };
  const listen = async () => front?.origin ?? (await app.listen({ port: 0, host: '127.0.0.1' }));
  return { app, store, database, organisation, key, clock, send, listen, organisationWithKey, keyWith };
}

/** A server with a store of its own, closed when the test file ends. */
export function openServer(database: TestDatabase, clock: TestServer['clock']): { store: Store; app: FastifyInstance } {
  const store = openStore(database.connection, { maxConnections: 8 });
  const limits = { identified: 1_000_000, unidentified: 1_000_000 };
  const app = buildServer({
    store,
    config: { publicUrl, trustedProxies: [], addressLimits: limits, evidence, webhooks, checkResponses: true },
    log: pino({ level: process.env.TEST_LOG ?? 'silent' }),
    clock: () => clock.now ?? new Date(),
  });
  after(async () => {
    await app.close();
    await store.close();
  });
  return { store, app };
}

/** Tests that have records of reads stored mean all that were read. */
function flushTogether(store: Store, other: Store): void {
  const flush = store.readRecords.flush.bind(store.readRecords);
  store.readRecords.flush = async () => void (await Promise.all([flush(), other.readRecords.flush()]));
}
