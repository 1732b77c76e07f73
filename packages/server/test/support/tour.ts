import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { pino } from 'pino';
import { dispatchChanges } from '#changes/dispatch.ts';
import { periodicJobs } from '#jobs/periodic.ts';
import { createKey } from '#operations/clients/create-key.ts';
import { moveBaseUrl } from '#operations/organisations/move-base-url.ts';
import { ReadGaps } from '#store/read-gaps.ts';
import { ReadRecorder } from '#store/read-recorder.ts';
import { missingMigrations } from '#store/readiness.ts';
import { actorOf } from './fixtures.ts';
import type { TestServer } from './server.ts';
import { uploadOf } from './upload.ts';

const merge = { 'content-type': 'application/merge-patch+json' };
const context = { '@context': 'https://openactive.io/' };
const day = 24 * 3_600_000;
const soon = new Date(Date.now() + 30 * day).toISOString().slice(0, 10);
const pdf = Buffer.from('%PDF-1.7\n%%EOF\n');

/**
 * Does with a server everything that there is to do, each thing in the shortest way: so that every statement that Tessera has is sent
 * at least once. Whoever adds a statement adds here what sends it.
 */
export async function tour(server: TestServer): Promise<void> {
  const { send, store } = server;
  const ask = async (
    method: string,
    url: string,
    body?: object,
    more: { headers?: object; key?: string | null } = {},
  ) => {
    const headers = { 'et-client-name': 'tour', ...(method === 'PATCH' ? merge : {}), ...more.headers };
    const response = await send(method, url, {
      headers,
      ...(body && { body }),
      ...('key' in more ? { key: more.key } : {}),
    });
    assert.ok(response.status < 300, `${method} ${url}: ${response.status} ${response.text}`);
    return response.body;
  };
  const get = (url: string) => ask('GET', url);
  const keyed = (key: string) => ({ headers: { 'idempotency-key': key } });

  // The catalogue.
  await ask('POST', '/v1/entitlement-lists', { slug: 'list', title: 'List' }, keyed('list'));
  const type = await ask('POST', '/v1/entitlement-lists/list/types', { id: 'type', label: 'Type', evidence: 'after' });
  const other = await ask('POST', '/v1/entitlement-lists/list/types', { id: 'other', label: 'Other' });
  const scheme = { '@type': 'ConceptScheme', '@id': 'https://lists.example.com/a', title: 'A' };
  const concept = [{ '@type': 'Concept', '@id': 'https://lists.example.com/a#1', prefLabel: 'One' }];
  await ask(
    'POST',
    '/v1/entitlement-lists/import',
    { ...context, ...scheme, concept },
    { headers: { 'content-type': 'application/ld+json' } },
  );
  for (const url of ['', '/list', '/list/types', '/list/types/type']) await get(`/v1/entitlement-lists${url}`);
  await ask('GET', `/o/${server.organisation.slug}/openactive/entitlement-lists/list`, undefined, { key: null });
  await ask('GET', '/openactive/entitlement-lists/list', undefined, { key: null });
  await ask('POST', '/v1/pass-namespaces', { name: 'gym' });
  await ask('DELETE', '/v1/pass-namespaces/gym');
  await get('/v1/pass-namespaces');
  await ask('PATCH', '/v1/organisation', { brokerList: 'list', changeRetentionDays: 30 });

  // Webhooks first, so that they hear of what follows.
  const { id: hook } = await ask('POST', '/v1/webhook-subscriptions', { url: 'https://hooks.example.com/a' });
  const { id: imin } = await ask('POST', '/v1/webhook-subscriptions', {
    url: 'https://hooks.example.com/b',
    format: 'imin',
    kinds: ['customer-account.created', 'customer-account.updated'],
    exceptClients: [],
  });

  // Customers and accounts.
  const address = { streetAddress: '12 Example Lane', postalCode: 'NB1 2ZZ', addressLocality: 'New Brightsea' };
  const person = { familyName: 'Moss', givenName: 'Ida', email: 'ida@example.com', telephone: '+4740000000', address };
  const holdings = {
    accessPass: [{ text: 'PASS' }],
    entitlement: [
      { entitlementType: type.uri, validUntil: '2099-01-01' },
      { entitlementType: other.uri, validUntil: soon },
    ],
  };
  const account = { identifier: 'mine', accountNumber: 'N1', alias: 'Mine', customer: person, ...holdings };
  const { customerNumber } = await ask('POST', '/v1/accounts', account, keyed('create'));
  await ask('POST', '/v1/accounts', account, keyed('create'));
  const customer = `/v1/customers/${customerNumber}`;
  const mine = '/v1/accounts/mine';
  await ask('PATCH', customer, { jobTitle: 'Baker' });
  await ask('POST', `${customer}/accounts`, { identifier: 'second' });
  await ask('POST', '/v1/accounts/second/make-default');
  for (const path of [
    customer,
    `${customer}/accounts`,
    mine,
    '/v1/accounts',
    '/v1/accounts?accountNumber=N1',
    '/v1/customers',
  ])
    await get(path);
  const searches = [
    'email=ida@example.com',
    'telephone=%2B4740000000',
    'name=mo',
    `customerRef=${customerNumber}`,
    'changedSince=2020-01-01T00:00:00Z',
  ];
  for (const search of searches) await get(`/v1/customers?limit=1&${search}`);
  await ask('POST', '/v1/accounts/batch-get', { identifiers: ['mine', 'nobody'] });
  for (const path of [
    '/openactive/customer-accounts/mine',
    '/openactive/customer-accounts?customer.email=ida@example.com',
  ])
    await get(path);
  for (const path of ['/openactive/feeds/customer-accounts', '/api/v2/customer-accounts/mine', '/api/v2/entitlements'])
    await get(path);
  for (const query of [
    'email=ida@example.com',
    'surname=Moss',
    'postalAddress=12%20Example%20Lane',
    'postCode=NB1%202ZZ',
  ])
    await get(`/customers/v2/profiles?${query}`);
  await get('/customers/v2/profiles/customer-accounts/mine');
  await get(`/customers/v2/benefits/entitlements/${customerNumber}/by-customer-number`);

  // What accounts hold.
  await get('/v1/access-passes/card/PASS');
  await get('/openactive/customer-accounts?accessPass.text=PASS');
  await ask('POST', '/v1/pass-namespaces/card/reserve', { texts: ['R1', 'R2'] }, keyed('reserve'));
  await get('/v1/pass-namespaces/card/reserved');
  await ask('POST', '/v1/pass-namespaces/card/generate', { count: 2, length: 12 });
  await ask('POST', '/v1/access-passes/card/R1/release');
  const { items: passes } = await get(`${mine}/access-passes?history=true`);
  const pass = await get(`${mine}/access-passes/${passes[0].id}`);
  const picture = await send('GET', new URL(pass.url).pathname, { key: null });
  assert.equal(picture.status, 200, picture.text);
  await ask('POST', `${mine}/outstanding-actions`, { kind: 'debt', name: 'Pay' });
  await get(`${mine}/outstanding-actions?history=true`);
  const eligible = `requirement=${encodeURIComponent(type.uri)}`;
  await send('GET', `${mine}/eligibility?${eligible}`);
  const { items: entitlements } = await get(`${mine}/entitlements?history=true`);
  const asked = entitlements.find((one: { evidenceRequest?: object }) => one.evidenceRequest).evidenceRequest.id;
  await get(`/v1/evidence-requests/${asked}`);
  await get('/v1/evidence-requests?state=requested&limit=1');
  await get(`${mine}/evidence-requests`);
  const form = await uploadOf([pdf]);
  const submitted = await send('POST', `/v1/evidence-requests/${asked}/submissions`, form);
  assert.equal(submitted.status, 200, submitted.text);
  await get('/v1/evidence-requests?state=submitted');
  const file = await send('GET', `/v1/evidence-requests/${asked}/files/${submitted.body.files[0].id}`);
  assert.equal(file.status, 200, file.text);
  await ask('POST', `/v1/evidence-requests/${asked}/approve`, {});

  // What happened.
  await store.readRecords.flush();
  const now = new Date().toISOString();
  for (const path of [mine, customer])
    for (const query of ['', `?from=2020-01-01T00:00:00Z&until=${now}`]) await get(`${path}/history${query}`);
  for (const path of [mine, customer]) await get(`${path}?at=${now}`);
  await get('/v1/changes?limit=10');
  await ask('GET', '/v1/changes?after=1000000&wait=1').catch(() => {});
  await get(`${customer}/reads`);
  await get('/v1/read-gaps');

  await tourWebhooks(server, [hook, imin]);

  // Ends, and what jobs do.
  await ask('PATCH', '/v1/entitlement-lists/list/types/type', { label: 'Another' });
  await ask('DELETE', '/v1/accounts/second');
  await send('GET', '/v1/accounts/never');
  const erased = await ask('POST', '/v1/customers', { familyName: 'Ash' });
  await ask('DELETE', `/v1/customers/${erased.customerNumber}`);
  const gone = await ask('POST', '/v1/customers', { familyName: 'Elm' });
  const end = new Date(Date.now() + day).toISOString();
  await ask('DELETE', `/customers/v2/profiles/${gone.customerNumber}?expirationDate=${end}`);
  await doJobs(server);
  // While something waits for a subscription, the log is not cut off.
  for (const id of [hook, imin]) await ask('DELETE', `/v1/webhook-subscriptions/${id}`);
  await doJobs(server);
  await tourAdministration(server);
}

