import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, test } from 'node:test';
import { pino } from 'pino';
import { Webhook } from 'standardwebhooks';
import { open } from '#operations/evidence/sealing.ts';
import { openSecrets, sealSecrets } from '#operations/webhooks/sealing.ts';
import { buildServer } from '#server';
import { evidence } from '../../support/evidence.ts';
import { publicUrl, startTestServer, type TestResponse } from '../../support/server.ts';
import { webhooks } from '../../support/webhooks.ts';
import { assertProblem, rowCounts } from './support.ts';
import { receiver, subscriptions, webhookApi } from './webhook-support.ts';

/** Secrets: shown once, never stored in clear, several at a time while receivers go over to a new one. */
const server = await startTestServer();
const { send, database, store, organisation } = server;
const api = webhookApi(server);

const secretOf = (bytes: number) => `whsec_${randomBytes(bytes).toString('base64')}`;
const rotate = (url: string, body: object = {}, headers: Record<string, string> = {}) =>
  send('POST', `${url}/rotate-secret`, { body, headers });

/** What is sealed in a subscription. */
async function sealedIn(url: string) {
  const subscriptionId = url.split('/').at(-1) as string;
  const stored = await store.webhookSubscriptions.find(organisation.id, subscriptionId);
  assert.ok(stored);
  return openSecrets(webhooks.key, { organisationId: organisation.id, subscriptionId }, stored.sealed);
}

/** Every text of the database, as far as a reader of it would see it, bytes in hexadecimal. */
async function wholeDatabase(): Promise<string> {
  const tables = await database.query(
    `select table_name as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'`,
  );
  const texts = await Promise.all(tables.map(({ name }) => database.query(`select t::text as text from "${name}" t`)));
  return texts.flatMap((rows) => rows.map(({ text }) => text)).join('\n');
}

test('201 the secret is one that the published verification library takes', async () => {
  const { body } = await api.created();
  assert.match(body.secret, /^whsec_[A-Za-z0-9+/]{43}=$/);
  new Webhook(body.secret);
  assert.notEqual((await api.created()).body.secret, body.secret);
});

test('201 the secret can be the organisation’s own: 24 to 64 bytes', async () => {
  for (const bytes of [24, 64]) {
    const secret = secretOf(bytes);
    const { body } = await api.created({ secret });
    assert.equal(body.secret, secret);
    assert.deepEqual((await sealedIn(body.id)).secrets, [{ value: secret }]);
  }
});

for (const [what, secret] of [
  ['23 bytes', secretOf(23)],
  ['65 bytes', secretOf(65)],
  ['no prefix', randomBytes(32).toString('base64')],
  ['hexadecimal', `whsec_${randomBytes(32).toString('hex')}!`],
  ['base64url', `whsec_${Buffer.alloc(32, 0xff).toString('base64url')}`],
] as const) {
  test(`400 a secret that is none: ${what}`, async () => {
    const created = await send('POST', subscriptions, { body: { url: receiver, secret } });
    assertProblem(created, 400, 'invalid', ['/secret']);
    assertProblem(await rotate(await api.subscription(), { secret }), 400, 'invalid', ['/secret']);
  });
}

test('the secret and the value of the header are shown by nothing else', async () => {
  const { body } = await api.created({ header: { name: 'X-Key', value: 'agreed-with-them' } });
  const url = `${subscriptions}/${body.id}`;
  const answers = [
    await send('GET', url),
    await send('GET', subscriptions),
    await api.patch(url, { description: 'x' }),
    await send('POST', `${url}/send-example`),
    await send('GET', `${url}/deliveries`),
  ];
  for (const { text } of answers) {
    assert.ok(!text.includes(body.secret));
    assert.ok(!text.includes('agreed-with-them'));
  }
});

