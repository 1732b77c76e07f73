import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { pino } from 'pino';
import { buildServer } from '#server';
import { openStore } from '#store/store.ts';
import { evidence } from '../../support/evidence.ts';
import { alone } from '../../support/one-server.ts';
import { publicUrl } from '../../support/server.ts';
import { entitlementAction, passAction, startHoldingsBroker } from './holdings-support.ts';
import { errorBody, person, updateAction, wrapped } from './support.ts';

const broker = await startHoldingsBroker();
const concept = broker.uri(await broker.type());
let keys = 0;
function newKey(): string {
  keys += 1;
  return `key ${keys}`;
}

function post(path: string, body: unknown, idempotencyKey: string, key = broker.key) {
  return broker.call('POST', path, { body, headers: { 'idempotency-key': idempotencyKey }, key });
}

/** Each POST of the dialect, with a body that changes something. */
const posts: [string, () => Promise<[path: string, body: object]>][] = [
  ['POST /customer-accounts', async () => ['/customer-accounts', wrapped()]],
  ['POST /customers', async () => ['/customers', { ...person(), '@type': 'Person' }]],
  [
    'POST /customer-accounts/:id/actions',
    async () => [
      `/customer-accounts/${await broker.account()}/actions`,
      updateAction({ gender: 'x', telephone: null }),
    ],
  ],
  [
    'POST /customer-accounts/:id/actions with an entitlement',
    async () => [`/customer-accounts/${await broker.account()}/actions`, entitlementAction(concept, '2999-01-01')],
  ],
  [
    'POST /customer-accounts/:id/actions with a pass',
    async () => [`/customer-accounts/${await broker.account()}/actions`, passAction(newKey().replace('key ', 'NM'))],
  ],
];

for (const [name, prepare] of posts) {
  describe(`Idempotency-Key on ${name}`, () => {
    it('replays status, body and headers; nothing happens twice', async () => {
      const [path, body] = await prepare();
      const key = newKey();
      const first = await post(path, body, key);
      assert.ok(first.status < 300, first.text);
      assert.equal(first.headers['idempotency-replayed'], undefined);
      const members = Object.entries(body).reverse();
      const again = await post(path, JSON.stringify(Object.fromEntries(members), null, 3), key);
      assert.equal(again.status, first.status);
      assert.equal(again.text, first.text);
      assert.equal(again.headers['idempotency-replayed'], 'true');
      for (const header of ['etag', 'location', 'cache-control', 'content-type']) {
        assert.equal(again.headers[header], first.headers[header], header);
      }
      assert.notEqual(again.headers['x-request-id'], first.headers['x-request-id']);
    });

    it('422 for another body with the same key', async () => {
      const [path, body] = await prepare();
      const key = newKey();
      await post(path, body, key);
      for (const other of [{ ...body, '@context': ['https://openactive.io/'] }, {}]) {
        const response = await post(path, other, key);
        assert.equal(response.status, 422);
        const reused = 'The idempotency key was used for another request';
        const expected = errorBody(
          response,
          'OpenBookingError#IdempotencyKeyReused',
          reused,
          'Use a new key for a new request.',
        );
        assert.deepEqual(response.body, expected);
      }
    });

    it('replays refusals too', async () => {
      const [path, body] = await prepare();
      const key = newKey();
      const faulty = { ...body, unknown: 1 };
      const first = await post(path, faulty, key);
      assert.equal(first.status, 400);
      const again = await post(path, faulty, key);
      assert.equal(again.text, first.text);
      assert.equal(again.headers['idempotency-replayed'], 'true');
    });

    it('one effect and one answer for concurrent duplicates', async () => {
      const [path, body] = await prepare();
      const key = newKey();
      const before = await broker.database.query('select count(*)::int as n from audit');
      const answers = await Promise.all(Array.from({ length: 2 }, () => post(path, body, key)));
      const more = await Promise.all(Array.from({ length: 8 }, () => post(path, body, key)));
      assert.equal(new Set([...answers, ...more].map(({ status, text }) => `${status} ${text}`)).size, 1);
      assert.ok((answers[0]?.status ?? 500) < 300);
      assert.equal(answers.filter(({ headers }) => headers['idempotency-replayed'] === 'true').length, 1);
      const effects = await broker.database.query('select count(*)::int as n from audit');
      assert.equal(Number(effects[0]?.n) - Number(before[0]?.n), 1);
    });

    it('410 once the account is erased, whose stored answer is deleted', async () => {
      const [path, body] = await prepare();
      const key = newKey();
      const first = await post(path, body, key);
      const identifier = first.body.identifier ?? path.split('/')[2];
      await broker.call('DELETE', `/customer-accounts/${identifier}`);
      const response = await post(path, body, key);
      assert.equal(response.status, 410);
      const gone = ['GoneError', 'The resource has been deleted', 'This customer account was erased.'] as const;
      assert.deepEqual(response.body, errorBody(response, ...gone));
    });

    it('400 for a key that is empty, too long or not printable ASCII', async () => {
      const [path, body] = await prepare();
      for (const key of ['', 'x'.repeat(256), 'schl\u00fcssel']) {
        const response = await post(path, body, key);
        assert.equal(response.status, 400);
        assert.equal(response.body.description, 'Idempotency-Key: must have 1 to 255 printable ASCII characters');
        assert.equal(response.body.additionalType, 'https://accounts.example.com/openactive/ns#InvalidRequest');
      }
      assert.ok((await post(path, body, '~'.repeat(255))).status < 300);
    });
  });
}