/** What the worker does, step by step. */
async function tourWebhooks({ store, organisation, send }: TestServer, subscriptions: string[]): Promise<void> {
  const { webhookDispatch, webhookDeliveries } = store;
  const { id } = organisation;
  await webhookDispatch.organisations();
  await webhookDispatch.backlog();
  const now = new Date();
  while (await dispatchChanges(store, id, { poke: () => false }, now)) {}
  await webhookDispatch.due(now);
  for (const subscription of subscriptions) {
    await webhookDispatch.schedule(id, subscription);
    await webhookDeliveries.target(id, subscription);
    const taken = await webhookDeliveries.take(id, subscription, {
      now: new Date(Date.now() + day),
      until: now,
      limit: 3,
    });
    const attempt = { at: now.toISOString(), outcome: 'failed' as const, durationMs: 1, excerpt: 'no' };
    const records = taken.map((one, n) => ({
      id: one.id,
      attempt: attempt as never,
      url: 'https://hooks.example.com/a',
      ...(n ? { dueAt: now } : {}),
    }));
    await webhookDeliveries.record(id, subscription, records, now);
    await webhookDeliveries.nextDue(id, subscription);
    const path = `/v1/webhook-subscriptions/${subscription}`;
    for (const url of [
      path,
      '/v1/webhook-subscriptions',
      `${path}/deliveries?state=pending&from=2020-01-01T00:00:00Z`,
    ]) {
      const { status, text } = await send('GET', url);
      assert.equal(status, 200, text);
    }
    const listed = await send('GET', `${path}/deliveries?limit=1`);
    const one = `${path}/deliveries/${listed.body.items[0].webhookId}`;
    for (const [method, url, body] of [
      ['GET', one],
      ['POST', `${one}/resend`],
      ['POST', `${path}/send-example`, {}],
      ['POST', `${path}/recover`, { from: 1 }],
    ] as const) {
      const { status, text } = await send(method, url, body ? { body, headers: { 'idempotency-key': url } } : {});
      assert.ok(status < 300, `${method} ${url}: ${text}`);
    }
    const last = await webhookDeliveries.take(id, subscription, {
      now: new Date(Date.now() + day),
      until: now,
      limit: 1,
    });
    await webhookDeliveries.record(
      id,
      subscription,
      last.map((one) => ({ id: one.id, attempt })),
      now,
    );
  }
}