test('neither stands in the database, whatever is kept for repeats', async () => {
  const headers = { 'idempotency-key': 'not in clear' };
  const header = { name: 'X-Key', value: 'agreed-in-secret' };
  const { body } = await send('POST', subscriptions, { body: { url: receiver, header }, headers });
  const rotated = await rotate(`${subscriptions}/${body.id}`, {}, headers);
  const all = await wholeDatabase();
  assert.ok(all.includes(body.id) && all.includes('X-Key'), 'the search finds what is there');
  for (const secret of [body.secret, rotated.body.secret, header.value]) {
    const bytes = Buffer.from(secret.replace('whsec_', ''), 'base64');
    for (const form of [secret, secret.slice(6), Buffer.from(secret).toString('hex'), bytes.toString('hex')]) {
      assert.ok(!all.includes(form), form);
    }
  }
});

test('a repeat with the same Idempotency-Key gets the same answer without the secret, one subscription', async () => {
  const options = { body: { url: receiver }, headers: { 'idempotency-key': 'subscribe once' } };
  const first = await send('POST', subscriptions, options);
  const again = await send('POST', subscriptions, options);
  assert.deepEqual([first.body.secretShown, again.body.secretShown], [true, false]);
  const { secret, secretShown: _, ...rest } = first.body;
  assert.ok(secret);
  assert.deepEqual([again.status, again.body], [201, { ...rest, secretShown: false }]);
  assert.deepEqual(
    [again.headers['idempotency-replayed'], again.headers.location, again.headers.etag],
    ['true', first.headers.location, first.headers.etag],
  );
  const url = `${subscriptions}/${first.body.id}`;
  const rotation = { body: {}, headers: { 'idempotency-key': 'rotate once' } };
  const rotated = await send('POST', `${url}/rotate-secret`, rotation);
  const repeated = await send('POST', `${url}/rotate-secret`, rotation);
  assert.deepEqual([repeated.status, repeated.body.secret, repeated.body.secretShown], [200, undefined, false]);
  assert.deepEqual(
    [rotated.headers.etag, repeated.headers.etag, (await send('GET', url)).headers.etag],
    Array(3).fill('"v2"'),
  );
});

test('200 rotation: the former secret signs for another day, the header stays', async () => {
  const { body } = await api.created({ header: { name: 'X-Key', value: 'stays' } });
  const url = `${subscriptions}/${body.id}`;
  server.clock.now = new Date('2026-04-01T09:00:00Z');
  const rotated = await rotate(url);
  assert.equal(rotated.status, 200, rotated.text);
  assert.notEqual(rotated.body.secret, body.secret);
  assert.equal(rotated.headers.etag, '"v2"');
  assert.deepEqual(rotated.body.secrets, [{}, { until: '2026-04-02T09:00:00.000Z' }]);
  assert.deepEqual(await sealedIn(url), {
    headerValue: 'stays',
    secrets: [{ value: rotated.body.secret }, { value: body.secret, until: '2026-04-02T09:00:00.000Z' }],
  });
  server.clock.now = new Date('2026-04-02T09:00:00Z');
  assert.deepEqual((await api.read(url)).secrets, [{}]);
  server.clock.now = undefined;
});

test('200 rotation without overlap: only the new secret signs', async () => {
  const url = await api.subscription();
  const secret = secretOf(32);
  const { body } = await rotate(url, { overlapHours: 0, secret });
  assert.deepEqual([body.secret, body.secrets], [secret, [{}]]);
  assert.deepEqual((await sealedIn(url)).secrets, [{ value: secret }]);
});

test('200 rotated again and again: three secrets at most, none for longer than it was promised', async () => {
  const url = await api.subscription();
  server.clock.now = new Date('2026-04-01T00:00:00Z');
  const second = (await rotate(url, { overlapHours: 1 })).body.secret;
  const third = (await rotate(url, { overlapHours: 168 })).body.secret;
  const { body } = await rotate(url, { overlapHours: 10 });
  server.clock.now = undefined;
  const [newest, ...former] = (await sealedIn(url)).secrets;
  assert.deepEqual(newest, { value: body.secret });
  assert.deepEqual(former, [
    { value: third, until: '2026-04-01T10:00:00.000Z' },
    { value: second, until: '2026-04-01T10:00:00.000Z' },
  ]);
});

