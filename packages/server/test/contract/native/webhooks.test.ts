import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAddressGuard } from '#changes/address-guard.ts';
import { allChangeKinds } from '#domain/change-kinds.ts';
import { startTestServer } from '../../support/server.ts';
import { catalogueChanges } from './catalogue-support.ts';
import { assertProblem, nativeApi, rowCounts } from './support.ts';
import { receiver, subscriptions, webhookApi } from './webhook-support.ts';

/** Subscriptions: made, and refused. Changes of them, secrets and deliveries have files of their own. */
const server = await startTestServer();
const { send, database } = server;
const api = webhookApi(server);
const other = await server.organisationWithKey('Other Broker');

const post = (members: object) => send('POST', subscriptions, { body: { url: receiver, ...members } });
const row = async (url: string) => {
  const [found] = await database.query('select * from webhook_subscription where id = $1', [url.split('/').at(-1)]);
  assert.ok(found);
  return found;
};

test('201 with location, tag and defaults: enabled, native, all kinds that are sent', async () => {
  const created = await post({});
  assert.equal(created.status, 201, created.text);
  const { id, kinds, secret, createdAt, changedAt, ...shown } = created.body;
  assert.deepEqual(shown, {
    url: receiver,
    format: 'native',
    includeAccount: false,
    exceptClients: [],
    state: 'enabled',
    secrets: [{}],
    pending: { count: 0 },
    secretShown: true,
  });
  assert.equal(createdAt, changedAt);
  assert.equal(created.headers.location, `https://accounts.example.com${subscriptions}/${id}`);
  assert.equal(created.headers.etag, '"v1"');
  assert.deepEqual(
    kinds,
    allChangeKinds.filter((kind) => kind !== 'customer.merged' && !kind.startsWith('linked-account.')),
  );
  const read = await send('GET', `${subscriptions}/${id}`);
  const { secret: _, secretShown: __, ...rest } = created.body;
  assert.deepEqual([read.status, read.headers.etag, read.body], [200, '"v1"', rest]);
});

test('201 with everything that can be said', async () => {
  const { id: client } = await server.keyWith(undefined);
  const said = {
    kinds: ['entitlement.granted', 'account.deleted'],
    includeAccount: true,
    exceptClients: [client],
    description: 'The shop',
    state: 'disabled',
  };
  const { body } = await api.created({ ...said, header: { name: 'Authorization', value: 'Bearer abc 123' } });
  const { kinds, includeAccount, exceptClients, description, state, headerName, disabledReason, disabledAt } = body;
  assert.deepEqual({ kinds, includeAccount, exceptClients, description, state }, said);
  assert.deepEqual([headerName, disabledReason, disabledAt], ['Authorization', 'operator', body.createdAt]);
  assert.doesNotMatch(JSON.stringify(body), /abc 123/);
});

test('201 imin: the five causes, X-Api-Key, and not what the subscriber does itself', async () => {
  const { body } = await api.created({ format: 'imin', header: { value: 'agreed-key' } });
  assert.deepEqual(body.kinds, [
    'linked-account.disconnected',
    'linked-account.customer-updated',
    'linked-account.access-pass-updated',
    'linked-account.hidden-entitlement-changed',
    'entitlement.removed-after-evidence',
  ]);
  assert.equal(body.headerName, 'X-Api-Key');
  const [client] = await database.query('select id::int from api_client where organisation_id = $1 order by id', [
    server.organisation.id,
  ]);
  assert.deepEqual(body.exceptClients, [client?.id]);
  assert.deepEqual((await api.created({ format: 'imin', exceptClients: [] })).body.exceptClients, []);
});

test('201 imin kinds are named as imin names them, and kept as those of the catalogue', async () => {
  const kinds = ['customer-account.created', 'customer-account.erased', 'access-pass.added'];
  const { body } = await api.created({ format: 'imin', kinds });
  assert.deepEqual(body.kinds, kinds);
  const stored = await row(body.id);
  assert.deepEqual(stored.kinds, ['account.created', 'account.deleted', 'access-pass.assigned']);
});

test('201 entur: all that Entur tells of', async () => {
  const { body } = await api.created({ format: 'entur' });
  const subjects = ['customer.created', 'customer.updated', 'customer.deleted', 'customer.merged'];
  assert.deepEqual(body.kinds, [...subjects, 'account.created', 'account.updated', 'account.deleted']);
});

test('it begins after its own creation, and so does the dispatcher where it is the first', async () => {
  const fresh = await server.organisationWithKey('Beginner');
  await nativeApi(server).customer({}, fresh.key);
  const url = await api.subscription({}, fresh.key);
  const [dispatch] = await database.query('select position::int from webhook_dispatch where organisation_id = $1', [
    fresh.organisation.id,
  ]);
  assert.deepEqual([Number((await row(url)).from_change), dispatch?.position], [2, 2]);
  await nativeApi(server).customer({}, fresh.key);
  const second = await api.subscription({}, fresh.key);
  const [after] = await database.query('select position::int from webhook_dispatch where organisation_id = $1', [
    fresh.organisation.id,
  ]);
  assert.deepEqual([Number((await row(second)).from_change), after?.position], [4, 2]);
});