/** All periodic work, now and as if everything was due. */
async function doJobs({ store }: TestServer): Promise<void> {
  for (const ahead of [0, 400]) {
    const now = new Date(Date.now() + ahead * day);
    for (const { work } of periodicJobs) await work(store, now, pino({ level: 'silent' }));
  }
}

/** What the command line and the start do. */
async function tourAdministration({ store, organisationWithKey }: TestServer): Promise<void> {
  const { database } = store;
  const { organisation } = await organisationWithKey('Administration');
  const { id } = await createKey(store, { organisationId: organisation.id, name: 'a key' });
  await store.clients.list(organisation.id);
  await store.clients.revoke(organisation.id, id);
  await store.organisations.list();
  await moveBaseUrl(store, organisation, 'https://elsewhere.example.com');
  await store.evidenceKey.register(randomBytes(4).toString('hex'));
  await missingMigrations(database);
  await database.assertRole();
  await database.assertDurable();
  await database.global('select refresh_statistics()');
  await store.readTrace.pruneGaps(organisation.id, actorOf(organisation).now);
  await store.readTrace.pruneRecorders(new Date(0));
  const gaps = new ReadGaps(database, () => {});
  gaps.add(organisation.id, 1);
  await gaps.store();
  await new ReadRecorder(database).ended(new Date());
}