test('409 rotation to a secret that signs already, also one that is on its way out', async () => {
  const secret = secretOf(32);
  const url = await api.subscription({ secret });
  const counts = await rowCounts(server);
  assertProblem(await rotate(url, { secret }), 409, 'already-in-use', ['/secret']);
  assert.deepEqual(await rowCounts(server), counts);
  await rotate(url);
  assertProblem(await rotate(url, { secret }), 409, 'already-in-use', ['/secret']);
  await rotate(url, { overlapHours: 0 });
  assert.equal((await rotate(url, { secret })).status, 200);
});

test('400 rotation names every faulty member', async () => {
  const url = await api.subscription();
  const faulty = { overlapHours: 169, secret: 1, now: true };
  assertProblem(await rotate(url, faulty), 400, 'invalid', ['/overlapHours', '/secret', '/now']);
  assertProblem(await rotate(url, { overlapHours: -1 }), 400, 'invalid', ['/overlapHours']);
  assert.equal((await send('POST', `${url}/rotate-secret`)).status, 200);
});

test('two rotations at the same time are one after the other', async () => {
  const url = await api.subscription();
  const [first, second] = await Promise.all([rotate(url), rotate(url)]);
  const values = (await sealedIn(url)).secrets.map(({ value }) => value);
  assert.equal(values.length, 3);
  for (const { body } of [first, second]) assert.ok(values.includes(body.secret));
});

test('what is sealed opens for its subscription only, with this key only, and not as a file', async () => {
  const place = { organisationId: 1, subscriptionId: 'a' };
  const secrets = { secrets: [{ value: 'x' }] };
  const sealed = sealSecrets(webhooks.key, place, secrets);
  assert.deepEqual(openSecrets(webhooks.key, place, sealed), secrets);
  for (const other of [
    { ...place, organisationId: 2 },
    { ...place, subscriptionId: 'b' },
  ]) {
    assert.throws(() => openSecrets(webhooks.key, other, sealed), /another place/);
  }
  assert.throws(() => openSecrets(randomBytes(32), place, sealed), /The secret was sealed with another key/);
  const file = { organisationId: 1, customerNumber: 1, evidenceId: 'a', fileId: 'a' };
  assert.throws(() => open(webhooks.key, file, sealed), /another key/);
});

test('503 without the key nothing that is secret can be written; the rest goes on', async () => {
  const url = await api.subscription({ header: { name: 'X-Key', value: 'v' } });
  const app = buildServer({
    store,
    config: {
      publicUrl,
      trustedProxies: [],
      addressLimits: { identified: 1, unidentified: 1 },
      evidence,
      webhooks: { allowedNetworks: [] },
      checkResponses: true,
    },
    log: pino({ level: 'silent' }),
  });
  await app.ready();
  after(() => app.close());
  const ask = async (method: 'GET' | 'POST' | 'PATCH', path: string, payload?: object): Promise<TestResponse> => {
    const headers = { authorization: `Bearer ${server.key}` };
    const response = await app.inject({ method, url: path, headers, ...(payload ? { payload } : {}) });
    const { statusCode: status, body: text } = response;
    return { status, text, headers: response.headers as TestResponse['headers'], body: response.json() };
  };
  const counts = await rowCounts(server);
  for (const refused of [
    await ask('POST', subscriptions, { url: receiver }),
    await ask('POST', `${url}/rotate-secret`, {}),
    await ask('PATCH', url, { header: { value: 'w' } }),
    await ask('PATCH', url, { header: null }),
  ]) {
    assertProblem(refused, 503, 'unavailable');
    assert.match(refused.body.detail, /does not have the key/);
  }
  assert.deepEqual(await rowCounts(server), counts);
  assert.equal((await ask('PATCH', url, { description: 'Without the key' })).status, 200);
  const { body } = await ask('GET', url);
  assert.deepEqual([body.description, body.secrets], ['Without the key', undefined]);
  assert.equal((await sealedIn(url)).headerValue, 'v');
});
