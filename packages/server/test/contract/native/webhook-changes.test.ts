import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestServer } from '../../support/server.ts';
import { assertProblem, rowCounts } from './support.ts';
import { receiver, subscriptions, webhookApi } from './webhook-support.ts';

/** Subscriptions: listed, changed, enabled and disabled, deleted. */
const server = await startTestServer();
const { send, database } = server;
const api = webhookApi(server);
const other = await server.organisationWithKey('Other Broker');

const row = async (url: string) => {
  const [found] = await database.query('select * from webhook_subscription where id = $1', [url.split('/').at(-1)]);
  assert.ok(found);
  return found;
};

test('200 the list: all of the organisation, oldest first, and nobody else sees them', async () => {
  const few = await server.organisationWithKey('Few');
  const urls = [await api.subscription({ description: 'a' }, few.key), await api.subscription({}, few.key)];
  const { body } = await send('GET', subscriptions, { key: few.key });
  assert.deepEqual(
    body.items.map(({ id }: { id: string }) => `${subscriptions}/${id}`),
    urls,
  );
  assert.deepEqual(body.items[0], (await send('GET', urls[0] as string, { key: few.key })).body);
  assert.equal(body.next, undefined);
});

test('404 for one that is not there, or is of another organisation', async () => {
  const theirs = await api.subscription({}, other.key);
  const unknown = `${subscriptions}/019d0000-0000-7000-8000-000000000000`;
  for (const url of [theirs, unknown, `${subscriptions}/nobody`]) {
    for (const [method, path, body] of [
      ['GET', ''],
      ['PATCH', '', {}],
      ['DELETE', ''],
      ['POST', '/rotate-secret'],
      ['POST', '/send-example'],
      ['POST', '/recover', { from: 1 }],
      ['GET', '/deliveries'],
      ['GET', '/deliveries/msg_019d432a149f7c118a526f0d3b9e21c7'],
      ['POST', '/deliveries/msg_019d432a149f7c118a526f0d3b9e21c7/resend'],
    ] as const) {
      assertProblem(await send(method, `${url}${path}`, body ? { body } : {}), 404, 'not-found');
    }
  }
  assert.equal((await send('GET', theirs, { key: other.key })).headers.etag, '"v1"');
});

test('200 PATCH changes what is named; null removes or brings the default back', async () => {
  const { id: client } = await server.keyWith(undefined);
  const url = await api.subscription({
    kinds: ['account.created'],
    description: 'Old',
    includeAccount: true,
    exceptClients: [client],
    header: { name: 'X-Key', value: 'v' },
  });
  const named = { url: 'https://new.example.com/hook', kinds: ['customer.created'], description: 'New' };
  const changed = await api.patch(url, { ...named, exceptClients: [], header: { value: 'w' } });
  assert.equal(changed.status, 200, changed.text);
  assert.equal(changed.headers.etag, '"v2"');
  const { kinds, description, exceptClients, includeAccount, headerName } = changed.body;
  assert.deepEqual({ url: changed.body.url, kinds, description }, named);
  assert.deepEqual([exceptClients, includeAccount, headerName], [[], true, 'X-Key']);
  const cleared = (await api.patch(url, { kinds: null, description: null, includeAccount: null, header: null })).body;
  assert.deepEqual(
    [cleared.kinds.length > 30, cleared.description, cleared.includeAccount, cleared.headerName],
    [true, undefined, false, undefined],
  );
});

test('200 PATCH without effect leaves everything as it was', async () => {
  const url = await api.subscription({ kinds: ['account.created'] });
  const before = await send('GET', url);
  const counts = await rowCounts(server);
  const same = { url: receiver, kinds: ['account.created'], description: null, header: null, state: 'enabled' };
  const patched = await api.patch(url, same);
  assert.deepEqual([patched.status, patched.body], [200, before.body]);
  assert.equal(patched.headers.etag, '"v1"');
  assert.deepEqual(await rowCounts(server), counts);
});

test('200 PATCH of a header: its name alone keeps the value, its value alone keeps the name', async () => {
  const url = await api.subscription({ header: { name: 'X-Key', value: 'v' } });
  assert.equal((await api.patch(url, { header: { name: 'X-Other' } })).body.headerName, 'X-Other');
  assert.equal((await api.patch(url, { header: { value: 'w' } })).body.headerName, 'X-Other');
  await api.patch(url, { header: null });
  assertProblem(await api.patch(url, { header: { name: 'X-Key' } }), 400, 'invalid', ['/header/value']);
});

test('400 PATCH of what cannot change, or to what cannot be', async () => {
  const url = await api.subscription();
  const fixed = { format: 'imin', secret: 'x', id: 'y', url: null, exceptClients: null, state: null };
  assertProblem(
    await api.patch(url, fixed),
    400,
    'invalid',
    Object.keys(fixed).map((member) => `/${member}`),
  );
  const wrong = { url: 'https://localhost/', kinds: ['customer-account.created'] };
  const response = await api.patch(url, { ...wrong, url: 'https://10.1.2.3/' });
  assertProblem(response, 400, 'invalid', ['/url', '/kinds/0']);
});