test('each write is a change with an audit record; only what happened is told, no URL and no secret', async () => {
  const url = await api.subscription({ description: 'Before' });
  const id = url.split('/').at(-1) as string;
  await api.patch(url, { description: null, url: 'https://new.example.com/' });
  await api.patch(url, { state: 'disabled' });
  await api.patch(url, { state: 'enabled', header: { name: 'X-Key', value: 'v' } });
  await api.patch(url, { header: { value: 'w' } });
  await send('POST', `${url}/rotate-secret`);
  await send('DELETE', url);
  const changes = await catalogueChanges(server, id);
  const created = ['url', 'format', 'kinds', 'includeAccount', 'exceptClients', 'state', 'description'];
  assert.deepEqual(
    changes.map(({ kind, version, members, events, operation }) => [
      kind,
      version,
      (members as string[]).sort(),
      events,
      operation,
    ]),
    [
      ['created', 1, created.sort(), ['webhook-subscription.created'], 'webhook-subscriptions.create'],
      ['updated', 2, ['description', 'url'], ['webhook-subscription.updated'], 'webhook-subscriptions.change'],
      [
        'updated',
        3,
        ['state'],
        ['webhook-subscription.updated', 'webhook-subscription.disabled'],
        'webhook-subscriptions.change',
      ],
      [
        'updated',
        4,
        ['header', 'state'],
        ['webhook-subscription.updated', 'webhook-subscription.enabled'],
        'webhook-subscriptions.change',
      ],
      ['updated', 5, ['header'], ['webhook-subscription.updated'], 'webhook-subscriptions.change'],
      [
        'updated',
        6,
        ['secret'],
        ['webhook-subscription.updated', 'webhook-subscription.secret-rotated'],
        'webhook-subscriptions.rotate-secret',
      ],
      [
        'updated',
        7,
        ['state'],
        ['webhook-subscription.updated', 'webhook-subscription.disabled'],
        'webhook-subscriptions.delete',
      ],
      ['deleted', 8, [], ['webhook-subscription.deleted'], 'webhook-subscriptions.delete'],
    ],
  );
});

test('400 names every faulty member', async () => {
  const counts = await rowCounts(server);
  const body = {
    url: 1,
    format: 'soap',
    kinds: [],
    includeAccount: 'yes',
    exceptClients: [0],
    description: '',
    header: { name: 1, value: 2, more: 3 },
    secret: 1,
    state: 'paused',
    id: 'x',
  };
  const places = ['/url', '/format', '/kinds', '/includeAccount', '/exceptClients/0', '/description', '/header/name'];
  const more = ['/header/value', '/header/more', '/secret', '/state', '/id'];
  assertProblem(await send('POST', subscriptions, { body }), 400, 'invalid', [...places, ...more]);
  assertProblem(await send('POST', subscriptions, { body: {} }), 400, 'invalid', ['/url']);
  assert.deepEqual(await rowCounts(server), counts);
});

test('400 names everything that has the right form and is wrong all the same', async () => {
  const counts = await rowCounts(server);
  const body = {
    url: 'http://hooks.example.com/#a',
    format: 'imin',
    kinds: ['entitlement.granted', 'account.created'],
    includeAccount: true,
    exceptClients: [987_654_321],
    header: { name: 'Host', value: 'a\u00e9' },
    secret: 'hunter2',
  };
  const faulty = await send('POST', subscriptions, { body });
  const header = ['/header/name', '/header/value'];
  const places = ['/url', '/kinds/1', '/includeAccount', '/exceptClients/0', ...header, '/secret'];
  assertProblem(faulty, 400, 'invalid', places);
  const details = Object.fromEntries(
    faulty.body.errors.map(({ pointer, detail }: { pointer: string; detail: string }) => [pointer, detail]),
  );
  assert.match(details['/kinds/1'], /^must be a kind that the format imin has: .*customer-account\.created/);
  assert.match(details['/exceptClients/0'], /API client of the organisation/);
  assert.match(details['/includeAccount'], /imin/);
  assert.match(details['/secret'], /whsec_/);
  assert.doesNotMatch(faulty.text, /hunter2/);
  assert.deepEqual(await rowCounts(server), counts);
});

