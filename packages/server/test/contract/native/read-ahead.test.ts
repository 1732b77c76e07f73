import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { startTestServer } from '../../support/server.ts';

/*
 * A read begins for whoever held the key when the server asked last. Changes are made here behind the server's back, as another process
 * would make them: the very next answer must know of them, and nothing may be recorded that was not shown.
 */

const { send, store, database, organisation, keyWith, clock } = await startTestServer();
await send('POST', '/v1/accounts', { body: { identifier: 'moss', customer: { familyName: 'Moss' } } });

let client: Awaited<ReturnType<typeof keyWith>>;
const paths = {
  native: '/v1/accounts/moss',
  openactive: '/openactive/customer-accounts/moss',
  imin: '/api/v2/customer-accounts/moss',
};
const url = paths.native;

beforeEach(async () => {
  client = await keyWith(undefined);
  // Twice, so that both of two servers know the key.
  for (let server = 0; server < 2; server += 1) assert.equal((await send('GET', url, { key: client.key })).status, 200);
});

const change = (set: string, ...values: unknown[]) =>
  database.query(`update api_client set ${set} where organisation_id = $1 and id = $2`, [
    organisation.id,
    client.id,
    ...values,
  ]);

async function records(): Promise<number> {
  await store.readRecords.flush();
  const [row] = await database.query(
    'select count(*)::int as count from read_record where organisation_id = $1 and client_id = $2',
    [organisation.id, client.id],
  );
  return row?.count as number;
}

for (const [dialect, path] of Object.entries(paths)) {
  test(`401 ${dialect}: with the first request after a revocation, and no record of a read`, async () => {
    const before = await records();
    await change('revoked_at = now()');
    const { status, text } = await send('GET', path, { key: client.key });
    assert.equal(status, 401);
    assert.doesNotMatch(text, /Moss/);
    assert.equal(await records(), before);
  });
}

test('403: with the first request after a scope was taken away', async () => {
  const before = await records();
  await change('scopes = $3', ['customers:read']);
  assert.equal((await send('GET', url, { key: client.key })).status, 403);
  assert.equal(await records(), before);
  await change('scopes = $3', ['accounts:read']);
  assert.equal((await send('GET', url, { key: client.key })).status, 200);
});

test('429 and 200: a limit counts with the first request after it was changed', async () => {
  clock.now = new Date('2026-11-21T12:00:00Z');
  await change(`rate_limits = '{"perSecond": 0}'`);
  assert.equal((await send('GET', url, { key: client.key })).status, 429);
  await change(`rate_limits = '{"perSecond": 1000000}'`);
  assert.equal((await send('GET', url, { key: client.key })).status, 200);
  clock.now = undefined;
});

test('reads are recorded from the first request after the organisation asked for it', async () => {
  const settings = (recordReads: boolean) =>
    database.query('update organisation set settings = $2 where id = $1', [organisation.id, { recordReads }]);
  await settings(false);
  const before = await records();
  assert.equal((await send('GET', url, { key: client.key })).status, 200);
  assert.equal(await records(), before);
  await settings(true);
  assert.equal((await send('GET', url, { key: client.key })).status, 200);
  assert.equal(await records(), before + 1);
});

test('404: what is not there is not recorded, and said of the one who asks', async () => {
  const before = await records();
  assert.equal((await send('GET', '/v1/accounts/fern', { key: client.key })).status, 404);
  assert.equal(await records(), before);
});

test('401 for a wrong secret under the number of a client that is known', async () => {
  const wrong = `${client.key.slice(0, -1)}${client.key.endsWith('0') ? '1' : '0'}`;
  assert.equal((await send('GET', url, { key: wrong })).status, 401);
});