test('200 PATCH: limits bind new values only', async () => {
  const url = await api.subscription();
  const id = url.split('/').at(-1);
  await database.query(
    `update webhook_subscription set url = 'http://10.0.0.1/', header_name = 'host', except_clients = '{987654}' where id = $1`,
    [id],
  );
  const sent = { url: 'http://10.0.0.1/', header: { name: 'host' }, exceptClients: [987_654], description: 'New' };
  assert.equal((await api.patch(url, sent)).status, 200);
  assertProblem(await api.patch(url, { url: 'http://10.0.0.2/', exceptClients: [987_654, 987_655] }), 400, 'invalid', [
    '/url',
    '/exceptClients/1',
    '/header',
  ]);
});

test('412 PATCH, DELETE and rotation with a tag that is no longer current', async () => {
  const url = await api.subscription();
  await api.patch(url, { description: 'New' });
  const headers = { 'if-match': '"v1"' };
  assertProblem(await api.patch(url, { description: 'Newer' }, headers), 412, 'precondition-failed');
  assertProblem(await send('POST', `${url}/rotate-secret`, { headers }), 412, 'precondition-failed');
  const example = await api.example(url);
  await api.ended(example, 'delivered');
  assertProblem(await send('DELETE', url, { headers }), 412, 'precondition-failed');
  assert.equal((await send('GET', example)).status, 200);
  assert.equal((await send('DELETE', url, { headers: { 'if-match': '"v2"' } })).status, 204);
});

test('disabled and enabled again: it begins anew', async () => {
  const url = await api.subscription();
  await database.query(`update webhook_subscription set failing_since = now() where id = $1`, [url.split('/').at(-1)]);
  const off = (await api.patch(url, { state: 'disabled' })).body;
  assert.deepEqual([off.state, off.disabledReason, off.disabledAt], ['disabled', 'operator', off.changedAt]);
  assert.ok(off.failingSince);
  const on = (await api.patch(url, { state: 'enabled' })).body;
  assert.deepEqual(
    [on.state, on.disabledReason, on.disabledAt, on.failingSince],
    ['enabled', undefined, undefined, undefined],
  );
  assert.equal((await row(url)).failing_since, null);
});

test('enabling has a job made, so that what waits goes out', async () => {
  const url = await api.subscription({ state: 'disabled' });
  const jobs = () =>
    database.query('select from graphile_worker.jobs where key = $1', [`deliver now:${url.split('/').at(-1)}`]);
  await api.patch(url, { description: 'Still off' });
  assert.equal((await jobs()).length, 0);
  await api.patch(url, { state: 'enabled' });
  assert.equal((await jobs()).length, 1);
});

test('400 another origin without the value of the header: who cannot name it cannot have it sent elsewhere', async () => {
  const url = await api.subscription({ header: { name: 'X-Key', value: 'secret' } });
  const { origin } = new URL((await api.read(url)).url);
  assert.equal((await api.patch(url, { url: `${origin}/other-path` })).status, 200);
  assertProblem(await api.patch(url, { url: 'https://stranger.example.com/' }), 400, 'invalid', ['/header']);
  assert.equal((await api.patch(url, { url: 'https://new.example.com/', header: { value: 'secret' } })).status, 200);
  assert.equal((await api.patch(url, { url: 'https://other.example.com/', header: null })).status, 200);
});

test('a new URL begins without the failures of the former one; other changes keep them', async () => {
  const url = await api.subscription();
  const failing = () =>
    database.query(`update webhook_subscription set failing_since = '2026-04-01' where id = $1`, [
      url.split('/').at(-1),
    ]);
  await failing();
  assert.ok((await api.patch(url, { description: 'Same place' })).body.failingSince);
  assert.equal((await api.patch(url, { url: 'https://new.example.com/' })).body.failingSince, undefined);
  assert.equal((await api.read(url)).failingSince, undefined);
});

test('204 DELETE takes deliveries along, past ones and waiting ones, and leaves those of others', async () => {
  const [url, neighbour] = [await api.subscription(), await api.subscription()];
  const past = await api.example(url);
  await api.ended(past, 'failed');
  await api.example(url);
  const kept = await api.example(neighbour);
  assert.equal((await send('DELETE', url)).status, 204);
  const left = await database.query('select id from webhook_delivery where subscription_id = $1', [
    url.split('/').at(-1),
  ]);
  assert.deepEqual(left, []);
  assert.equal((await send('GET', kept)).status, 200);
  assertProblem(await send('GET', url), 404, 'not-found');
});

test('200 how deliveries fare: what waits, since when, and the last outcome', async () => {
  const url = await api.subscription();
  await api.example(url);
  const over = await api.example(url);
  await api.ended(over, 'delivered');
  const id = url.split('/').at(-1);
  await database.query(
    `update webhook_delivery set at = '2026-04-01T09:00:00Z' where subscription_id = $1 and state = 'pending'`,
    [id],
  );
  await database.query(
    `update webhook_subscription set failing_since = '2026-04-02', succeeded_at = '2026-04-01' where id = $1`,
    [id],
  );
  server.clock.now = new Date('2026-04-01T10:00:01.500Z');
  const shown = await api.read(url);
  server.clock.now = undefined;
  assert.deepEqual(shown.pending, { count: 1, oldestAt: '2026-04-01T09:00:00.000Z', oldestAgeSeconds: 3601 });
  assert.equal(shown.failingSince, '2026-04-02T00:00:00.000Z');
  assert.equal(shown.succeededAt, '2026-04-01T00:00:00.000Z');
});