for (const [url, words] of [
  ['hooks.example.com', /absolute URL/],
  ['ftp://hooks.example.com/', /https/],
  ['https://user:pass@hooks.example.com/', /user name/],
  ['https://hooks.example.com/#part', /fragment/],
  ['https://10.0.0.1/hook', /private/],
  ['https://169.254.169.254/latest', /link-local/],
  ['https://[::ffff:10.0.0.1]/hook', /IPv4-mapped/],
  [`https://hooks.example.com/${'a'.repeat(2030)}`, /at most 2048|longer/],
] as const) {
  test(`400 a URL that nothing is sent to: ${url.slice(0, 50)}`, async () => {
    const response = await post({ url });
    assertProblem(response, 400, 'invalid', ['/url']);
    assert.match(response.body.errors[0].detail, words);
  });
}

test('201 a receiver in a network that the operator allows, without TLS too', async () => {
  assert.equal((await post({ url: 'http://127.0.0.1:9999/hook' })).status, 201);
  assert.equal(createAddressGuard({ allowedNetworks: [] }).urlFault('http://127.0.0.1:9999/hook') !== undefined, true);
});

for (const name of [
  'Host',
  'connection',
  'Transfer-Encoding',
  'content-length',
  'Content-Type',
  'webhook-id',
  'Webhook-Signature',
  'tessera-event-type',
  'Proxy-Authorization',
  'te',
  'Upgrade',
  'Expect',
  'a b',
  'x:y',
]) {
  test(`400 a header field that is not the subscriber's to send: ${name}`, async () => {
    assertProblem(await post({ header: { name, value: 'v' } }), 400, 'invalid', ['/header/name']);
  });
}

for (const value of [' a', 'a ', 'caf\u00e9', '']) {
  test(`400 a header value that is not visible ASCII: ${JSON.stringify(value)}`, async () => {
    assertProblem(await post({ header: { name: 'X-Key', value } }), 400, 'invalid', ['/header/value']);
  });
}

test('400 half a header: name and value are needed, the name not in imin', async () => {
  assertProblem(await post({ header: { value: 'v' } }), 400, 'invalid', ['/header/name']);
  assertProblem(await post({ header: { name: 'X-Key' } }), 400, 'invalid', ['/header/value']);
  assertProblem(await post({ header: {} }), 400, 'invalid', ['/header/name', '/header/value']);
});

test('exceptClients: an API client of another organisation is none of ours', async () => {
  const { id } = await server.keyWith(undefined, other.organisation);
  assertProblem(await post({ exceptClients: [id] }), 400, 'invalid', ['/exceptClients/0']);
});

test('403 who has accounts sent somewhere must be permitted to read them', async () => {
  const { key } = await server.keyWith(['webhooks:write']);
  const refused = await send('POST', subscriptions, { key, body: { url: receiver, includeAccount: true } });
  assertProblem(refused, 403, 'insufficient-scope');
  assert.match(refused.body.detail, /accounts:read/);
  const url = await api.subscription({ includeAccount: true });
  const patch = (body: object) => send('PATCH', url, { key, body });
  assertProblem(await patch({ url: 'https://elsewhere.example.com/' }), 403, 'insufficient-scope');
  assert.equal((await patch({ description: 'The same place' })).status, 200);
  assert.equal((await patch({ includeAccount: false, url: 'https://elsewhere.example.com/' })).status, 200);
  assertProblem(await patch({ includeAccount: true }), 403, 'insufficient-scope');
});

test('409 the fifty-first, also when requests come together', async () => {
  const many = await server.organisationWithKey('Many');
  for (let count = 0; count < 48; count += 1) await api.subscription({}, many.key);
  const create = () => send('POST', subscriptions, { body: { url: receiver }, key: many.key });
  const statuses = (await Promise.all(Array.from({ length: 5 }, create))).map(({ status }) => status);
  assert.deepEqual(statuses.sort(), [201, 201, 409, 409, 409]);
  const full = await create();
  assertProblem(full, 409, 'too-many-subscriptions');
  assert.match(full.body.detail, /50/);
  assert.equal((await send('GET', subscriptions, { key: many.key })).body.items.length, 50);
});

test('200 the catalogue of kinds: each with what the formats call it, and whether it happens yet', async () => {
  const { body } = await send('GET', '/v1/change-kinds');
  assert.deepEqual(
    body.items.map(({ kind }: { kind: string }) => kind),
    allChangeKinds,
  );
  const of = (kind: string) => body.items.find((item: { kind: string }) => item.kind === kind);
  assert.deepEqual(of('account.deleted').formats, {
    native: 'account.deleted',
    imin: 'customer-account.erased',
    entur: 'account.deleted',
  });
  assert.deepEqual(of('access-pass.assigned').formats, { native: 'access-pass.assigned', imin: 'access-pass.added' });
  assert.deepEqual(of('pass-namespace.updated').formats, { native: 'pass-namespace.updated' });
  assert.deepEqual([of('account.created').sent, of('linked-account.linked').sent], [true, false]);
});

test('201 kinds that are not sent yet can be asked for', async () => {
  const { body } = await api.created({ kinds: ['linked-account.linked', 'customer.merged'] });
  assert.deepEqual(body.kinds, ['linked-account.linked', 'customer.merged']);
});