describe('Idempotency-Key', () => {
  it('belongs to one client, one path and 24 hours', async () => {
    const key = newKey();
    const [one, two] = [wrapped(), wrapped()];
    const first = await post('/customer-accounts', one, key);
    const other = await broker.keyWith(undefined);
    const otherClient = await post('/customer-accounts', two, key, other.key);
    const otherPath = await post('/customers', person(), key);
    assert.deepEqual([otherClient.status, otherPath.status], [201, 201]);
    assert.notEqual(otherClient.body.identifier, first.body.identifier);
    await broker.database.query(`update idempotency set created_at = created_at - interval '25 hours'`);
    const later = await post('/customer-accounts', two, key, other.key);
    assert.equal(later.status, 409);
    assert.equal(later.headers['idempotency-replayed'], undefined);
  });

  it('keeps nothing of a 412: the repeat is judged anew', async () => {
    const identifier = await broker.account();
    const path = `/customer-accounts/${identifier}/actions`;
    const headers = { 'idempotency-key': newKey(), 'if-match': '"2.0"' };
    const act = () => broker.call('POST', path, { body: updateAction({ gender: 'x' }), headers });
    assert.equal((await act()).status, 412);
    await broker.call('PATCH', `/customer-accounts/${identifier}`, { body: { telephone: '1' } });
    assert.equal((await act()).status, 200);
    assert.equal((await act()).headers['idempotency-replayed'], 'true');
  });

  it('survives a restart: another server on the same database replays', async () => {
    const key = newKey();
    const body = wrapped();
    const first = await post('/customer-accounts', body, key);
    const store = openStore(broker.database.connection, { maxConnections: 2 });
    const addressLimits = { identified: 1000, unidentified: 1000 };
    const config = { publicUrl, trustedProxies: [], addressLimits, evidence, checkResponses: true };
    const second = buildServer({ store, config, log: pino({ level: 'silent' }) });
    after(async () => {
      await second.close();
      await store.close();
    });
    const headers = { 'x-api-key': broker.key, 'idempotency-key': key, 'content-type': 'application/json' };
    const url = '/api/v2/customer-accounts';
    const replayed = await second.inject({ method: 'POST', url, headers, payload: JSON.stringify(body) });
    assert.equal(replayed.statusCode, 201);
    assert.equal(replayed.body, first.text);
    assert.equal(replayed.headers['idempotency-replayed'], 'true');

    const both = { key: newKey(), body: wrapped() };
    const [here, there] = await Promise.all([
      post('/customer-accounts', both.body, both.key),
      second.inject({
        method: 'POST',
        url,
        headers: { ...headers, 'idempotency-key': both.key },
        payload: JSON.stringify(both.body),
      }),
    ]);
    assert.deepEqual([here.status, there.statusCode], [201, 201]);
    assert.equal(there.body, here.text);
  });

  it(...alone('409 with Retry-After while the first request is still running'), async (t) => {
    const { writer } = broker.store;
    const commit = writer.commit.bind(writer);
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    t.mock.method(writer, 'commit', async (write: Parameters<typeof commit>[0]) => {
      await held;
      return commit(write);
    });
    const key = newKey();
    const body = wrapped();
    const first = post('/customer-accounts', body, key);
    const second = await post('/customer-accounts', body, key);
    assert.equal(second.status, 409);
    assert.equal(second.headers['retry-after'], '5');
    const description = 'The first request with this Idempotency-Key is still running.';
    const conflict = ['OpenBookingError#Conflict', 'The request conflicts with existing data', description] as const;
    assert.deepEqual(second.body, errorBody(second, ...conflict));
    release();
    const created = await first;
    assert.equal(created.status, 201);
    const third = await post('/customer-accounts', body, key);
    assert.equal(third.text, created.text);
  });

  it('means nothing on other methods', async () => {
    const identifier = await broker.account();
    const headers = { 'idempotency-key': newKey() };
    for (const gender of ['a', 'b']) {
      const patched = await broker.call('PATCH', `/customer-accounts/${identifier}`, { body: { gender }, headers });
      assert.equal(patched.body.customer.gender, gender);
    }
  });
});
